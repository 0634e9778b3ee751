//! Random sequences of verbs in two browsers, and what holds after each of them.

use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, any, proptest};

use super::fixture::World;
use super::{
    Client, FlowError, Refused, Secret, SecretStanding, SignIn, SignUp, Transition, User, UserId,
};
use ledger::Ledger;
use proofs::{
    invariant_codes_are_bounded_and_apart, invariant_completed_is_final,
    invariant_tries_go_down_only_by_a_new_code, invariant_verified_only_by_the_right_live_proof,
};
use random::{PASSWORDS, steps};
use step::{Delivery, Step};

mod ledger;
mod proofs;
mod random;
mod step;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_must_hold_holds_after_every_verb(
        single in any::<bool>(),
        per_user in 1_usize..3,
        password in any::<bool>(),
        steps in steps(),
    ) {
        let mut world = World::with(|settings| {
            settings.sessions.single = single;
            settings.sessions.per_user = per_user;
            settings.attributes.password.required = password;
            // Low enough that a short sequence meets them.
            settings.sessions.per_client = 2;
            settings.codes.max_attempts = 2;
            settings.codes.per_attempt = 2;
        });
        let mut ledger = Ledger::default();
        for step in steps {
            perform(&mut world, &mut ledger, &step);
        }
    }
}

/// A step that was performed: what was before, and what came of it.
struct Done<'a> {
    step: &'a Step,
    before: Before,
    result: Result<Transition<Client>, FlowError>,
    after: &'a World,
}

/// The records before a step.
struct Before {
    client: Client,
    secret: Secret,
    users: BTreeMap<UserId, User>,
}

fn perform(world: &mut World, ledger: &mut Ledger, step: &Step) {
    if let Step::Wait(duration) = step {
        world.wait(*duration);
    }
    if let Step::ChangeBrowser = step {
        world.change_browser();
    }
    let Some(verb) = step.verb(world) else {
        return;
    };
    let before = Before {
        client: world.client.clone(),
        secret: world.secret.clone(),
        users: world.users.clone(),
    };
    let mailed = world.mail.len();
    let result = world.act(&*verb);
    let mailed = (world.mail.len() > mailed).then(|| step.delivery());
    let refused = match mailed {
        Some(Delivery::OverBudget) => Some(Refused::Budget),
        Some(Delivery::Failed) => Some(Refused::Delivery),
        Some(Delivery::Done) | None => None,
    };
    if let Some(why) = refused {
        let sent = world.client.clone();
        world.client = sent.clone().undelivered(&sent, &before.client, why, &world.cx());
    }
    let done = Done { step, before, result, after: world };

    invariant_completed_is_final(&done);
    invariant_verified_only_by_the_right_live_proof(&done, ledger);
    ledger.follow(&done, mailed);
    invariant_tries_go_down_only_by_a_new_code(&done, mailed.is_some());
    invariant_codes_are_bounded_and_apart(&done, ledger);
    invariant_no_identifier_belongs_to_two_users(&done);
    invariant_sessions_are_listed_bounded_and_used_while_they_live(&done);
    invariant_the_secret_changes_by_every_gain_and_only_then(&done);
    invariant_the_time_of_change_rises(&done);
    invariant_one_attempt_is_under_way(&done);
    if done.result.is_ok() {
        invariant_records_survive_json(&done);
        invariant_no_code_or_password_is_printed_or_stored(&done, ledger);
    }
}

fn invariant_no_identifier_belongs_to_two_users(done: &Done<'_>) {
    let world = done.after;
    let mut owners = BTreeMap::new();
    for user in world.users.values() {
        let addresses = user.email_addresses.iter().map(|email| &email.address);
        for identifier in addresses.chain(&user.username) {
            assert_eq!(owners.insert(identifier.clone(), user.id.clone()), None);
        }
    }
    assert_eq!(owners, world.owners, "what is claimed is what users have");
}

fn invariant_sessions_are_listed_bounded_and_used_while_they_live(done: &Done<'_>) {
    let (world, client) = (done.after, &done.after.client);
    let rules = &world.settings.sessions;
    let most = if rules.single { 1 } else { rules.per_client };
    assert!(client.sessions.len() <= most);
    assert!(world.users.values().all(|user| user.sessions.len() <= rules.per_user));
    assert!(
        client
            .last_active_session
            .iter()
            .all(|id| client.sessions.iter().any(|session| session.id == *id))
    );
    for session in &client.sessions {
        assert_eq!(session.id.user_id().as_ref(), Some(&session.user));
        let is_new = done.before.client.sessions.iter().all(|earlier| earlier.id != session.id);
        assert!(!is_new || session.is_live(world.users.get(&session.user), world.now));
    }
    if let Some(id) = done.step.uses_session(&done.before.client) {
        let session = done.before.client.sessions.iter().find(|session| session.id == id);
        let lives = session.is_some_and(|session| {
            let listed = world.users.get(&session.user).is_some_and(|user| user.lists(&id));
            listed && world.now < session.expire_at && world.now < session.abandon_at
        });
        assert_eq!(done.result.is_ok(), lives);
    }
}

fn invariant_the_secret_changes_by_every_gain_and_only_then(done: &Done<'_>) {
    let (before, world) = (&done.before, done.after);
    if world.client.id != before.client.id {
        return;
    }
    let old = |session: &super::Session| {
        before.client.sessions.iter().any(|earlier| earlier.id == session.id)
    };
    let begun = world.client.sessions.iter().filter(|session| !old(session)).count();
    let standing = world.client.recognise(&before.secret, world.now);
    assert_eq!(world.client.recognise(&world.secret, world.now), SecretStanding::Current);
    assert!(begun <= 1);
    let answered = done.result.as_ref().is_ok_and(|next| next.answer.is_ok());
    let gained =
        begun == 1 || done.step.begins() && done.result.is_ok() || done.step.proves() && answered;
    if gained {
        let visible = before.client.sessions.iter().map(|session| session.id.clone()).collect();
        assert_eq!(standing, SecretStanding::Superseded(visible));
    } else {
        assert_eq!(standing, SecretStanding::Current);
    }
}

fn invariant_the_time_of_change_rises(done: &Done<'_>) {
    let (before, world) = (&done.before, done.after);
    if world.client.id == before.client.id && world.client != before.client {
        assert!(world.client.updated_at > before.client.updated_at);
    }
    for (id, user) in &world.users {
        if let Some(earlier) = before.users.get(id).filter(|earlier| *earlier != user) {
            assert!(user.updated_at > earlier.updated_at);
        }
    }
    for session in &world.client.sessions {
        let earlier = before.client.sessions.iter().find(|earlier| earlier.id == session.id);
        if let Some(earlier) = earlier.filter(|earlier| *earlier != session) {
            assert!(session.updated_at > earlier.updated_at);
        }
    }
}

fn invariant_one_attempt_is_under_way(done: &Done<'_>) {
    let client = &done.after.client;
    assert!(client.sign_up.is_none() || client.sign_in.is_none());
    assert!(client.sign_up.as_ref().is_none_or(|sign_up| !sign_up.is_complete()));
    assert!(client.sign_in.as_ref().is_none_or(|sign_in| !sign_in.is_complete()));
}

fn invariant_records_survive_json(done: &Done<'_>) {
    let client = serde_json::to_string(&done.after.client).unwrap();
    assert_eq!(serde_json::from_str::<Client>(&client).unwrap(), done.after.client);
    let users = serde_json::to_string(&done.after.users).unwrap();
    let read: BTreeMap<UserId, User> = serde_json::from_str(&users).unwrap();
    assert_eq!(read, done.after.users);
}

fn invariant_no_code_or_password_is_printed_or_stored(done: &Done<'_>, ledger: &Ledger) {
    let (client, users) = (&done.after.client, &done.after.users);
    let mut text = format!("{client:?} {users:?} {:?}", done.result);
    text.push_str(&serde_json::to_string(&(client, users)).unwrap());
    for password in PASSWORDS {
        assert!(!text.contains(password));
    }
    // Digits inside a time, an id or a digest are there by chance; these are words of their own.
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    for code in &ledger.codes {
        for (at, digits) in text.match_indices(code.digits()) {
            let (before, after) = (&text[..at], &text[at + digits.len()..]);
            assert!(touches(before.chars().next_back()) || touches(after.chars().next()));
        }
    }
}

fn sign_ups(client: &Client) -> impl Iterator<Item = &SignUp> {
    client.sign_up.iter().chain(&client.completed_sign_up)
}

fn sign_ins(client: &Client) -> impl Iterator<Item = &SignIn> {
    client.sign_in.iter().chain(&client.completed_sign_in)
}

fn is_verified(sign_up: &SignUp) -> bool {
    sign_up.email_address.as_ref().is_some_and(super::sign_up::SuppliedAddress::is_verified)
}
