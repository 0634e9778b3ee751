use super::{JANE, jane, sent, world};
use crate::flow::fixture::{World, attempt_sign_in, email, prepare_sign_in, username};
use crate::flow::sign_in::{Create, Prepare};
use crate::flow::strategy::Strategy::{EmailCode, ResetPasswordEmailCode};
use crate::flow::user::EmailAddress;
use crate::flow::{Budget, EmailAddressId, FlowError, Identifier, Refused};

#[test]
fn the_code_of_another_sign_in_is_wrong() {
    let (mut world, id) = sent(EmailCode);
    world.change_browser();
    let other = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&other, EmailCode)), Ok(()));
    world.change_browser();
    let refused = world.tries(&attempt_sign_in(&id, EmailCode, &world.code()));
    assert_eq!(refused, Err(FlowError::CodeIncorrect));
}

#[test]
fn a_sign_in_asks_for_so_many_codes_and_no_more() {
    let mut world = world();
    let id = world.begins_sign_in(email(JANE));
    for strategy in [EmailCode, ResetPasswordEmailCode].into_iter().cycle().take(10) {
        assert_eq!(world.tries(&prepare_sign_in(&id, strategy)), Ok(()));
        world.wait(world.settings.codes.resend_after);
    }
    let refused = world.tries(&prepare_sign_in(&id, EmailCode));
    assert!(matches!(refused, Err(FlowError::TooManyRequests { .. })), "{refused:?}");
}

#[test]
fn the_typed_address_gets_the_code_unless_another_is_asked_for() {
    let mut world = world();
    let work = adds_address(&mut world, "jane@work.example");
    for (typed, asked, gets) in [
        (email(JANE), None, JANE),
        (email("jane@work.example"), None, "jane@work.example"),
        (username("jane"), None, JANE),
        (email(JANE), Some(&work), "jane@work.example"),
    ] {
        let id = world.begins_sign_in(typed);
        let email_address = asked.cloned();
        let prepare = Prepare { email_address, ..prepare_sign_in(&id, EmailCode) };
        assert_eq!(world.tries(&prepare), Ok(()));
        assert_eq!(world.mail.last().unwrap().to, email(gets));
        let wrong = world.act(&attempt_sign_in(&id, EmailCode, &world.wrong_code())).unwrap();
        assert_eq!(wrong.budgets, [Budget::WrongCode(email(gets))]);
    }
}

#[test]
fn an_address_that_is_no_longer_the_users_proves_nothing() {
    let (mut world, id) = sent(EmailCode);
    let jane = jane(&world);
    world.users.get_mut(&jane).unwrap().email_addresses.clear();
    let refused = world.tries(&attempt_sign_in(&id, EmailCode, &world.code()));
    assert_eq!(refused, Err(FlowError::StrategyForUserInvalid));
}

#[test]
fn a_code_that_the_budget_refused_does_not_work_and_the_one_before_does() {
    let mut world = world();
    let work = adds_address(&mut world, "jane@work.example");
    let id = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&id, EmailCode)), Ok(()));
    let sent = world.code();
    world.wait(world.settings.codes.resend_after);
    let before = world.sign_in().clone();
    let prepare = Prepare { email_address: Some(work), ..prepare_sign_in(&id, EmailCode) };
    assert_eq!(world.tries_undelivered(&prepare, Refused::Budget), Ok(()));
    assert_eq!(world.sign_in(), &before);
    let wrong = world.act(&attempt_sign_in(&id, EmailCode, &world.code())).unwrap();
    assert_eq!(wrong.answer, Err(FlowError::CodeIncorrect));
    assert_eq!(wrong.budgets, [Budget::WrongCode(email(JANE))]);
    assert_eq!(world.tries(&attempt_sign_in(&id, EmailCode, &sent)), Ok(()));
}

#[test]
fn after_a_failed_delivery_the_next_code_can_be_had_at_once() {
    let mut world = world();
    let id = world.begins_sign_in(email(JANE));
    let prepare = prepare_sign_in(&id, EmailCode);
    for _ in 0..=world.settings.codes.per_attempt {
        assert_eq!(world.tries_undelivered(&prepare, Refused::Delivery), Ok(()));
    }
    let attempt = attempt_sign_in(&id, EmailCode, &world.code());
    assert_eq!(world.tries(&attempt), Ok(()), "it may have got out all the same");
}

#[test]
fn what_failed_to_be_sent_at_create_can_be_prepared_at_once() {
    for why in [Refused::Budget, Refused::Delivery] {
        let mut world = world();
        let create = Create {
            identifier: Some(email(JANE)),
            strategy: Some(EmailCode),
            ..Create::default()
        };
        assert_eq!(world.tries_undelivered(&create, why), Ok(()));
        let id = world.sign_in().id.clone();
        assert_eq!(world.tries(&prepare_sign_in(&id, EmailCode)), Ok(()), "{why:?}");
        assert_eq!(world.tries(&attempt_sign_in(&id, EmailCode, &world.code())), Ok(()));
    }
}

/// Gives Jane a second verified address.
fn adds_address(world: &mut World, text: &str) -> EmailAddressId {
    let jane = jane(world);
    let id = EmailAddressId::generate(&world.cx());
    let user = world.users.get_mut(&jane).unwrap();
    let verification = user.email_addresses[0].verification.clone();
    let address: Identifier = email(text);
    world.owners.insert(address.clone(), jane);
    user.email_addresses.push(EmailAddress {
        id: id.clone(),
        address,
        verification,
        created_at: world.now,
    });
    id
}
