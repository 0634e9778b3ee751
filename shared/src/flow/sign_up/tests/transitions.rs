//! Every state of a sign-up against every verb, as tables to be read.

use std::fmt::Write as _;
use std::time::Duration;

use crate::flow::fixture::{
    World, attempt_sign_up, email, prepare_sign_up, update_sign_up, username,
};
use crate::flow::password::Password;
use crate::flow::sign_up::{Attempt, Create, Fields, Patch, Prepare};
use crate::flow::strategy::Proof;
use crate::flow::{Field, FlowError, Requirements, SignUpId, Strategy, Verb};

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

#[test]
fn the_same_fields_in_several_orders() {
    let mut table = String::new();
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 0, 1], [2, 0, 3, 1, 4], [0, 4, 1, 3, 2]] {
        let mut world = demanding_world();
        let id = world.begins_sign_up(Fields::default());
        let created = world.sign_up();
        if table.is_empty() {
            let all = Requirements::of(created, &world.settings);
            writeln!(table, "required: {}", list(&all.required)).unwrap();
            writeln!(table, "optional: {}", list(&all.optional)).unwrap();
        }
        writeln!(table, "\ncreate {:<16}{}", "{}", standing(&world, &id)).unwrap();
        for (name, step) in order.map(|at| STEPS[at]) {
            assert_eq!(step(&mut world, &id), Ok(()), "{name}");
            writeln!(table, "{name:<23}{}", standing(&world, &id)).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn whatever_comes_last_completes_the_sign_up() {
    let address_first = |order: &Vec<usize>| order.iter().find(|at| **at < 2) == Some(&0);
    for order in orders(&[0, 1, 2, 3, 4]).into_iter().filter(address_first) {
        let mut world = demanding_world();
        let id = world.begins_sign_up(Fields::default());
        for at in &order {
            assert!(!world.sign_up().is_complete(), "{order:?} before {at}");
            assert_eq!(STEPS[*at].1(&mut world, &id), Ok(()), "{order:?} at {at}");
        }
        assert!(world.sign_up().is_complete(), "{order:?}");
        let user = world.user(&email("jane@example.com"));
        assert!(user.email_addresses[0].is_verified(), "{order:?}");
        assert_eq!(user.username, Some(username("jane")), "{order:?}");
        assert_eq!(user.first_name.as_deref(), Some("Jane"), "{order:?}");
        assert!(user.password.is_some(), "{order:?}");
        assert!(user.legal_accepted_at.is_some(), "{order:?}");
    }
}

/// A world in which a password is required, so that a proved address is not all, and Max has joined.
fn world() -> World {
    let mut world = World::with(|settings| settings.attributes.password.required = true);
    world.joins("max@example.com", "maxi", PASSWORD);
    world.signs_out();
    world.mail.clear();
    world
}

/// A world in which everything is required but the family name.
fn demanding_world() -> World {
    World::with(|settings| {
        settings.attributes.username.required = true;
        settings.attributes.first_name.required = true;
        settings.attributes.password.required = true;
        settings.sign_up.legal_consent = true;
    })
}

/// Where the sign-up stands: what it misses, what is not proved, how far the proof is.
fn standing(world: &World, id: &SignUpId) -> String {
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

fn list(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
    names.join(", ")
}

fn orders(steps: &[usize]) -> Vec<Vec<usize>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in steps {
        let rest: Vec<_> = steps.iter().copied().filter(|at| at != first).collect();
        for mut order in orders(&rest) {
            order.insert(0, *first);
            all.push(order);
        }
    }
    all
}

fn address(text: &str) -> Fields {
    Fields { email_address: Patch::Set(email(text)), ..Fields::default() }
}

fn password() -> Fields {
    Fields { password: Some(Password::typed(PASSWORD)), ..Fields::default() }
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
type Step = fn(&mut World, &SignUpId) -> Result<(), FlowError>;

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
        world.wait(Duration::from_secs(10 * 60));
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
        world.wait(Duration::from_secs(24 * 60 * 60));
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
            proof: Proof::Password(true),
            ..attempt_sign_up(id, "")
        })
    }),
];

/// What completes a sign-up where everything is required: in any order, but the address before its code.
const STEPS: [(&str, Step); 5] = [
    ("address", |world, id| world.tries(&update_sign_up(id, address(JANE)))),
    ("code", |world, id| {
        world.tries(&prepare_sign_up(id))?;
        world.tries(&attempt_sign_up(id, &world.code()))
    }),
    ("username", |world, id| {
        world.tries(&update_sign_up(
            id,
            Fields { username: Patch::Set(username("jane")), ..Fields::default() },
        ))
    }),
    ("password", |world, id| world.tries(&update_sign_up(id, password()))),
    ("names and terms", |world, id| {
        world.tries(&update_sign_up(
            id,
            Fields {
                first_name: Patch::Set("Jane".to_owned()),
                legal_accepted: Some(true),
                ..Fields::default()
            },
        ))
    }),
];

const JANE: &str = "jane@example.com";
const MAX: &str = "max@example.com";
const PASSWORD: &str = "correct horse battery";
