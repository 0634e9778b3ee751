//! Every state of a sign-in against every verb, as tables to be read.

use std::fmt::Write as _;
use std::time::Duration;

use crate::flow::fixture::{
    World, attempt_password, attempt_sign_in, email, prepare_sign_in, reset_password, username,
};
use crate::flow::password::Password;
use crate::flow::sign_in::{Create, Prepare};
use crate::flow::strategy::Strategy::{EmailCode, ResetPasswordEmailCode};
use crate::flow::{EmailAddressId, GuessedFactor, SignInId, Strategy, Verb};

#[test]
fn every_state_answers_every_verb() {
    let mut table = String::new();
    for (state, reach) in STATES {
        let mut world = world();
        let id = reach(&mut world);
        writeln!(table, "{state}: {}", standing(&world, &id)).unwrap();
        for (name, verb) in VERBS {
            let mut world = self::world();
            let id = reach(&mut world);
            let verb = verb(&world, &id);
            writeln!(table, "  {name:<34}{}", outcome(&mut world, &id, &*verb)).unwrap();
        }
        writeln!(table).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_state_survives_json() {
    for (state, reach) in STATES {
        let mut world = world();
        reach(&mut world);
        let text = serde_json::to_string(&world.client).unwrap();
        assert_eq!(serde_json::from_str(&text).ok().as_ref(), Some(&world.client), "{state}");
    }
}

#[test]
fn the_same_context_decides_the_same() {
    for (state, reach) in STATES {
        let mut world = world();
        let id = reach(&mut world);
        for (name, verb) in VERBS {
            let verb = verb(&world, &id);
            assert_eq!(world.decide(&*verb), world.decide(&*verb), "{state}: {name}");
        }
    }
}

#[test]
fn every_beginning() {
    let mut table = String::new();
    for (name, create) in beginnings() {
        let mut world = world();
        let line = match world.act(&create) {
            Err(refusal) => format!("refused: {refusal:?}"),
            Ok(done) => {
                let standing = standing(&world, &world.sign_in().id.clone());
                done.answer.map_or_else(|why| format!("{why:?} → {standing}"), |_| standing.clone())
            }
        };
        writeln!(table, "{name:<50}{line}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_factors_that_are_offered() {
    let mut table = String::new();
    for (name, change) in OFFERS {
        let mut world = world();
        change(&mut world);
        for typed in [email(JANE), username("jane")] {
            world.begins_sign_in(typed.clone());
            let factors = world.sign_in().factors().unwrap();
            let offered: Vec<_> = factors
                .list(&world.settings)
                .map(|factor| match factor.email_address {
                    Some(email) => format!("{} to {}", factor.strategy.as_str(), email.address),
                    None => factor.strategy.as_str().to_owned(),
                })
                .collect();
            writeln!(table, "{name}, {typed} typed: {}", offered.join(", ")).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

/// A world in which Jane has joined and nobody is signed in.
fn world() -> World {
    let mut world = World::new();
    world.joins(JANE, "jane", PASSWORD);
    world.signs_out();
    world.mail.clear();
    world
}

/// Where the sign-in stands: its status, and how far the proof is.
fn standing(world: &World, id: &SignInId) -> String {
    let Ok(sign_in) = world.client.find_sign_in(id, world.now) else {
        return "not found".to_owned();
    };
    let mut text = sign_in.status().as_str().to_owned();
    if let Some(found) = sign_in.verification() {
        let (strategy, status) = (found.strategy.as_str(), world.status(found));
        let proof = format!("; {strategy} {status:?} after {} tries", found.attempts);
        text.push_str(&proof.to_lowercase());
    }
    text
}

/// What a verb answered and, unless it changed nothing, where the sign-in stands then.
fn outcome(world: &mut World, id: &SignInId, verb: &dyn Verb) -> String {
    let before = world.client.clone();
    match world.act(verb) {
        Err(refusal) => {
            assert_eq!(world.client, before, "a refused verb changes nothing");
            format!("refused: {refusal:?}")
        }
        Ok(done) => match done.answer {
            Ok(_) => standing(world, id),
            Err(refusal) => format!("{refusal:?} → {}", standing(world, id)),
        },
    }
}

fn sent(world: &mut World, strategy: Strategy) -> SignInId {
    let id = world.begins_sign_in(email(JANE));
    assert_eq!(world.tries(&prepare_sign_in(&id, strategy)), Ok(()));
    id
}

fn proved(world: &mut World, strategy: Strategy) -> SignInId {
    let id = sent(world, strategy);
    assert_eq!(world.tries(&attempt_sign_in(&id, strategy, &world.code())), Ok(()));
    id
}

fn beginnings() -> Vec<(&'static str, Create)> {
    let create = |identifier: Option<&str>, password: Option<&str>, strategy| Create {
        identifier: identifier
            .map(|text| if text.contains('@') { email(text) } else { username(text) }),
        password: password.map(Password::typed),
        strategy,
        locale: None,
    };
    let (jane, right, wrong) = (Some(JANE), Some(PASSWORD), Some("wrong"));
    let by_password = Some(Strategy::Password);
    vec![
        ("{}", create(None, None, None)),
        ("{identifier}", create(jane, None, None)),
        ("{identifier: username}", create(Some("jane"), None, None)),
        ("{identifier: unknown}", create(Some("joe@example.com"), None, None)),
        ("{identifier, password: right}", create(jane, right, None)),
        ("{identifier: username, password: right}", create(Some("jane"), right, None)),
        ("{identifier, password: right, strategy=password}", create(jane, right, by_password)),
        ("{identifier, password: wrong}", create(jane, wrong, None)),
        ("{identifier: unknown, password}", create(Some("joe@example.com"), right, None)),
        ("{identifier, strategy=email_code}", create(jane, None, Some(EmailCode))),
        (
            "{identifier, strategy=reset_password_email_code}",
            create(jane, None, Some(ResetPasswordEmailCode)),
        ),
        ("{identifier, strategy=password}", create(jane, None, by_password)),
        ("{strategy=email_code}", create(None, None, Some(EmailCode))),
        ("{password}", create(None, right, None)),
    ]
}

type Reach = fn(&mut World) -> SignInId;
type Change = fn(&mut World);
type Make = fn(&World, &SignInId) -> Box<dyn Verb>;

const STATES: &[(&str, Reach)] = &[
    ("nobody named", |world| {
        assert_eq!(world.tries(&Create::default()), Ok(()));
        world.sign_in().id.clone()
    }),
    ("Jane named", |world| world.begins_sign_in(email(JANE))),
    ("code just sent", |world| sent(world, EmailCode)),
    ("code sent 30 s ago", |world| {
        let id = sent(world, EmailCode);
        world.wait(Duration::from_secs(30));
        id
    }),
    ("code tried once", |world| {
        let id = sent(world, EmailCode);
        let _ = world.tries(&attempt_sign_in(&id, EmailCode, &world.wrong_code()));
        id
    }),
    ("code tried too often", |world| {
        let id = sent(world, EmailCode);
        for _ in 0..5 {
            let _ = world.tries(&attempt_sign_in(&id, EmailCode, &world.wrong_code()));
        }
        world.wait(Duration::from_secs(30));
        id
    }),
    ("code sent 10 min ago", |world| {
        let id = sent(world, EmailCode);
        world.wait(Duration::from_mins(10));
        id
    }),
    ("reset code just sent", |world| sent(world, ResetPasswordEmailCode)),
    ("reset code proved", |world| proved(world, ResetPasswordEmailCode)),
    ("reset by another meanwhile", |world| {
        let id = proved(world, ResetPasswordEmailCode);
        world.change_browser();
        let other = proved(world, ResetPasswordEmailCode);
        assert_eq!(world.tries(&reset_password(&other, "another horse battery")), Ok(()));
        world.change_browser();
        id
    }),
    ("both factors locked", |world| {
        let id = sent(world, EmailCode);
        let until = world.now + Duration::from_hours(1);
        world.locked.extend([(GuessedFactor::EmailCode, until), (GuessedFactor::Password, until)]);
        id
    }),
    ("Jane deleted", |world| {
        let id = sent(world, EmailCode);
        world.users.clear();
        world.owners.clear();
        id
    }),
    ("complete", |world| proved(world, EmailCode)),
    ("begun 24 h ago", |world| {
        let id = sent(world, EmailCode);
        world.wait(Duration::from_hours(24));
        id
    }),
    ("given up for a newer one", |world| {
        let id = sent(world, EmailCode);
        world.begins_sign_in(email(JANE));
        id
    }),
];

const VERBS: &[(&str, Make)] = &[
    ("prepare email_code", |_, id| Box::new(prepare_sign_in(id, EmailCode))),
    ("prepare email_code to a stranger", |_, id| {
        let email_address = EmailAddressId::parse("idn_stranger");
        Box::new(Prepare { email_address, ..prepare_sign_in(id, EmailCode) })
    }),
    ("prepare the reset", |_, id| Box::new(prepare_sign_in(id, ResetPasswordEmailCode))),
    ("prepare password", |_, id| Box::new(prepare_sign_in(id, Strategy::Password))),
    ("attempt the right code", |world, id| Box::new(attempt_sign_in(id, EmailCode, &world.code()))),
    ("attempt a wrong code", |world, id| {
        Box::new(attempt_sign_in(id, EmailCode, &world.wrong_code()))
    }),
    ("attempt what is no code", |_, id| Box::new(attempt_sign_in(id, EmailCode, "12345"))),
    ("attempt the reset's right code", |world, id| {
        Box::new(attempt_sign_in(id, ResetPasswordEmailCode, &world.code()))
    }),
    ("attempt the right password", |_, id| Box::new(attempt_password(id, PASSWORD))),
    ("attempt a wrong password", |_, id| Box::new(attempt_password(id, "wrong"))),
    ("attempt a code as the password", |world, id| {
        Box::new(attempt_sign_in(id, Strategy::Password, &world.code()))
    }),
    ("reset_password", |_, id| Box::new(reset_password(id, "better horse battery"))),
    ("reset_password to the address", |_, id| Box::new(reset_password(id, JANE))),
];

const OFFERS: &[(&str, Change)] = &[
    ("as shipped", |_| {}),
    ("without codes", |world| {
        world.settings.attributes.email_address.first_factors.clear();
    }),
    ("without passwords", |world| {
        world.settings.attributes.password.enabled = false;
    }),
    ("a user without one", |world| {
        world.users.values_mut().for_each(|user| user.password = None);
    }),
    ("an unverified address", |world| {
        let addresses = world.users.values_mut().flat_map(|user| &mut user.email_addresses);
        addresses.for_each(|email| email.verification = None);
    }),
];

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "correct horse battery";
