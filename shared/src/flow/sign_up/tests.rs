use std::time::Duration;

use super::{Fields, Patch, SuppliedPassword, Update};
use crate::flow::fixture::{
    World, attempt_sign_up, email, prepare_sign_up, update_sign_up, username,
};
use crate::flow::password::Password;
use crate::flow::{Field, FlowError, Requirements, SignUpId, Strategy, Transition, Write, sign_in};

mod codes;
mod orders;
mod transitions;

#[test]
fn another_address_voids_the_proof_of_the_first() {
    let (mut world, id) = verified();
    assert_eq!(world.tries(&update_sign_up(&id, address("jane@example.org"))), Ok(()));
    assert_eq!(unverified(&world), [Field::EmailAddress]);
    assert_eq!(world.sign_up().email_address.as_ref().unwrap().verification, None);
    assert_eq!(world.tries(&update_sign_up(&id, address(JANE))), Ok(()));
    assert_eq!(unverified(&world), [Field::EmailAddress], "going back proves nothing either");
}

#[test]
fn another_address_voids_the_code_for_the_first() {
    let (mut world, id) = code_sent();
    let code = world.code();
    for text in ["jane@example.org", JANE] {
        assert_eq!(world.tries(&update_sign_up(&id, address(text))), Ok(()));
        let attempt = attempt_sign_up(&id, &code);
        assert_eq!(world.tries(&attempt), Err(FlowError::VerificationMissing), "{text}");
    }
}

#[test]
fn the_same_address_in_another_spelling_resets_nothing() {
    let (mut world, id) = verified();
    let before = world.sign_up().clone();
    assert_eq!(world.tries(&update_sign_up(&id, address(" JANE@Example.COM "))), Ok(()));
    assert_eq!(world.sign_up(), &before);
}

#[test]
fn a_cleared_field_is_missing_again() {
    let (mut world, id) = verified();
    let names = Fields {
        username: Patch::Set(username("jane")),
        first_name: Patch::Set("Jane".to_owned()),
        ..Fields::default()
    };
    assert_eq!(world.tries(&update_sign_up(&id, names)), Ok(()));
    let cleared = Fields {
        email_address: Patch::Clear,
        username: Patch::Clear,
        first_name: Patch::Clear,
        ..Fields::default()
    };
    assert_eq!(world.tries(&update_sign_up(&id, cleared)), Ok(()));
    let sign_up = world.sign_up();
    assert_eq!(sign_up.email_address, None);
    assert_eq!(sign_up.username, None);
    assert_eq!(sign_up.first_name, None);
    assert_eq!(missing(&world), [Field::EmailAddress, Field::Password]);
    assert_eq!(unverified(&world), []);
}

#[test]
fn of_a_refused_update_no_field_is_taken() {
    let (mut world, id) = verified();
    world.change_browser();
    world.joins("max@example.com", "maxi", PASSWORD);
    world.change_browser();
    let fields = Fields {
        first_name: Patch::Set("Jane".to_owned()),
        username: Patch::Set(username("maxi")),
        ..Fields::default()
    };
    let refused = world.tries(&update_sign_up(&id, fields));
    assert_eq!(refused, Err(FlowError::IdentifierExists(Field::Username)));
    assert_eq!(world.sign_up().first_name, None);
}

#[test]
fn the_terms_stay_accepted_from_the_first_time_on() {
    let mut world = World::new();
    let accepted = |legal_accepted| Fields { legal_accepted, ..Fields::default() };
    let id = world.begins_sign_up(accepted(Some(true)));
    let at = world.now;
    world.wait(Duration::from_secs(1));
    for again in [Some(true), Some(false), None] {
        assert_eq!(world.tries(&update_sign_up(&id, accepted(again))), Ok(()));
        assert_eq!(world.sign_up().legal_accepted_at, Some(at));
    }
}

#[test]
fn without_any_identifier_the_preferred_one_is_missing() {
    for (enabled, preferred) in [(true, Field::EmailAddress), (false, Field::Username)] {
        let mut world = World::with(|settings| {
            settings.attributes.email_address.enabled = enabled;
            settings.attributes.email_address.required = false;
        });
        world.begins_sign_up(password());
        assert_eq!(missing(&world), [preferred]);
    }
}

#[test]
fn an_optional_address_must_be_proved_once_it_is_supplied() {
    let mut world = World::with(|settings| {
        settings.attributes.email_address.required = false;
    });
    let id = world.begins_sign_up(address(JANE));
    assert_eq!(missing(&world), []);
    assert_eq!(unverified(&world), [Field::EmailAddress]);
    let named = Fields {
        email_address: Patch::Clear,
        username: Patch::Set(username("jane")),
        ..Fields::default()
    };
    assert_eq!(world.tries(&update_sign_up(&id, named)), Ok(()));
    assert!(world.sign_up().is_complete());
}

#[test]
fn where_nothing_is_to_be_proved_create_completes_and_proves_nothing() {
    let mut world = World::with(|settings| {
        settings.attributes.email_address.verify_at_sign_up = false;
    });
    world.begins_sign_up(address(JANE));
    assert!(world.sign_up().is_complete());
    assert!(!world.user(&email(JANE)).email_addresses[0].is_verified());
}

#[test]
fn a_completed_sign_up_is_a_user_with_a_session_and_stays_readable() {
    let (world, id) = complete();
    let user = world.user(&email(JANE));
    assert_eq!(world.client.sign_up, None);
    let found = world.client.find_sign_up(&id, world.now).unwrap();
    assert_eq!(found.created_user(), Some(&user.id));
    assert_eq!(found.created_session(), Some(&world.session().id));
    assert_eq!(world.client.last_active_session, Some(world.session().id.clone()));
    assert_eq!(world.client.last_authentication_strategy, Some(Strategy::EmailCode));
    assert_eq!(user.primary_address().map(|found| &found.address), Some(&email(JANE)));
    assert!(user.lists(&world.session().id));
}

#[test]
fn a_completed_sign_up_refuses_every_verb() {
    let (mut world, id) = complete();
    world.wait(Duration::from_mins(1));
    let refusals = [
        (world.tries(&update_sign_up(&id, Fields::default())), FlowError::SignUpComplete),
        (world.tries(&prepare_sign_up(&id)), FlowError::VerificationAlreadyVerified),
        (world.tries(&attempt_sign_up(&id, &world.code())), FlowError::VerificationAlreadyVerified),
    ];
    for (answer, refusal) in refusals {
        assert_eq!(answer, Err(refusal));
    }
}

#[test]
fn a_completed_sign_up_keeps_no_password() {
    let (world, _) = complete();
    assert_eq!(world.sign_up().password, Some(SuppliedPassword::HandedOver));
    let hash = &world.user(&email(JANE)).password.as_ref().unwrap().hash;
    let stored = serde_json::to_string(&world.client).unwrap();
    assert!(!stored.contains(hash.as_str()));
}

#[test]
fn who_loses_the_race_for_an_address_stays_open_with_its_proof_void() {
    let (mut world, id) = code_sent();
    assert_eq!(world.tries(&update_sign_up(&id, password())), Ok(()));
    let code = world.code();
    joined_elsewhere(&mut world);
    let lost = world.act(&attempt_sign_up(&id, &code)).unwrap();
    assert_eq!(lost.answer, Err(FlowError::IdentifierExists(Field::EmailAddress)));
    assert_lost(&lost);
    assert_eq!(unverified(&world), [Field::EmailAddress]);
    let again = world.tries(&attempt_sign_up(&id, &code));
    assert_eq!(again, Err(FlowError::VerificationMissing));

    world.wait(world.settings.codes.resend_after);
    assert_eq!(world.tries(&update_sign_up(&id, address("jane@example.org"))), Ok(()));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
    assert!(world.sign_up().is_complete(), "another address is as good as ever");
}

#[test]
fn who_loses_the_race_for_a_username_keeps_the_proof_and_chooses_another() {
    let (mut world, id) = verified();
    let named = |name| Fields { username: Patch::Set(username(name)), ..Fields::default() };
    assert_eq!(world.tries(&update_sign_up(&id, named("jane"))), Ok(()));
    world.change_browser();
    world.joins("max@example.com", "jane", PASSWORD);
    world.change_browser();
    let lost = world.act(&update_sign_up(&id, password())).unwrap();
    assert_eq!(lost.answer, Err(FlowError::IdentifierExists(Field::Username)));
    assert_lost(&lost);
    assert_eq!(world.sign_up().username, None);
    assert_eq!(world.tries(&update_sign_up(&id, named("jane2"))), Ok(()));
    assert!(world.sign_up().is_complete());
}

#[test]
fn a_password_typed_at_an_abandoned_sign_up_opens_nothing() {
    let mut world = World::new();
    world.begins_sign_up(Fields {
        password: Some(Password::typed("the attacker's own")),
        ..address(JANE)
    });
    joined_elsewhere(&mut world);
    let refused = world.signs_in(email(JANE), "the attacker's own");
    assert_eq!(refused, Err(FlowError::PasswordIncorrect));
    assert_eq!(world.client.sessions, []);
}

#[test]
fn a_sign_up_is_its_own_clients_alone() {
    let (mut world, id) = code_sent();
    let code = world.code();
    world.change_browser();
    assert_eq!(world.tries(&attempt_sign_up(&id, &code)), Err(FlowError::NotFound));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Err(FlowError::NotFound));
    let update = Update { id, fields: Fields::default() };
    assert_eq!(world.tries(&update), Err(FlowError::NotFound));
}

#[test]
fn a_sign_up_that_begins_ends_a_sign_in_under_way() {
    let mut world = World::new();
    assert_eq!(world.tries(&sign_in::Create::default()), Ok(()));
    world.begins_sign_up(Fields::default());
    assert_eq!(world.client.sign_in, None);
}

/// A password is required here, so that a proved address is not all that is needed.
fn demanding() -> World {
    World::with(|settings| settings.attributes.password.required = true)
}

fn code_sent() -> (World, SignUpId) {
    let mut world = demanding();
    let id = world.begins_sign_up(address(JANE));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
    (world, id)
}

fn verified() -> (World, SignUpId) {
    let (mut world, id) = code_sent();
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
    (world, id)
}

fn complete() -> (World, SignUpId) {
    let (mut world, id) = verified();
    assert_eq!(world.tries(&update_sign_up(&id, password())), Ok(()));
    (world, id)
}

/// In another browser, Jane signs up with the address.
fn joined_elsewhere(world: &mut World) {
    world.change_browser();
    world.joins(JANE, "jane", PASSWORD);
    world.change_browser();
}

fn assert_lost(lost: &Transition<crate::flow::Client>) {
    let writes_nothing = |write: &Write| matches!(write, Write::WithinGuesses { .. });
    assert!(lost.writes.iter().all(writes_nothing), "{:?}", lost.writes);
    assert_eq!(lost.secret, None);
    assert_eq!(lost.next.sessions, []);
}

fn missing(world: &World) -> Vec<Field> {
    Requirements::of(world.sign_up(), &world.settings).missing
}

fn unverified(world: &World) -> Vec<Field> {
    Requirements::of(world.sign_up(), &world.settings).unverified
}

fn address(text: &str) -> Fields {
    Fields { email_address: Patch::Set(email(text)), ..Fields::default() }
}

fn password() -> Fields {
    Fields { password: Some(Password::typed(PASSWORD)), ..Fields::default() }
}

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "correct horse battery";
