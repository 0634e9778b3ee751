//! Strategies: how something is proved. One file each, which defines it; this one says what a definition is.
//!
//! A strategy advances a [`Verification`] and does not know who asks: a sign-up, a first factor or
//! whatever comes to need a proof. Those who ask know no strategy by name either: what they must know of
//! it is in its [`Definition`].

use std::fmt;

use super::context::Context;
use super::error::FlowError;
use super::identifier::{Identifier, IdentifierKind};
use super::ids::UserId;
use super::message::Message;
use super::password::Password;
use super::verb::Facts;
use super::verification::Verification;
use crate::settings::Settings;

pub use crate::settings::Strategy;

mod email_code;
mod one_time_code;
mod password;
mod reset_password_email_code;

/// What is to be known of a strategy, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// What is proved.
    pub proves: Proves,
    /// What is handed in as proof.
    pub proof: ProofKind,
    /// Which failed guesses a wrong proof is counted among.
    pub guessed: GuessedFactor,
    /// Where a proof leads in a sign-in.
    pub leads_to: LeadsTo,
    /// Whether the instance takes it as a first factor.
    pub is_first_factor: fn(&Settings) -> bool,
    prepare: fn(&Asked<'_>, &Context<'_>) -> Result<Prepared, FlowError>,
    attempt: fn(&Tried<'_>, &Context<'_>) -> Result<Attempted, FlowError>,
}

/// What is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proves {
    /// That somebody reads what is sent to an address of that kind. Has to be prepared.
    Address(IdentifierKind),
    /// That somebody knows the account's password. Needs no preparation.
    Password,
}

/// What is handed in as proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// A one-time code.
    Code,
    /// A password.
    Password,
}

/// A factor of an account that can be guessed at. Each has a budget of its own, so that guessing at one never
/// locks another; guesses at codes sent to one mailbox share theirs, whatever the code would allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuessedFactor {
    /// A code sent to an e-mail address.
    EmailCode,
    /// The password.
    Password,
}

/// Where a proof leads in a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// To a session.
    Session,
    /// To a new password, and by it to a session.
    NewPassword,
}

/// What a proof is asked from: the attempt that it is bound to and the identifier to be proved.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The id of the attempt; a code of one attempt is worth nothing at another.
    pub attempt: &'a str,
    /// What is to be proved.
    pub identifier: &'a Identifier,
    /// The language of the person, as the browser named it.
    pub locale: Option<&'a str>,
}

/// A verification that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The verification under way.
    pub verification: Verification,
    /// What is to be sent; nothing to a test address.
    pub message: Option<Message>,
}

/// What was handed in as proof, as it was typed. Never printed.
#[derive(Clone)]
pub enum Proof {
    /// A one-time code.
    Code(String),
    /// A password. Comparing it is slow work that the shell has done: the verdict is in the [`Facts`].
    Password(Password),
}

/// A proof that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// The verification under way.
    pub verification: Option<&'a Verification>,
    /// What was handed in.
    pub proof: &'a Proof,
    /// The id of the attempt.
    pub attempt: &'a str,
    /// What the shell found out.
    pub facts: &'a Facts,
}

/// What became of a verification by an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempted {
    /// The verification, which counts the try.
    pub verification: Verification,
    /// What the proof showed, or why it was refused.
    pub outcome: Result<Outcome, FlowError>,
}

/// What a proof showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The identifier is proved.
    Verified,
    /// Something is proved for which there is no user yet.
    Transferable,
    /// The proof itself told whose it is.
    Identified(UserId),
}

impl Strategy {
    /// What is to be known of it.
    #[must_use]
    pub fn definition(self) -> &'static Definition {
        match self {
            Self::EmailCode => &email_code::DEFINITION,
            Self::Password => &password::DEFINITION,
            Self::ResetPasswordEmailCode => &reset_password_email_code::DEFINITION,
        }
    }

    /// Those that the instance takes as a first factor, in the order in which they are offered.
    pub fn first_factors(settings: &Settings) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|strategy| (strategy.definition().is_first_factor)(settings))
    }

    /// Whether it makes and compares a code, for which it needs the key of the codes.
    #[must_use]
    pub fn uses_code(self) -> bool {
        self.definition().proof == ProofKind::Code
    }

    /// Begins a verification.
    ///
    /// # Errors
    /// [`FlowError::ValueInvalid`] for a strategy that needs no preparation.
    pub fn prepare(self, asked: &Asked<'_>, cx: &Context<'_>) -> Result<Prepared, FlowError> {
        (self.definition().prepare)(asked, cx)
    }

    /// Tries a proof.
    ///
    /// # Errors
    /// Whatever leaves the verification as it was: there is none, it is over, or what was handed in
    /// cannot be a proof at all. A wrong proof is no error but an [`Attempted`] that counts the try.
    pub fn attempt(self, tried: &Tried<'_>, cx: &Context<'_>) -> Result<Attempted, FlowError> {
        (self.definition().attempt)(tried, cx)
    }
}

impl Attempted {
    /// The same, unless the guesses of the day are spent: then right and wrong look alike, in what is answered
    /// and in what is stored.
    #[must_use]
    pub(super) fn withheld_if_spent(self, tried: &Tried<'_>) -> Self {
        match (tried.facts.guesses_spent, tried.verification) {
            (Some(retry_after), Some(verification)) if self.outcome.is_ok() => Self {
                verification: verification.tried(),
                outcome: Err(FlowError::TooManyRequests { retry_after }),
            },
            (Some(_) | None, _) => self,
        }
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

impl Definition {
    /// Whether it has to be prepared before it can be attempted.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        matches!(self.proves, Proves::Address(_))
    }
}

impl GuessedFactor {
    /// The name under which its guesses are counted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::Password => "password",
        }
    }
}
