use std::time::Duration;

use super::super::verbs::{End, Intent, Open, SignOut, Touch};
use super::super::{Client, Secret, SecretStanding};
use super::{JANE, MAX, PASSWORD, ids, several};
use crate::flow::fixture::{
    World, attempt_password, attempt_sign_in, attempt_sign_up, email, prepare_sign_in,
    prepare_sign_up, reset_password, update_sign_up,
};
use crate::flow::strategy::Strategy::{EmailCode, ResetPasswordEmailCode};
use crate::flow::{Facts, SessionId, SessionState, Verb, sign_in, sign_up, user};

#[test]
fn a_secret_is_its_own_clients_alone() {
    let mut world = World::new();
    let secret = world.secret.clone();
    assert_eq!(world.client.recognise(&secret, world.now), SecretStanding::Current);
    world.change_browser();
    assert_eq!(world.client.recognise(&secret, world.now), SecretStanding::Unknown);
    for text in ["", "x", &secret.reveal()[1..]] {
        let presented = Secret::presented(text);
        assert_eq!(world.client.recognise(&presented, world.now), SecretStanding::Unknown);
    }
}

#[test]
fn a_secret_is_neither_printed_nor_stored() {
    let world = World::new();
    let secret = world.secret.reveal();
    assert!(!format!("{:?} {:?}", world.secret, world.client).contains(secret));
    assert!(!serde_json::to_string(&world.client).unwrap().contains(secret));
}

#[test]
fn every_gain_replaces_the_secret() {
    let mut world = several();
    let mut secrets = vec![world.secret.clone()];
    let sign_up = world.begins_sign_up(sign_up::Fields::default());
    secrets.push(world.secret.clone());
    let email_address = sign_up::Patch::Set(email("joe@example.com"));
    let joe = sign_up::Fields { email_address, ..sign_up::Fields::default() };
    assert_eq!(world.tries(&update_sign_up(&sign_up, joe)), Ok(()));
    assert_eq!(world.tries(&prepare_sign_up(&sign_up)), Ok(()));
    assert_eq!(world.tries(&attempt_sign_up(&sign_up, &world.code())), Ok(()));
    secrets.push(world.secret.clone());
    let sign_in = world.begins_sign_in(email(JANE));
    secrets.push(world.secret.clone());
    assert_eq!(world.tries(&prepare_sign_in(&sign_in, ResetPasswordEmailCode)), Ok(()));
    let attempt = attempt_sign_in(&sign_in, ResetPasswordEmailCode, &world.code());
    assert_eq!(world.tries(&attempt), Ok(()));
    secrets.push(world.secret.clone());
    assert_eq!(world.tries(&reset_password(&sign_in, "better horse battery")), Ok(()));
    secrets.push(world.secret.clone());
    for (at, secret) in secrets.iter().enumerate() {
        assert!(!secrets[..at].contains(secret), "{at}");
    }
    assert_eq!(world.client.recognise(&world.secret, world.now), SecretStanding::Current);
}

#[test]
fn what_gains_nothing_keeps_the_secret() {
    let mut world = several();
    let id = world.begins_sign_in(email(JANE));
    let secret = world.secret.clone();
    assert_eq!(world.tries(&prepare_sign_in(&id, EmailCode)), Ok(()));
    assert!(world.tries(&attempt_sign_in(&id, EmailCode, &world.wrong_code())).is_err());
    assert!(world.tries(&attempt_password(&id, "wrong")).is_err());
    assert_eq!(world.tries(&Open), Ok(()));
    world.signs_out();
    assert_eq!(world.secret, secret);
    assert_eq!(world.client.recognise(&secret, world.now), SecretStanding::Current);
}

#[test]
fn a_client_that_begins_with_its_first_attempt_keeps_its_first_secret() {
    let world = World::new();
    let verbs: [&dyn Verb; 2] = [&sign_in::Create::default(), &sign_up::Create::default()];
    for verb in verbs {
        for new_client in [true, false] {
            let facts = Facts { new_client, ..Facts::default() };
            let next = verb.decide(world.client.clone(), &facts, &world.cx()).unwrap();
            assert_eq!(next.secret.is_none(), new_client);
        }
    }
}

#[test]
fn a_superseded_secret_sees_the_old_sessions_and_expires() {
    let (world, old, visible) = superseded();
    let seen = SecretStanding::Superseded(visible);
    assert_eq!(world.client.recognise(&old, world.now), seen);
    let late = world.now + Duration::from_mins(1);
    assert_eq!(world.client.recognise(&old, late), SecretStanding::Unknown);
    assert_eq!(world.client.recognise(&world.secret, late), SecretStanding::Current);
}

#[test]
fn a_secret_from_too_many_changes_ago_is_unknown() {
    let (mut world, old, _) = superseded();
    assert_ne!(world.client.recognise(&old, world.now), SecretStanding::Unknown);
    for _ in 0..3 {
        world.begins_sign_up(sign_up::Fields::default());
    }
    assert_eq!(world.client.recognise(&old, world.now), SecretStanding::Unknown);
}

#[test]
fn a_limited_view_shows_neither_new_sessions_nor_attempts() {
    let (mut world, _, visible) = superseded();
    world.begins_sign_up(sign_up::Fields::default());
    let view = world.client.clone().limited_to(&visible);
    assert_eq!(view.sessions, world.client.sessions[..1]);
    assert_eq!(view.last_active_session, None, "the new session is");
    let Client { sign_up, completed_sign_up, sign_in, completed_sign_in, .. } = view;
    assert_eq!((sign_up, completed_sign_up), (None, None));
    assert_eq!((sign_in, completed_sign_in), (None, None));
}

#[test]
fn a_superseded_secret_may_use_the_old_sessions_and_gain_none() {
    let (world, _, visible) = superseded();
    let [old, new] = ids(&world).try_into().unwrap();
    let refresh = |id: &SessionId| Touch { id: id.clone(), intent: Intent::Token };
    let touch = |id: &SessionId| Touch { id: id.clone(), intent: Intent::Select };
    let read = |id: &SessionId| user::verbs::Read { acting: Some(id.clone()) };
    let allowed: [&dyn Verb; 4] = [&Open, &refresh(&old), &touch(&old), &read(&old)];
    for verb in allowed {
        assert!(verb.allowed_to_superseded(&visible));
    }
    let refused: [&dyn Verb; 9] = [
        &refresh(&new),
        &touch(&new),
        &read(&new),
        &user::verbs::Read { acting: None },
        &user::verbs::Update { acting: Some(old.clone()), ..user::verbs::Update::default() },
        &End { id: old.clone(), state: SessionState::Ended },
        &SignOut { forget: false },
        &sign_in::Create::default(),
        &sign_up::Create::default(),
    ];
    for verb in refused {
        assert!(!verb.allowed_to_superseded(&visible));
    }
}

/// Max was signed in when Jane signed in beside him: the world, the secret until then, what it sees.
fn superseded() -> (World, Secret, Vec<SessionId>) {
    let mut world = several();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
    let (old, visible) = (world.secret.clone(), ids(&world));
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    (world, old, visible)
}
