//! Every state of a sign-up against every verb, as tables to be read.

use std::fmt::Write as _;
use std::time::Duration;

use super::{JANE, PASSWORD, address, password};
use crate::flow::fixture::{World, attempt_sign_up, prepare_sign_up, update_sign_up, username};
use crate::flow::password::Password;
use crate::flow::sign_up::{Attempt, Create, Fields, Patch, Prepare};
use crate::flow::strategy::Proof;
use crate::flow::{Field, Requirements, SignUpId, Strategy, Verb};

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
            writeln!(table, "  {name:<28}{}", outcome(&mut world, &id, &*verb)).unwrap();
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
            Ok(_) => standing(&world, &world.sign_up().id.clone()),
        };
        writeln!(table, "{name:<40}{line}").unwrap();
    }
    insta::assert_snapshot!(table);
}

/// A world in which a password is required, so that a proved address is not all, and Max has joined.
fn world() -> World {
    let mut world = World::with(|settings| settings.attributes.password.required = true);
    world.joins("max@example.com", "maxi", PASSWORD);
    world.signs_out();
    world.mail.clear();
    world
}

/// Where the sign-up stands: what it misses, what is not proved, how far the proof is.
pub(super) fn standing(world: &World, id: &SignUpId) -> String {
    let Ok(sign_up) = world.client.find_sign_up(id, world.now) else {
        return "not found".to_owned();
    };
    if sign_up.is_complete() {
        return "complete".to_owned();
    }
    let needs = Requirements::of(sign_up, &world.settings);
    let mut text = Vec::new();
    if !needs.missing.is_empty() {
        text.push(format!("missing {}", list(&needs.missing)));
    }
    if !needs.unverified.is_empty() {
        text.push(format!("unverified {}", list(&needs.unverified)));
    }
    let email = sign_up.email_address.as_ref();
    if let Some(found) = email.and_then(|email| email.verification.as_ref()) {
        let status = world.status(found);
        text.push(format!("code {status:?} after {} tries", found.attempts).to_lowercase());
    }
    text.join("; ")
}

/// What a verb answered and, unless it changed nothing, where the sign-up stands then.
fn outcome(world: &mut World, id: &SignUpId, verb: &dyn Verb) -> String {
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

pub(super) fn list(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
    names.join(", ")
}

fn everything() -> Fields {
    Fields {
        username: Patch::Set(username("jane")),
        ..Fields { password: password().password, ..address(JANE) }
    }
}

fn code_sent(world: &mut World) -> SignUpId {
    let id = world.begins_sign_up(address(JANE));
    assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
    id
}

fn verified(world: &mut World) -> SignUpId {
    let id = code_sent(world);
    assert_eq!(world.tries(&attempt_sign_up(&id, &world.code())), Ok(()));
    id
}

fn beginnings() -> Vec<(&'static str, Create)> {
    let create = |fields, strategy| Create { fields, strategy };
    let name_only = Fields { username: Patch::Set(username("jane")), ..Fields::default() };
    let taken_name = Fields { username: Patch::Set(username("maxi")), ..Fields::default() };
    let same = Fields { password: Some(Password::typed(JANE)), ..address(JANE) };
    vec![
        ("{}", create(Fields::default(), None)),
        ("{email_address}", create(address(JANE), None)),
        ("{username}", create(name_only, None)),
        ("{email_address, username, password}", create(everything(), None)),
        ("{email_address, strategy=email_code}", create(address(JANE), Some(Strategy::EmailCode))),
        ("{…, password, strategy=password}", create(everything(), Some(Strategy::Password))),
        ("{strategy=email_code}", create(Fields::default(), Some(Strategy::EmailCode))),
        (
            "{…, strategy=reset_password_email_code}",
            create(address(JANE), Some(Strategy::ResetPasswordEmailCode)),
        ),
        ("{email_address taken}", create(address(MAX), None)),
        ("{username taken}", create(taken_name, None)),
        ("{email_address, password=it}", create(same, None)),
    ]
}

type Reach = fn(&mut World) -> SignUpId;
type Make = fn(&World, &SignUpId) -> Box<dyn Verb>;

const STATES: &[(&str, Reach)] = &[
    ("nothing supplied", |world| world.begins_sign_up(Fields::default())),
    ("address supplied", |world| world.begins_sign_up(address(JANE))),
    ("code just sent", code_sent),
    ("code sent 30 s ago", |world| {
        let id = code_sent(world);
        world.wait(Duration::from_secs(30));
        id
    }),
    ("code tried once", |world| {
        let id = code_sent(world);
        let _ = world.tries(&attempt_sign_up(&id, &world.wrong_code()));
        id
    }),
    ("code tried too often", |world| {
        let id = code_sent(world);
        for _ in 0..5 {
            let _ = world.tries(&attempt_sign_up(&id, &world.wrong_code()));
        }
        world.wait(Duration::from_secs(30));
        id
    }),
    ("code sent 10 min ago", |world| {
        let id = code_sent(world);
        world.wait(Duration::from_mins(10));
        id
    }),
    ("address verified", verified),
    ("address taken meanwhile", |world| {
        let id = world.begins_sign_up(everything());
        world.change_browser();
        world.joins(JANE, "other", PASSWORD);
        world.change_browser();
        assert_eq!(world.tries(&prepare_sign_up(&id)), Ok(()));
        id
    }),
    ("complete", |world| {
        let id = verified(world);
        assert_eq!(world.tries(&update_sign_up(&id, password())), Ok(()));
        id
    }),
    ("begun 24 h ago", |world| {
        let id = code_sent(world);
        world.wait(Duration::from_hours(24));
        id
    }),
    ("given up for a newer one", |world| {
        let id = code_sent(world);
        world.begins_sign_up(address(JANE));
        id
    }),
];

const VERBS: &[(&str, Make)] = &[
    ("update {}", |_, id| Box::new(update_sign_up(id, Fields::default()))),
    ("update password", |_, id| Box::new(update_sign_up(id, password()))),
    ("update the same address", |_, id| Box::new(update_sign_up(id, address(JANE)))),
    ("update another address", |_, id| Box::new(update_sign_up(id, address("jane@example.org")))),
    ("update a taken address", |_, id| Box::new(update_sign_up(id, address(MAX)))),
    ("clear the address", |_, id| {
        let email_address = Patch::Clear;
        Box::new(update_sign_up(id, Fields { email_address, ..Fields::default() }))
    }),
    ("prepare email_code", |_, id| Box::new(prepare_sign_up(id))),
    ("prepare password", |_, id| {
        Box::new(Prepare { strategy: Strategy::Password, ..prepare_sign_up(id) })
    }),
    ("attempt the right code", |world, id| Box::new(attempt_sign_up(id, &world.code()))),
    ("attempt a wrong code", |world, id| Box::new(attempt_sign_up(id, &world.wrong_code()))),
    ("attempt what is no code", |_, id| Box::new(attempt_sign_up(id, "４２４２４２"))),
    ("attempt nothing", |_, id| Box::new(attempt_sign_up(id, " "))),
    ("attempt password", |_, id| {
        Box::new(Attempt {
            strategy: Strategy::Password,
            proof: Proof::Password(Password::typed("correct horse battery")),
            ..attempt_sign_up(id, "")
        })
    }),
];

const MAX: &str = "max@example.com";
