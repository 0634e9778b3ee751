use std::time::Duration;

use super::{JANE, address, code_sent, demanding, password};
use crate::flow::fixture::{attempt_sign_up, prepare_sign_up, update_sign_up};
use crate::flow::sign_up::{Create, Fields};
use crate::flow::{Budget, FlowError, Refused, Strategy, VerificationStatus};

#[test]
fn a_code_goes_to_the_address_and_is_counted_there() {
    let mut world = demanding();
    let id = world.begins_sign_up(address(JANE));
    let done = world.act(&prepare_sign_up(&id)).unwrap();
    let to = super::email(JANE);
    assert_eq!(done.budgets, [Budget::Message(to.clone())]);
    assert_eq!(done.effects.len(), 1);
    let wrong = world.act(&attempt_sign_up(&id, &world.wrong_code())).unwrap();
    assert_eq!(wrong.budgets, [Budget::WrongCode(to)]);
}

#[test]
fn the_fifth_wrong_try_voids_the_code() {
    let (mut world, id) = code_sent();
    for _ in 0..5 {
        let wrong = world.tries(&attempt_sign_up(&id, &world.wrong_code()));
        assert_eq!(wrong, Err(FlowError::CodeIncorrect));
    }
    let right = world.tries(&attempt_sign_up(&id, &world.code()));
    assert_eq!(right, Err(FlowError::VerificationFailed));
}

#[test]
fn the_fifth_try_may_be_right() {
    let (mut world, id) = code_sent();
    for _ in 0..4 {
        let wrong = world.tries(&attempt_sign_up(&id, &world.wrong_code()));
        assert_eq!(wrong, Err(FlowError::CodeIncorrect));
    }
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
}

#[test]
fn what_cannot_be_a_code_uses_up_no_try() {
    let (mut world, id) = code_sent();
    for text in ["12345", "1234567", "４２４２４２", "123\x0045", "🦀", &"1".repeat(10_000)]
    {
        let refused = world.act(&attempt_sign_up(&id, text));
        assert_eq!(refused.map(|done| done.answer), Err(FlowError::CodeIncorrect), "{text:?}");
    }
    assert_eq!(tries(&world), 0);
}

#[test]
fn a_code_expires_to_the_millisecond() {
    let (mut world, id) = code_sent();
    let end = world.now + world.settings.codes.lifetime;
    world.now = end - Duration::from_millis(1);
    assert!(world.decide(&attempt_sign_up(&id, &world.code())).is_ok());
    world.now = end;
    let late = world.tries(&attempt_sign_up(&id, &world.code()));
    assert_eq!(late, Err(FlowError::VerificationExpired));
}

#[test]
fn only_the_newest_code_is_right() {
    let (mut world, id) = code_sent();
    let old = world.code();
    world.wait(world.settings.codes.resend_after);
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
    assert_eq!(world.tries(&attempt_sign_up(&id, &old)), Err(FlowError::CodeIncorrect));
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
}

#[test]
fn the_code_of_another_sign_up_is_wrong() {
    let (mut world, id) = code_sent();
    world.change_browser();
    let other = world.begins_sign_up(address(JANE));
    assert_eq!(world.tries(&prepare_sign_up(&other)), Ok(()));
    world.change_browser();
    let refused = world.tries(&attempt_sign_up(&id, &world.code()));
    assert_eq!(refused, Err(FlowError::CodeIncorrect));
}

#[test]
fn a_sign_up_asks_for_so_many_codes_and_no_more_whatever_the_address() {
    let mut world = demanding();
    let id = world.begins_sign_up(Fields::default());
    for at in 0..world.settings.codes.per_attempt {
        let other = address(&format!("jane{at}@example.com"));
        assert_eq!(world.tries(&update_sign_up(&id, other)), Ok(()));
        assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()), "{at}");
        world.wait(world.settings.codes.resend_after);
    }
    assert_eq!(world.tries(&update_sign_up(&id, address(JANE))), Ok(()));
    let refused = world.tries(&prepare_sign_up(&id));
    let retry_after = world.sign_up().abandon_at.since(world.now);
    assert_eq!(refused, Err(FlowError::TooManyRequests { retry_after }));
}

#[test]
fn a_corrected_address_need_not_wait() {
    let (mut world, id) = code_sent();
    assert_eq!(world.tries(&update_sign_up(&id, address("jane@example.org"))), Ok(()));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
}

#[test]
fn changing_an_address_to_and_fro_does_not_shorten_its_cool_down() {
    let (mut world, id) = code_sent();
    assert_eq!(world.tries(&update_sign_up(&id, address("jane@example.org"))), Ok(()));
    assert_eq!(world.tries(&update_sign_up(&id, address(JANE))), Ok(()));
    let refused = world.tries(&prepare_sign_up(&id));
    let retry_after = world.settings.codes.resend_after;
    assert_eq!(refused, Err(FlowError::TooManyRequests { retry_after }));
}

#[test]
fn create_with_a_strategy_prepares_at_once() {
    let mut world = demanding();
    let create = Create { fields: address(JANE), strategy: Some(Strategy::EmailCode) };
    assert_eq!(world.tries(&create), Ok(()));
    let id = world.sign_up().id.clone();
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
}

#[test]
fn a_test_address_gets_no_message_and_its_code_is_known() {
    let mut world = demanding();
    world.settings.test_mode = true;
    let id = world.begins_sign_up(address("jane+clerk_test@example.com"));
    let done = world.act(&prepare_sign_up(&id)).unwrap();
    assert_eq!((done.effects, done.budgets), (Vec::new(), Vec::new()));
    let wrong = world.tries(&attempt_sign_up(&id, "424243"));
    assert_eq!(wrong, Err(FlowError::CodeIncorrect));
    assert_eq!(world.tries(&attempt_sign_up(&id, "424242")), Ok(()));
}

#[test]
fn outside_test_mode_a_test_address_is_one_like_any_other() {
    let mut world = demanding();
    let id = world.begins_sign_up(address("jane+clerk_test@example.com"));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
    assert_eq!(world.mail.len(), 1);
    let known = world.tries(&attempt_sign_up(&id, "424242"));
    assert_eq!(known, Err(FlowError::CodeIncorrect));
}

#[test]
fn a_code_that_the_budget_refused_does_not_work_and_costs_nothing() {
    let mut world = demanding();
    let id = world.begins_sign_up(address(JANE));
    let before = world.sign_up().clone();
    assert_eq!(world.tries_undelivered(&prepare_sign_up(&id), Refused::Budget), Ok(()));
    assert_eq!(world.sign_up(), &before);
    let attempt = attempt_sign_up(&id, &world.code());
    assert_eq!(world.tries(&attempt), Err(FlowError::VerificationMissing));
}

#[test]
fn the_code_before_one_that_the_budget_refused_still_works() {
    let (mut world, id) = code_sent();
    let sent = world.code();
    world.wait(world.settings.codes.resend_after);
    assert_eq!(world.tries_undelivered(&prepare_sign_up(&id), Refused::Budget), Ok(()));
    let unsent = world.code();
    assert_eq!(world.tries(&attempt_sign_up(&id, &unsent)), Err(FlowError::CodeIncorrect));
    assert_eq!(world.tries(&attempt_sign_up(&id, &sent)), Ok(()));
}

#[test]
fn after_a_failed_delivery_the_next_code_can_be_had_at_once() {
    let mut world = demanding();
    let id = world.begins_sign_up(address(JANE));
    for _ in 0..=world.settings.codes.per_attempt {
        assert_eq!(world.tries_undelivered(&prepare_sign_up(&id), Refused::Delivery), Ok(()));
    }
    let status = world.status(verification(&world));
    assert_eq!(status, VerificationStatus::Unverified);
    assert_eq!(
        world.tries(&attempt_sign_up(&id, &world.code())),
        Ok(()),
        "it may have got out all the same"
    );
}

#[test]
fn what_failed_to_be_sent_at_create_can_be_prepared_at_once() {
    for why in [Refused::Budget, Refused::Delivery] {
        let mut world = demanding();
        let create = Create { fields: address(JANE), strategy: Some(Strategy::EmailCode) };
        assert_eq!(world.tries_undelivered(&create, why), Ok(()));
        let id = world.sign_up().id.clone();
        assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()), "{why:?}");
        assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()), "{why:?}");
        assert_eq!(world.tries(&update_sign_up(&id, password())), Ok(()), "{why:?}");
        assert!(world.sign_up().is_complete(), "{why:?}");
    }
}

fn verification(world: &crate::flow::fixture::World) -> &crate::flow::Verification {
    world.sign_up().email_address.as_ref().unwrap().verification.as_ref().unwrap()
}

fn tries(world: &crate::flow::fixture::World) -> u32 {
    verification(world).attempts
}
