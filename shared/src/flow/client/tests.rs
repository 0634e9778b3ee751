use std::time::Duration;

use super::verbs::{End, Intent, Open, SignOut, Touch};
use crate::flow::fixture::{World, attempt_password, email, username};
use crate::flow::sign_up::Fields;
use crate::flow::{
    FlowError, Identifier, Session, SessionId, SessionState, Subject, Verb, Write, sign_up,
};

mod secret;

#[test]
fn where_one_session_is_allowed_nothing_begins_beside_it() {
    let mut world = signed_in();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Err(FlowError::SessionExists));
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Err(FlowError::SessionExists));
    let sign_up = sign_up::Create::default();
    assert_eq!(world.tries(&sign_up), Err(FlowError::SessionExists));
    world.signs_out();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
}

#[test]
fn a_session_that_was_ended_elsewhere_keeps_nobody_out() {
    let mut world = signed_in();
    world.users.values_mut().for_each(|user| user.sessions.clear());
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    assert_eq!(world.client.sessions.len(), 1);
}

#[test]
fn an_attempt_begun_before_another_signed_in_replaces_its_session() {
    let mut world = several();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
    let id = world.begins_sign_in(email(JANE));
    world.settings.sessions.single = true;
    assert_eq!(world.tries(&attempt_password(&id, PASSWORD)), Ok(()));
    assert_eq!(world.session().user, world.owners[&email(JANE)]);
}

#[test]
fn several_users_sign_in_beside_each_other() {
    let mut world = several();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    assert_eq!(owners(&world), [email(MAX), email(JANE)]);
    assert_eq!(world.client.last_active_session, Some(last(&world).id.clone()));
}

#[test]
fn who_is_signed_in_already_is_told_by_which_session() {
    let mut world = several();
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    let session = world.session().id.clone();
    for identifier in [email(JANE), username("jane")] {
        let refused = world.signs_in(identifier, PASSWORD);
        assert_eq!(refused, Err(FlowError::AlreadySignedIn(session.clone())));
    }
}

#[test]
fn the_oldest_session_of_a_client_gives_way() {
    let mut world = several();
    world.settings.sessions.per_client = 2;
    for name in ["zoe", "max", "jane"] {
        assert_eq!(world.signs_in(email(&format!("{name}@example.com")), PASSWORD), Ok(()));
    }
    assert_eq!(owners(&world), [email(MAX), email(JANE)]);
}

#[test]
fn the_oldest_session_of_a_user_gives_way_wherever_it_is() {
    let mut world = signed_in();
    world.settings.sessions.per_user = 2;
    for _ in 0..2 {
        assert_eq!(refreshes(&mut world), Ok(()));
        world.change_browser();
        world.signs_out();
        assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
        world.change_browser();
    }
    world.change_browser();
    // Forgetting a client without signing out leaves its session to the user.
    (world.client, world.secret) = super::Client::new(&world.cx());
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    assert_eq!(refreshes(&mut world), Ok(()));
    assert_eq!(world.user(&email(JANE)).sessions.len(), 2);
    world.change_browser();
    assert_eq!(refreshes(&mut world), Err(FlowError::Unauthenticated));
}

#[test]
fn a_sign_in_sweeps_what_is_over_from_the_users_list() {
    let mut world = signed_in();
    world.wait(world.settings.sessions.lifetime);
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    let listed = &world.user(&email(JANE)).sessions;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, world.session().id);
}

#[test]
fn a_session_lives_so_long_however_active() {
    let mut world = signed_in();
    let end = world.session().expire_at;
    assert_eq!(end, world.now + world.settings.sessions.lifetime);
    while world.now + HOUR < end {
        world.wait(HOUR);
        assert_eq!(refreshes(&mut world), Ok(()));
    }
    world.now = end;
    assert_eq!(refreshes(&mut world), Err(FlowError::Unauthenticated));
}

#[test]
fn an_unused_session_is_abandoned() {
    let mut world = signed_in_with_inactivity(2 * HOUR);
    world.now = world.session().abandon_at - MILLISECOND;
    assert_eq!(refreshes(&mut world), Ok(()));
    world.now = world.session().abandon_at - MILLISECOND;
    assert_eq!(refreshes(&mut world), Ok(()), "its use has put that off");
    world.wait(2 * HOUR);
    assert_eq!(refreshes(&mut world), Err(FlowError::Unauthenticated));
}

#[test]
fn use_is_recorded_once_an_hour() {
    let mut world = signed_in();
    let before = world.client.clone();
    let hour = world.now + HOUR;
    world.now = hour - MILLISECOND;
    assert_eq!(refreshes(&mut world), Ok(()));
    assert_eq!(touches(&mut world, Intent::Focus), Ok(()));
    assert_eq!(world.client, before, "nothing is to be written");
    world.now = hour;
    assert_eq!(touches(&mut world, Intent::Focus), Ok(()));
    let session = world.session();
    assert_eq!((session.last_active_at, session.updated_at), (world.now, world.now));
    assert_eq!(session.abandon_at, world.now + world.settings.sessions.inactivity);
    assert_eq!(world.client.updated_at, world.now);
}

#[test]
fn only_choosing_a_session_makes_it_the_last_active_one() {
    let mut world = several();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    let (max, jane) = (world.client.sessions[0].id.clone(), last(&world).id.clone());
    assert_eq!(world.tries(&Touch { id: max.clone(), intent: Intent::Focus }), Ok(()));
    assert_eq!(world.client.last_active_session, Some(jane));
    assert_eq!(world.tries(&Touch { id: max.clone(), intent: Intent::Select }), Ok(()));
    assert_eq!(world.client.last_active_session, Some(max));
}

#[test]
fn a_session_dies_with_its_user_and_with_its_place_on_their_list() {
    let mut world = signed_in();
    world.users.values_mut().for_each(|user| user.sessions.clear());
    assert_eq!(refreshes(&mut world), Err(FlowError::Unauthenticated));
    assert_eq!(touches(&mut world, Intent::Select), Err(FlowError::Unauthenticated));
    let mut world = signed_in();
    world.users.clear();
    assert_eq!(refreshes(&mut world), Err(FlowError::Unauthenticated));
}

#[test]
fn a_session_is_its_own_clients_alone() {
    let mut world = signed_in();
    let id = world.session().id.clone();
    world.change_browser();
    let verbs: [&dyn Verb; 3] = [
        &Touch { id: id.clone(), intent: Intent::Token },
        &Touch { id: id.clone(), intent: Intent::Select },
        &End { id, state: SessionState::Removed },
    ];
    for verb in verbs {
        assert_eq!(world.tries(verb), Err(FlowError::Unauthenticated));
    }
}

#[test]
fn an_ended_session_is_gone_from_client_and_user() {
    for state in [SessionState::Ended, SessionState::Removed] {
        let mut world = signed_in();
        let end = End { id: world.session().id.clone(), state };
        let done = world.act(&end).unwrap();
        let shown = Session { updated_at: world.now, ..done_session(&done.answer) };
        assert_eq!(done.answer, Ok(Subject::Session(shown, state)));
        assert_eq!(world.client.sessions, []);
        assert_eq!(world.client.last_active_session, None);
        assert_eq!(world.user(&email(JANE)).sessions, []);
        assert_eq!(world.tries(&end), Err(FlowError::Unauthenticated));
    }
}

#[test]
fn the_newest_session_that_is_left_is_the_last_active_one() {
    let mut world = several();
    for name in ["zoe", "max", "jane"] {
        assert_eq!(world.signs_in(email(&format!("{name}@example.com")), PASSWORD), Ok(()));
    }
    let ids: Vec<_> = world.client.sessions.iter().map(|session| session.id.clone()).collect();
    let end = |at: usize| End { id: ids[at].clone(), state: SessionState::Ended };
    assert_eq!(world.tries(&end(0)), Ok(()));
    assert_eq!(world.client.last_active_session.as_ref(), Some(&ids[2]));
    assert_eq!(world.tries(&end(2)), Ok(()));
    assert_eq!(world.client.last_active_session.as_ref(), Some(&ids[1]));
}

#[test]
fn signing_out_ends_every_session_and_every_attempt() {
    let mut world = several();
    assert_eq!(world.signs_in(email(MAX), PASSWORD), Ok(()));
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    world.begins_sign_up(Fields::default());
    let client = world.client.id.clone();
    world.signs_out();
    assert_eq!(world.client.id, client);
    assert_eq!(world.client.sessions, []);
    assert_eq!((&world.client.sign_up, &world.client.sign_in), (&None, &None));
    assert_eq!(world.client.last_active_session, None);
    assert!(world.users.values().all(|user| user.sessions.is_empty()));
}

#[test]
fn a_client_that_is_forgotten_ends_its_sessions_too() {
    let mut world = signed_in();
    let done = world.act(&SignOut { forget: true }).unwrap();
    assert!(done.writes.contains(&Write::DeleteClient));
    assert_eq!(world.user(&email(JANE)).sessions, []);
}

#[test]
fn the_time_of_change_rises_within_a_millisecond() {
    let mut world = World::new();
    let mut last = world.client.updated_at;
    for _ in 0..3 {
        world.begins_sign_up(Fields::default());
        assert!(world.client.updated_at > last);
        last = world.client.updated_at;
    }
    assert_eq!(world.tries(&Open), Ok(()));
    assert_eq!(world.client.updated_at, last, "opening changes nothing");
}

/// Jane, Max and Zoe have joined, nobody is signed in, and there may be several sessions.
fn several() -> World {
    let mut world = World::with(|settings| settings.sessions.single = false);
    for name in ["zoe", "max", "jane"] {
        world.joins(&format!("{name}@example.com"), &format!("{name:a<4}"), PASSWORD);
    }
    world.signs_out();
    world
}

/// Jane is signed in, where one session is allowed; Max has joined.
fn signed_in() -> World {
    let mut world = several();
    world.settings.sessions.single = true;
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    world
}

fn signed_in_with_inactivity(inactivity: Duration) -> World {
    let mut world = several();
    world.settings.sessions.inactivity = inactivity;
    assert_eq!(world.signs_in(email(JANE), PASSWORD), Ok(()));
    world
}

fn refreshes(world: &mut World) -> Result<(), FlowError> {
    world.tries(&Touch { id: world.session().id.clone(), intent: Intent::Token })
}

fn touches(world: &mut World, intent: Intent) -> Result<(), FlowError> {
    world.tries(&Touch { id: world.session().id.clone(), intent })
}

fn last(world: &World) -> &Session {
    world.client.sessions.last().unwrap()
}

/// Whose the client's sessions are, by address.
fn owners(world: &World) -> Vec<Identifier> {
    let address = |session: &Session| world.users[&session.user].email_addresses[0].address.clone();
    world.client.sessions.iter().map(address).collect()
}

fn done_session(answer: &Result<Subject, FlowError>) -> Session {
    match answer {
        Ok(Subject::Session(session, _)) => session.clone(),
        other => panic!("{other:?}"),
    }
}

fn ids(world: &World) -> Vec<SessionId> {
    world.client.sessions.iter().map(|session| session.id.clone()).collect()
}

const JANE: &str = "jane@example.com";
const MAX: &str = "max@example.com";
const PASSWORD: &str = "correct horse battery";
const HOUR: Duration = Duration::from_hours(1);
const MILLISECOND: Duration = Duration::from_millis(1);
