//! One random step: time, a change of browser, or a verb with its input.

use std::time::Duration;

use crate::flow::client::verbs::{End, Intent, SignOut, Touch};
use crate::flow::fixture::{
    World, attempt_password, attempt_sign_in, attempt_sign_up, prepare_sign_in, prepare_sign_up,
    update_sign_up,
};
use crate::flow::password::Password;
use crate::flow::sign_up::{Fields, Patch};
use crate::flow::strategy::Strategy;
use crate::flow::{
    Client, Identifier, SessionId, SessionState, SignIn, SignUp, Verb, sign_in, sign_up, user,
};

#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(Duration),
    ChangeBrowser,
    SignUp { supplied: Supplied, at_once: bool, delivery: Delivery },
    SignIn { as_who: usize, how: How, delivery: Delivery },
    Update { supplied: Supplied, which: Which },
    Prepare { strategy: Strategy, which: Which, delivery: Delivery },
    Attempt { strategy: Option<Strategy>, typed: Typed, which: Which },
    AttemptPassword { password: &'static str, which: Which },
    ResetPassword { password: &'static str, everywhere: bool, which: Which },
    Touch { session: usize, intent: Intent },
    End { session: usize },
    SignOut { forget: bool },
    Rename { username: Patch<Identifier> },
}

/// The fields of a sign-up that a step supplies.
#[derive(Clone, Debug)]
pub(super) struct Supplied {
    pub(super) address: Patch<Identifier>,
    pub(super) username: Patch<Identifier>,
    pub(super) password: Option<&'static str>,
}

/// How a sign-in is begun.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Named,
    Password(&'static str),
    Code(Strategy),
}

/// The attempt that is meant: the one under way, or the last of a kind that was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Open,
    CompletedSignUp,
    CompletedSignIn,
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

impl Step {
    /// The verb, if there is anything that it could be about.
    pub(super) fn verb(&self, world: &World) -> Option<Box<dyn Verb>> {
        let client = &world.client;
        Some(match self {
            Self::Wait(_) | Self::ChangeBrowser => return None,
            Self::SignUp { supplied, at_once, .. } => Box::new(sign_up::Create {
                fields: supplied.fields(),
                strategy: at_once.then_some(Strategy::EmailCode),
            }),
            Self::SignIn { as_who, how, .. } => {
                let who = world.owners.keys().nth(as_who % world.owners.len().max(1))?;
                Box::new(how.create(who))
            }
            Self::Update { supplied, which } => {
                Box::new(update_sign_up(&sign_up(client, *which)?.id, supplied.fields()))
            }
            Self::Prepare { strategy, which, .. } => match sign_up(client, *which) {
                Some(found) => Box::new(prepare_sign_up(&found.id)),
                None => Box::new(prepare_sign_in(&sign_in(client, *which)?.id, *strategy)),
            },
            Self::Attempt { strategy, which, .. } => {
                let code = self.code(client, world)?;
                if let Some(found) = sign_up(client, *which) {
                    return Some(Box::new(attempt_sign_up(&found.id, &code)));
                }
                let sign_in = sign_in(client, *which)?;
                let prepared = sign_in.verification().map(|found| found.strategy);
                let strategy = strategy.or(prepared).unwrap_or(Strategy::EmailCode);
                Box::new(attempt_sign_in(&sign_in.id, strategy, &code))
            }
            Self::AttemptPassword { password, which } => {
                Box::new(attempt_password(&sign_in(client, *which)?.id, password))
            }
            Self::ResetPassword { password, everywhere, which } => {
                Box::new(sign_in::ResetPassword {
                    id: sign_in(client, *which)?.id.clone(),
                    password: Password::typed(password),
                    sign_out_of_other_sessions: *everywhere,
                })
            }
            Self::Touch { session, intent } => {
                Box::new(Touch { id: session_id(client, *session)?, intent: *intent })
            }
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

    /// The id of the attempt that the step is about, if it is about one that exists already.
    pub(super) fn attempt(&self, client: &Client) -> Option<String> {
        let which = self.which()?;
        let found = sign_up(client, which).map(|found| found.id.to_string());
        found.or_else(|| sign_in(client, which).map(|found| found.id.to_string()))
    }

    /// Whether the step is about an attempt that was completed before.
    pub(super) fn repeats(&self) -> bool {
        self.which().is_some_and(|which| which != Which::Open)
    }

    /// Whether the step begins an attempt.
    pub(super) fn begins(&self) -> bool {
        matches!(self, Self::SignUp { .. } | Self::SignIn { .. })
    }

    /// Whether the step proves something, if it is not refused.
    pub(super) fn proves(&self) -> bool {
        matches!(self, Self::Attempt { .. } | Self::AttemptPassword { .. })
    }

    fn which(&self) -> Option<Which> {
        let (Self::Update { which, .. }
        | Self::Prepare { which, .. }
        | Self::Attempt { which, .. }
        | Self::AttemptPassword { which, .. }
        | Self::ResetPassword { which, .. }) = self
        else {
            return None;
        };
        Some(*which)
    }

    /// The code that is typed in this step.
    pub(super) fn code(&self, client: &Client, world: &World) -> Option<String> {
        let Self::Attempt { typed, .. } = self else {
            return None;
        };
        let attempt = self.attempt(client);
        let newest = world.mail.iter().rfind(|sent| Some(&sent.attempt) == attempt.as_ref());
        let newest = newest.map_or("000000", |sent| sent.code.reveal());
        let any = |at: &usize| world.mail.get(at % world.mail.len().max(1));
        Some(match typed {
            Typed::Newest => newest.to_owned(),
            Typed::Any(at) => any(at).map_or(newest, |sent| sent.code.reveal()).to_owned(),
            Typed::Wrong => {
                newest.chars().rev().map(|c| if c == '0' { '1' } else { '0' }).collect()
            }
            Typed::NoCode => "12345".to_owned(),
        })
    }

    /// What becomes of a message that this step sends.
    pub(super) fn delivery(&self) -> Delivery {
        let (Self::SignUp { delivery, .. }
        | Self::SignIn { delivery, .. }
        | Self::Prepare { delivery, .. }) = self
        else {
            return Delivery::Done;
        };
        *delivery
    }

    /// The password that is typed to sign in.
    pub(super) fn password(&self) -> Option<&'static str> {
        let (Self::SignIn { how: How::Password(password), .. }
        | Self::AttemptPassword { password, .. }) = self
        else {
            return None;
        };
        Some(password)
    }

    /// The password that is supplied to a sign-up.
    pub(super) fn supplied_password(&self) -> Option<&'static str> {
        let (Self::SignUp { supplied, .. } | Self::Update { supplied, .. }) = self else {
            return None;
        };
        supplied.password
    }

    /// The password that is set by a reset.
    pub(super) fn new_password(&self) -> Option<&'static str> {
        let Self::ResetPassword { password, .. } = self else {
            return None;
        };
        Some(password)
    }

    /// The session that is used.
    pub(super) fn uses_session(&self, client: &Client) -> Option<SessionId> {
        let Self::Touch { session, .. } = self else {
            return None;
        };
        session_id(client, *session)
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

fn sign_up(client: &Client, which: Which) -> Option<&SignUp> {
    match which {
        Which::Open => client.sign_up.as_ref(),
        Which::CompletedSignUp => client.completed_sign_up.as_ref(),
        Which::CompletedSignIn => None,
    }
}

fn sign_in(client: &Client, which: Which) -> Option<&SignIn> {
    match which {
        Which::Open => client.sign_in.as_ref(),
        Which::CompletedSignUp => None,
        Which::CompletedSignIn => client.completed_sign_in.as_ref(),
    }
}

fn session_id(client: &Client, at: usize) -> Option<SessionId> {
    let found = client.sessions.get(at % client.sessions.len().max(1));
    found.map(|found| found.id.clone())
}
