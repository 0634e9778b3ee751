use std::time::Duration;

use super::{Create, SignInStatus};
use crate::flow::fixture::{
    World, attempt_password, attempt_sign_in, email, prepare_sign_in, reset_password, username,
};
use crate::flow::password::{Password, PasswordHash};
use crate::flow::strategy::Proof;
use crate::flow::strategy::Strategy::{self, EmailCode, ResetPasswordEmailCode};
use crate::flow::{Budget, Facts, FlowError, Guess, GuessedFactor, SignInId, UserId, Verb, Write};

mod codes;
mod reset;
mod transitions;

#[test]
fn a_wrong_password_keeps_the_prepared_code() {
    let (mut world, id) = sent(EmailCode);
    let wrong = world.tries(&attempt_password(&id, "wrong"));
    assert_eq!(wrong, Err(FlowError::PasswordIncorrect));
    assert_eq!(world.tries(&attempt_sign_in(&id, EmailCode, &world.code())), Ok(()));
    assert!(world.sign_in().is_complete());
}

#[test]
fn a_wrong_password_does_not_shorten_the_cool_down() {
    let (mut world, id) = sent(EmailCode);
    let _ = world.tries(&attempt_password(&id, "wrong"));
    let refused = world.tries(&prepare_sign_in(&id, EmailCode));
    let retry_after = world.settings.codes.resend_after;
    assert_eq!(refused, Err(FlowError::TooManyRequests { retry_after }));
}

#[test]
fn a_wrong_password_at_the_beginning_leaves_an_attempt_to_go_on_with() {
    let mut world = world();
    assert_eq!(world.signs_in(email(JANE), "wrong"), Err(FlowError::PasswordIncorrect));
    let id = world.sign_in().id.clone();
    assert_eq!(world.sign_in().status(), SignInStatus::NeedsFirstFactor);
    assert_eq!(world.tries(&attempt_password(&id, PASSWORD)), Ok(()));
    assert!(world.sign_in().is_complete());
}

#[test]
fn a_complete_sign_in_is_a_session_and_stays_readable() {
    let mut world = world();
    world.wait(Duration::from_secs(1));
    assert_eq!(world.signs_in(username("jane"), PASSWORD), Ok(()));
    let sign_in = world.client.completed_sign_in.as_ref().unwrap();
    assert_eq!(world.client.sign_in, None);
    assert_eq!(world.client.find_sign_in(&sign_in.id, world.now), Ok(sign_in));
    assert_eq!(sign_in.created_session(), Some(&world.session().id));
    assert_eq!(world.client.last_active_session, Some(world.session().id.clone()));
    assert_eq!(world.client.last_authentication_strategy, Some(Strategy::Password));
    let user = world.user(&email(JANE));
    assert!(user.lists(&world.session().id));
    assert_eq!(user.last_sign_in_at, Some(world.now));
}

#[test]
fn guesses_are_counted_by_what_was_guessed() {
    let (mut world, id) = sent(EmailCode);
    let wrong = world.act(&attempt_password(&id, "wrong")).unwrap();
    assert_eq!(wrong.budgets, []);
    let wrong = world.act(&attempt_sign_in(&id, EmailCode, &world.wrong_code())).unwrap();
    assert_eq!(wrong.budgets, [Budget::WrongCode(email(JANE))]);
    let right = world.act(&attempt_sign_in(&id, EmailCode, &world.code())).unwrap();
    let guess = Guess { user: jane(&world), factor: GuessedFactor::EmailCode };
    let forgotten = Write::ForgetGuesses { guess, at: world.now };
    assert!(right.writes.contains(&forgotten), "{:?}", right.writes);
}

#[test]
fn a_password_beside_a_strategy_that_sends_a_code_is_not_tried() {
    for strategy in [EmailCode, ResetPasswordEmailCode] {
        let mut world = world();
        let create = Create {
            identifier: Some(email(JANE)),
            password: Some(Password::typed(PASSWORD)),
            strategy: Some(strategy),
            ..Create::default()
        };
        assert!(!create.lookups().guesses);
        let owners = world.owners.clone();
        let facts = Facts { owners, asked: [jane(&world)].into(), ..Facts::default() };
        let needs = create.needs(&world.client, &facts, &world.cx()).unwrap();
        assert!(needs.guess.is_none() && needs.password.is_none());
        assert_eq!(world.tries(&create), Ok(()));
        assert_eq!(world.sign_in().verification().map(|found| found.strategy), Some(strategy));
    }
}

#[test]
fn a_locked_factor_leaves_the_other_open() {
    let (mut world, id) = sent(EmailCode);
    let until = world.now + Duration::from_hours(1);
    world.locked.insert(GuessedFactor::Password, until);
    let locked = Err(FlowError::UserLocked { until });
    assert_eq!(world.tries(&attempt_password(&id, PASSWORD)), locked);
    assert_eq!(world.tries(&attempt_sign_in(&id, EmailCode, &world.code())), Ok(()));
}

#[test]
fn a_lock_ends_by_itself() {
    let (mut world, id) = sent(EmailCode);
    world.locked.insert(GuessedFactor::Password, world.now + Duration::from_mins(1));
    world.wait(Duration::from_mins(1));
    assert_eq!(world.tries(&attempt_password(&id, PASSWORD)), Ok(()));
}

#[test]
fn a_locked_password_at_the_beginning_leaves_an_attempt_to_go_on_with() {
    let mut world = world();
    let until = world.now + Duration::from_hours(1);
    world.locked.insert(GuessedFactor::Password, until);
    let refused = world.signs_in(email(JANE), PASSWORD);
    assert_eq!(refused, Err(FlowError::UserLocked { until }));
    let id = world.sign_in().id.clone();
    assert_eq!(world.tries(&prepare_sign_in(&id, EmailCode)), Ok(()));
}

#[test]
fn a_user_without_a_password_has_no_such_factor() {
    let mut world = world();
    world.users.values_mut().for_each(|user| user.password = None);
    let id = world.begins_sign_in(email(JANE));
    let refused = world.tries(&attempt_password(&id, PASSWORD));
    assert_eq!(refused, Err(FlowError::StrategyForUserInvalid));
}

#[test]
fn what_the_instance_turned_off_is_no_factor_any_more() {
    let mut world = world();
    let id = world.begins_sign_in(email(JANE));
    world.settings.attributes.password.enabled = false;
    let refused = Err(FlowError::StrategyForUserInvalid);
    assert_eq!(world.tries(&attempt_password(&id, PASSWORD)), refused);
    assert_eq!(world.tries(&prepare_sign_in(&id, ResetPasswordEmailCode)), refused);
    assert_eq!(world.signs_in(email(JANE), PASSWORD), refused);
    world.settings.attributes.email_address.first_factors.clear();
    let id = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&id, EmailCode)), refused);
}

#[test]
fn an_attribute_that_is_not_used_for_sign_in_names_nobody() {
    let mut world = world();
    world.settings.attributes.username.used_for_sign_in = false;
    let create = Create { identifier: Some(username("jane")), ..Create::default() };
    let refused = world.tries(&create);
    assert_eq!(refused, Err(FlowError::ValueInvalid(crate::flow::Field::Identifier)));
}

#[test]
fn a_stronger_hash_replaces_the_old_one_and_resets_nothing_else() {
    let mut world = world();
    world.begins_sign_in(email(JANE));
    let stronger = PasswordHash::new("a stronger hash".to_owned());
    let facts = Facts {
        users: world.users.clone(),
        password_matches: true,
        rehashed: Some(stronger.clone()),
        ..Facts::default()
    };
    let sign_in = world.sign_in().clone();
    let right = Proof::Password(Password::typed(PASSWORD));
    let done = sign_in.attempt(Strategy::Password, &right, &facts, &world.cx()).unwrap();
    let [Write::UpdateUser(user), ..] = done.writes.as_slice() else {
        panic!("{:?}", done.writes);
    };
    assert_eq!(user.password.as_ref().map(|found| &found.hash), Some(&stronger));
    assert_eq!(user.password_version, world.user(&email(JANE)).password_version);
}

#[test]
fn a_sign_in_that_begins_ends_a_sign_up_under_way() {
    let mut world = world();
    world.begins_sign_up(crate::flow::sign_up::Fields::default());
    world.begins_sign_in(email(JANE));
    assert_eq!(world.client.sign_up, None);
}

/// A world in which Jane has joined and nobody is signed in.
fn world() -> World {
    let mut world = World::new();
    world.joins(JANE, "jane", PASSWORD);
    world.signs_out();
    world
}

fn jane(world: &World) -> UserId {
    world.owners[&email(JANE)].clone()
}

fn sent(strategy: Strategy) -> (World, SignInId) {
    let mut world = world();
    let id = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&id, strategy)), Ok(()));
    (world, id)
}

fn proved(world: &mut World) -> SignInId {
    let id = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&id, ResetPasswordEmailCode)), Ok(()));
    let attempt = attempt_sign_in(&id, ResetPasswordEmailCode, &world.code());
    assert_eq!(world.tries(&attempt), Ok(()));
    id
}

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "correct horse battery";
