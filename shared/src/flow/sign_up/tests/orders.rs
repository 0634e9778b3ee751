//! The same fields in other orders.

use std::fmt::Write as _;

use super::transitions::{list, standing};
use super::{JANE, address, password};
use crate::flow::fixture::{
    World, attempt_sign_up, email, prepare_sign_up, update_sign_up, username,
};
use crate::flow::sign_up::{Fields, Patch};
use crate::flow::{FlowError, Requirements, SignUpId};

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

/// A world in which everything is required but the family name.
fn demanding_world() -> World {
    World::with(|settings| {
        settings.attributes.username.required = true;
        settings.attributes.first_name.required = true;
        settings.attributes.password.required = true;
        settings.sign_up.legal_consent = true;
    })
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

type Step = fn(&mut World, &SignUpId) -> Result<(), FlowError>;

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
