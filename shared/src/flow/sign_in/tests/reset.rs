use super::{JANE, PASSWORD, jane, proved, reset_password, sent, world};
use crate::flow::client::verbs::{Intent, Touch};
use crate::flow::fixture::{World, attempt_sign_in, email};
use crate::flow::sign_in::ResetPassword;
use crate::flow::strategy::Strategy::{EmailCode, ResetPasswordEmailCode};
use crate::flow::{Effect, FlowError, Guess, GuessedFactor, Message, Write};

#[test]
fn a_reset_signs_in_with_the_new_password_from_then_on() {
    let mut world = world();
    let id = proved(&mut world);
    assert_eq!(world.client.sessions, [], "the code alone is no sign-in");
    assert_eq!(world.tries(&reset_password(&id, NEW)), Ok(()));
    assert_eq!(world.client.sessions.len(), 1);
    world.signs_out();
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Err(FlowError::PasswordIncorrect));
    assert_eq!(world.signs_in(email(JANE), NEW), Ok(()));
}

#[test]
fn a_reset_gives_a_first_password_to_who_has_none() {
    let mut world = world();
    world.users.values_mut().for_each(|user| user.password = None);
    let id = proved(&mut world);
    assert_eq!(world.tries(&reset_password(&id, NEW)), Ok(()));
    world.signs_out();
    assert_eq!(world.signs_in(email(JANE), NEW), Ok(()));
}

#[test]
fn a_reset_begun_before_another_was_completed_is_dead() {
    let mut world = world();
    let first = proved(&mut world);
    world.change_browser();
    let second = proved(&mut world);
    assert_eq!(world.tries(&reset_password(&second, NEW)), Ok(()));
    world.change_browser();
    let late = world.tries(&reset_password(&first, "the attacker's own"));
    assert_eq!(late, Err(FlowError::SignInState));
    assert_eq!(world.signs_in(email(JANE), NEW), Ok(()));
}

#[test]
fn a_reset_named_before_another_was_completed_is_dead_too() {
    let (mut world, first) = sent(ResetPasswordEmailCode);
    let code = world.code();
    world.change_browser();
    let second = proved(&mut world);
    assert_eq!(world.tries(&reset_password(&second, NEW)), Ok(()));
    world.change_browser();
    let _ = world.tries(&attempt_sign_in(&first, ResetPasswordEmailCode, &code));
    let late = world.tries(&reset_password(&first, "the attacker's own"));
    assert_eq!(late, Err(FlowError::SignInState));
}

#[test]
fn a_reset_ends_the_sessions_everywhere_else() {
    let mut world = signed_in_elsewhere();
    let id = proved(&mut world);
    assert_eq!(world.tries(&reset_password(&id, NEW)), Ok(()));
    assert_eq!(world.tries(&refresh(&world)), Ok(()));
    world.change_browser();
    assert_eq!(world.tries(&refresh(&world)), Err(FlowError::Unauthenticated));
}

#[test]
fn a_reset_leaves_the_other_sessions_if_that_is_asked_for() {
    let mut world = signed_in_elsewhere();
    let id = proved(&mut world);
    let keeping = ResetPassword { sign_out_of_other_sessions: false, ..reset_password(&id, NEW) };
    assert_eq!(world.tries(&keeping), Ok(()));
    world.change_browser();
    assert_eq!(world.tries(&refresh(&world)), Ok(()));
}

#[test]
fn the_owner_is_told_of_a_new_password() {
    let mut world = world();
    let id = proved(&mut world);
    let done = world.act(&reset_password(&id, NEW)).unwrap();
    let told = Message::PasswordChanged { to: email(JANE), locale: None };
    assert_eq!(done.effects, [Effect::Notify(told)]);
}

#[test]
fn failed_guesses_at_the_old_password_are_forgotten() {
    let mut world = world();
    let id = proved(&mut world);
    let done = world.act(&reset_password(&id, NEW)).unwrap();
    let guess = Guess { user: jane(&world), factor: GuessedFactor::Password };
    let forgotten = Write::ForgetGuesses { guess, at: world.now };
    assert!(done.writes.contains(&forgotten), "{:?}", done.writes);
}

#[test]
fn a_new_password_is_not_an_identifier() {
    for password in [JANE, "Jane@Example.com", "JANE", "jane"] {
        let mut world = world();
        let id = proved(&mut world);
        let refused = world.tries(&reset_password(&id, password));
        assert_eq!(refused, Err(FlowError::PasswordMatchesIdentifier), "{password}");
    }
}

#[test]
fn a_sign_in_code_allows_no_reset_and_a_reset_code_no_sign_in() {
    let (mut world, id) = sent(EmailCode);
    let as_reset = attempt_sign_in(&id, ResetPasswordEmailCode, &world.code());
    assert_eq!(world.tries(&as_reset), Err(FlowError::VerificationMissing));
    let (mut world, id) = sent(ResetPasswordEmailCode);
    let as_sign_in = attempt_sign_in(&id, EmailCode, &world.code());
    assert_eq!(world.tries(&as_sign_in), Err(FlowError::VerificationMissing));
}

/// Jane is signed in, in the browser that is not in hand.
fn signed_in_elsewhere() -> World {
    let mut world = world();
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    world.change_browser();
    world
}

fn refresh(world: &World) -> Touch {
    Touch { id: world.session().id.clone(), intent: Intent::Token }
}

const NEW: &str = "better horse battery";
