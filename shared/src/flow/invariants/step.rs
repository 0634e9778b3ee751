//! One random step: time, a change of browser, or a verb with its input.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::{sign_ins, sign_ups};
use crate::flow::client::verbs::{End, Refresh, SignOut, Touch};
use crate::flow::fixture::{
    World, attempt_password, attempt_sign_in, attempt_sign_up, email, prepare_sign_in,
    prepare_sign_up, update_sign_up, username,
};
use crate::flow::password::Password;
use crate::flow::sign_up::{Fields, Patch};
use crate::flow::strategy::Strategy::{self, EmailCode, ResetPasswordEmailCode};
use crate::flow::{
    Client, Identifier, SessionId, SessionState, SignInId, SignUpId, Verb, sign_in, sign_up, user,
};

#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(Duration),
    ChangeBrowser,
    SignUp { supplied: Supplied, at_once: bool, delivery: Delivery },
    Update { supplied: Supplied, which: Which },
    PrepareSignUp { which: Which, delivery: Delivery },
    AttemptSignUp { typed: Typed, which: Which },
    SignIn { as_who: usize, how: How, delivery: Delivery },
    PrepareSignIn { strategy: Strategy, which: Which, delivery: Delivery },
    AttemptSignIn { strategy: Strategy, typed: Typed, which: Which },
    AttemptPassword { password: &'static str, which: Which },
    ResetPassword { password: &'static str, everywhere: bool, which: Which },
    Touch { session: usize, selects: bool },
    Refresh { session: usize },
    End { session: usize },
    SignOut { forget: bool },
    Rename { username: Patch<Identifier> },
}

/// The fields of a sign-up that a step supplies.
#[derive(Clone, Debug)]
pub(super) struct Supplied {
    address: Patch<Identifier>,
    username: Patch<Identifier>,
    password: Option<&'static str>,
}

/// How a sign-in is begun.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Named,
    Password(&'static str),
    Code(Strategy),
}

/// The attempt that is meant: the one under way, or the last that was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Open,
    Completed,
}

/// What somebody types as a code.
#[derive(Clone, Copy, Debug)]
pub(super) enum Typed {
    /// The newest one of the attempt.
    Newest,
    /// Some code that was mailed to anybody for anything, or was to be mailed.
    Any(usize),
    Wrong,
    NoCode,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Done,
    OverBudget,
    Failed,
}

pub(super) fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..64)
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    let strategy = || select(vec![EmailCode, EmailCode, ResetPasswordEmailCode]);
    let password = || select(PASSWORDS.to_vec());
    prop_oneof![
        4 => select(WAITS.to_vec()).prop_map(Step::Wait),
        2 => Just(Step::ChangeBrowser),
        3 => (supplied(), any::<bool>(), delivery())
            .prop_map(|(supplied, at_once, delivery)| Step::SignUp { supplied, at_once, delivery }),
        4 => (supplied(), which()).prop_map(|(supplied, which)| Step::Update { supplied, which }),
        6 => (which(), delivery())
            .prop_map(|(which, delivery)| Step::PrepareSignUp { which, delivery }),
        10 => (typed(), which()).prop_map(|(typed, which)| Step::AttemptSignUp { typed, which }),
        4 => (any::<usize>(), how(), delivery())
            .prop_map(|(as_who, how, delivery)| Step::SignIn { as_who, how, delivery }),
        4 => (strategy(), which(), delivery()).prop_map(|(strategy, which, delivery)| {
            Step::PrepareSignIn { strategy, which, delivery }
        }),
        8 => (strategy(), typed(), which()).prop_map(|(strategy, typed, which)| {
            Step::AttemptSignIn { strategy, typed, which }
        }),
        3 => (password(), which())
            .prop_map(|(password, which)| Step::AttemptPassword { password, which }),
        4 => (password(), any::<bool>(), which()).prop_map(|(password, everywhere, which)| {
            Step::ResetPassword { password, everywhere, which }
        }),
        2 => (any::<usize>(), any::<bool>())
            .prop_map(|(session, selects)| Step::Touch { session, selects }),
        3 => any::<usize>().prop_map(|session| Step::Refresh { session }),
        1 => any::<usize>().prop_map(|session| Step::End { session }),
        3 => proptest::bool::weighted(0.2).prop_map(|forget| Step::SignOut { forget }),
        1 => names().prop_map(|username| Step::Rename { username }),
    ]
}

fn supplied() -> impl proptest::strategy::Strategy<Value = Supplied> {
    let addresses = prop_oneof![
        1 => Just(Patch::Clear),
        4 => Just(Patch::Keep),
        6 => select(ADDRESSES.to_vec()).prop_map(|text| Patch::Set(email(text))),
    ];
    let password = proptest::option::weighted(0.4, select(PASSWORDS.to_vec()));
    (addresses, names(), password).prop_map(|(address, username, password)| Supplied {
        address,
        username,
        password,
    })
}

fn names() -> impl proptest::strategy::Strategy<Value = Patch<Identifier>> {
    prop_oneof![
        1 => Just(Patch::Clear),
        6 => Just(Patch::Keep),
        3 => select(NAMES.to_vec()).prop_map(|text| Patch::Set(username(text))),
    ]
}

fn how() -> impl proptest::strategy::Strategy<Value = How> {
    prop_oneof![
        Just(How::Named),
        select(PASSWORDS.to_vec()).prop_map(How::Password),
        select(vec![EmailCode, ResetPasswordEmailCode]).prop_map(How::Code),
    ]
}

fn which() -> impl proptest::strategy::Strategy<Value = Which> {
    prop_oneof![9 => Just(Which::Open), 1 => Just(Which::Completed)]
}

fn typed() -> impl proptest::strategy::Strategy<Value = Typed> {
    prop_oneof![
        10 => Just(Typed::Newest),
        4 => any::<usize>().prop_map(Typed::Any),
        4 => Just(Typed::Wrong),
        1 => Just(Typed::NoCode),
    ]
}

fn delivery() -> impl proptest::strategy::Strategy<Value = Delivery> {
    prop_oneof![
        8 => Just(Delivery::Done),
        1 => Just(Delivery::OverBudget),
        1 => Just(Delivery::Failed),
    ]
}

impl Step {
    /// The verb, if there is anything that it could be about.
    pub(super) fn verb(&self, world: &World) -> Option<Box<dyn Verb>> {
        let client = &world.client;
        Some(match self {
            Self::Wait(_) | Self::ChangeBrowser => return None,
            Self::SignUp { supplied, at_once, .. } => Box::new(sign_up::Create {
                fields: supplied.fields(),
                strategy: at_once.then_some(EmailCode),
            }),
            Self::Update { supplied, which } => {
                Box::new(update_sign_up(&sign_up_id(client, *which)?, supplied.fields()))
            }
            Self::PrepareSignUp { which, .. } => {
                Box::new(prepare_sign_up(&sign_up_id(client, *which)?))
            }
            Self::AttemptSignUp { which, .. } => {
                let code = self.code(client, world)?;
                Box::new(attempt_sign_up(&sign_up_id(client, *which)?, &code))
            }
            Self::SignIn { as_who, how, .. } => {
                let who = world.owners.keys().nth(as_who % world.owners.len().max(1))?;
                Box::new(how.create(who))
            }
            Self::PrepareSignIn { strategy, which, .. } => {
                Box::new(prepare_sign_in(&sign_in_id(client, *which)?, *strategy))
            }
            Self::AttemptSignIn { strategy, which, .. } => {
                let code = self.code(client, world)?;
                Box::new(attempt_sign_in(&sign_in_id(client, *which)?, *strategy, &code))
            }
            Self::AttemptPassword { password, which } => {
                Box::new(attempt_password(&sign_in_id(client, *which)?, password))
            }
            Self::ResetPassword { password, everywhere, which } => {
                Box::new(sign_in::ResetPassword {
                    id: sign_in_id(client, *which)?,
                    password: Password::typed(password),
                    sign_out_of_other_sessions: *everywhere,
                })
            }
            Self::Touch { session, selects } => {
                Box::new(Touch { id: session_id(client, *session)?, selects: *selects })
            }
            Self::Refresh { session } => Box::new(Refresh { id: session_id(client, *session)? }),
            Self::End { session } => {
                Box::new(End { id: session_id(client, *session)?, state: SessionState::Ended })
            }
            Self::SignOut { forget } => Box::new(SignOut { forget: *forget }),
            Self::Rename { username } => Box::new(user::verbs::Update {
                username: username.clone(),
                ..user::verbs::Update::default()
            }),
        })
    }

    /// The attempt that the step is about.
    pub(super) fn attempt(&self, client: &Client) -> Option<String> {
        match self {
            Self::Update { which, .. }
            | Self::PrepareSignUp { which, .. }
            | Self::AttemptSignUp { which, .. } => {
                sign_up_id(client, *which).map(|id| id.to_string())
            }
            Self::PrepareSignIn { which, .. }
            | Self::AttemptSignIn { which, .. }
            | Self::AttemptPassword { which, .. }
            | Self::ResetPassword { which, .. } => {
                sign_in_id(client, *which).map(|id| id.to_string())
            }
            _ => None,
        }
    }

    /// Whether the step is about an attempt that was completed before.
    pub(super) fn repeats(&self) -> bool {
        match self {
            Self::Update { which, .. }
            | Self::PrepareSignUp { which, .. }
            | Self::AttemptSignUp { which, .. }
            | Self::PrepareSignIn { which, .. }
            | Self::AttemptSignIn { which, .. }
            | Self::AttemptPassword { which, .. }
            | Self::ResetPassword { which, .. } => *which == Which::Completed,
            _ => false,
        }
    }

    /// The code that is typed in this step.
    pub(super) fn code(&self, client: &Client, world: &World) -> Option<String> {
        let (Self::AttemptSignUp { typed, .. } | Self::AttemptSignIn { typed, .. }) = self else {
            return None;
        };
        let attempt = self.attempt(client);
        let newest = world.mail.iter().rfind(|sent| Some(&sent.attempt) == attempt.as_ref());
        let newest = newest.map_or("000000", |sent| sent.code.reveal());
        let any = |at: &usize| world.mail.get(at % world.mail.len().max(1));
        Some(match typed {
            Typed::Newest => newest.to_owned(),
            Typed::Any(at) => any(at).map_or(newest, |sent| sent.code.reveal()).to_owned(),
            Typed::Wrong => newest.chars().rev().map(|c| if c == '0' { '1' } else { '0' }).collect(),
            Typed::NoCode => "12345".to_owned(),
        })
    }

    /// What becomes of a message that this step sends.
    pub(super) fn delivery(&self) -> Delivery {
        match self {
            Self::SignUp { delivery, .. }
            | Self::PrepareSignUp { delivery, .. }
            | Self::SignIn { delivery, .. }
            | Self::PrepareSignIn { delivery, .. } => *delivery,
            _ => Delivery::Done,
        }
    }

    /// The password that is typed to sign in.
    pub(super) fn password(&self) -> Option<&'static str> {
        match self {
            Self::SignIn { how: How::Password(password), .. }
            | Self::AttemptPassword { password, .. } => Some(password),
            _ => None,
        }
    }

    /// The password that is supplied to a sign-up.
    pub(super) fn supplied_password(&self) -> Option<&'static str> {
        match self {
            Self::SignUp { supplied, .. } | Self::Update { supplied, .. } => supplied.password,
            _ => None,
        }
    }

    /// The password that is set by a reset.
    pub(super) fn new_password(&self) -> Option<&'static str> {
        match self {
            Self::ResetPassword { password, .. } => Some(password),
            _ => None,
        }
    }

    /// The session that is used.
    pub(super) fn uses_session(&self, client: &Client) -> Option<SessionId> {
        match self {
            Self::Touch { session, .. } | Self::Refresh { session } => session_id(client, *session),
            _ => None,
        }
    }
}

impl Supplied {
    fn fields(&self) -> Fields {
        Fields {
            email_address: self.address.clone(),
            username: self.username.clone(),
            password: self.password.map(Password::typed),
            ..Fields::default()
        }
    }
}

impl How {
    fn create(self, who: &Identifier) -> sign_in::Create {
        let named = sign_in::Create { identifier: Some(who.clone()), ..sign_in::Create::default() };
        match self {
            Self::Named => named,
            Self::Password(text) => {
                sign_in::Create { password: Some(Password::typed(text)), ..named }
            }
            Self::Code(strategy) => sign_in::Create { strategy: Some(strategy), ..named },
        }
    }
}

fn sign_up_id(client: &Client, which: Which) -> Option<SignUpId> {
    let found = sign_ups(client).find(|found| found.is_complete() == (which == Which::Completed));
    found.map(|found| found.id.clone())
}

fn sign_in_id(client: &Client, which: Which) -> Option<SignInId> {
    let found = sign_ins(client).find(|found| found.is_complete() == (which == Which::Completed));
    found.map(|found| found.id.clone())
}

fn session_id(client: &Client, at: usize) -> Option<SessionId> {
    let found = client.sessions.get(at % client.sessions.len().max(1));
    found.map(|found| found.id.clone())
}

pub(super) const PASSWORDS: [&str; 3] =
    ["correct horse battery", "better horse battery", "another horse battery"];
const ADDRESSES: [&str; 3] = ["jane@example.com", "max@example.com", "zoe@example.com"];
const NAMES: [&str; 2] = ["jane", "maxi"];
const WAITS: [Duration; 12] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_secs(1),
    Duration::from_secs(29),
    Duration::from_secs(30),
    Duration::from_secs(31),
    Duration::from_secs(31),
    Duration::from_secs(5 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(25 * 60 * 60),
    Duration::from_secs(7 * 24 * 60 * 60),
];
