//! How steps are drawn.

use std::time::Duration;

use proptest::prelude::{Just, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::Strategy as Generator;

use super::step::{Delivery, How, Step, Supplied, Typed, Which};
use crate::flow::Identifier;
use crate::flow::client::verbs::Intent;
use crate::flow::fixture::{email, username};
use crate::flow::sign_up::Patch;
use crate::flow::strategy::Strategy::{self, EmailCode, ResetPasswordEmailCode};

/// Jane and Max join; then anything happens.
pub(super) fn steps() -> impl Generator<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..100).prop_map(|random| {
        let mut steps = [joins(0), joins(1)].concat();
        steps.extend(random);
        steps
    })
}

fn joins(at: usize) -> Vec<Step> {
    let supplied = Supplied {
        address: Patch::Set(email(ADDRESSES[at])),
        username: Patch::Set(username(NAMES[at])),
        password: Some(PASSWORDS[at]),
    };
    let (which, delivery) = (Which::Open, Delivery::Done);
    vec![
        Step::SignUp { supplied, at_once: true, delivery },
        Step::Attempt { strategy: None, typed: Typed::Newest, which },
        Step::SignOut { forget: false },
    ]
}

fn step() -> impl Generator<Value = Step> {
    let password = || select(PASSWORDS.to_vec());
    prop_oneof![
        4 => waits().prop_map(Step::Wait),
        3 => Just(Step::ChangeBrowser),
        5 => (supplied(), proptest::bool::weighted(0.7), delivery())
            .prop_map(|(supplied, at_once, delivery)| Step::SignUp { supplied, at_once, delivery }),
        4 => (any::<usize>(), how(), delivery())
            .prop_map(|(as_who, how, delivery)| Step::SignIn { as_who, how, delivery }),
        8 => (supplied(), which()).prop_map(|(supplied, which)| Step::Update { supplied, which }),
        8 => (by_code(), which(), delivery())
            .prop_map(|(strategy, which, delivery)| Step::Prepare { strategy, which, delivery }),
        14 => (proptest::option::weighted(0.1, by_code()), typed(), which())
            .prop_map(|(strategy, typed, which)| Step::Attempt { strategy, typed, which }),
        2 => (password(), which())
            .prop_map(|(password, which)| Step::AttemptPassword { password, which }),
        4 => (password(), any::<bool>(), which()).prop_map(|(password, everywhere, which)| {
            Step::ResetPassword { password, everywhere, which }
        }),
        6 => (any::<usize>(), intent())
            .prop_map(|(session, intent)| Step::Touch { session, intent }),
        1 => any::<usize>().prop_map(|session| Step::End { session }),
        1 => proptest::bool::weighted(0.1).prop_map(|forget| Step::SignOut { forget }),
        1 => names().prop_map(|username| Step::Rename { username }),
    ]
}

fn waits() -> impl Generator<Value = Duration> {
    let seconds = |from| (from..).take(3).map(Duration::from_secs).collect::<Vec<_>>();
    prop_oneof![
        2 => select(vec![Duration::ZERO, Duration::from_millis(1), Duration::from_secs(1)]),
        6 => select(seconds(29)),
        2 => select(seconds(10 * 60 - 1)),
        1 => select(seconds(60 * 60 - 1)),
        1 => select(seconds(24 * 60 * 60 - 1)),
        1 => select(seconds(7 * 24 * 60 * 60 - 1)),
    ]
}

fn by_code() -> impl Generator<Value = Strategy> {
    select(vec![EmailCode, ResetPasswordEmailCode])
}

fn supplied() -> impl Generator<Value = Supplied> {
    let addresses = prop_oneof![
        1 => Just(Patch::Clear),
        3 => Just(Patch::Keep),
        9 => select(ADDRESSES.to_vec()).prop_map(|text| Patch::Set(email(text))),
    ];
    let password = proptest::option::weighted(0.4, select(PASSWORDS.to_vec()));
    (addresses, names(), password).prop_map(|(address, username, password)| Supplied {
        address,
        username,
        password,
    })
}

fn names() -> impl Generator<Value = Patch<Identifier>> {
    prop_oneof![
        1 => Just(Patch::Clear),
        6 => Just(Patch::Keep),
        3 => select(NAMES.to_vec()).prop_map(|text| Patch::Set(username(text))),
    ]
}

fn how() -> impl Generator<Value = How> {
    prop_oneof![
        1 => Just(How::Named),
        2 => select(PASSWORDS.to_vec()).prop_map(How::Password),
        1 => by_code().prop_map(How::Code),
    ]
}

fn which() -> impl Generator<Value = Which> {
    prop_oneof![
        18 => Just(Which::Open),
        1 => Just(Which::CompletedSignUp),
        1 => Just(Which::CompletedSignIn),
    ]
}

fn intent() -> impl Generator<Value = Intent> {
    prop_oneof![1 => Just(Intent::Select), 1 => Just(Intent::Focus), 4 => Just(Intent::Token)]
}

fn typed() -> impl Generator<Value = Typed> {
    prop_oneof![
        10 => Just(Typed::Newest),
        4 => any::<usize>().prop_map(Typed::Any),
        4 => Just(Typed::Wrong),
        1 => Just(Typed::NoCode),
    ]
}

fn delivery() -> impl Generator<Value = Delivery> {
    prop_oneof![
        8 => Just(Delivery::Done),
        1 => Just(Delivery::OverBudget),
        1 => Just(Delivery::Failed),
    ]
}

pub(super) const PASSWORDS: [&str; 2] = ["correct horse battery", "better horse battery"];
const ADDRESSES: [&str; 6] = [
    "jane@example.com",
    "max@example.com",
    "zoe@example.com",
    "joe@example.com",
    "ann@example.com",
    "bob@example.com",
];
const NAMES: [&str; 3] = ["jane", "maxi", "zoey"];
