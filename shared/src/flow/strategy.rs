//! Strategies: how something is proved. One file each; this one only delegates.
//!
//! A strategy advances a [`Verification`] and does not know who asks: a sign-up, a first factor or
//! whatever comes to need a proof.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::FlowError;
use super::fields::Field;
use super::identifier::Identifier;
use super::ids::UserId;
use super::transition::Message;
use super::verification::Verification;

mod email_code;
mod one_time_code;
mod password;
mod reset_password_email_code;

/// How something is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A code sent to an e-mail address.
    EmailCode,
    /// The user's password.
    Password,
    /// A code sent to an e-mail address, to set a new password.
    ResetPasswordEmailCode,
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

/// What was handed in as proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A one-time code, as typed.
    Code(String),
    /// Whether the password was right; comparing it is slow work that the shell has done.
    Password(bool),
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
    /// The strategy of that name on the wire.
    ///
    /// # Errors
    /// [`FlowError::Missing`] without a name, [`FlowError::ValueInvalid`] for an unknown one.
    pub fn parse(name: &str) -> Result<Self, FlowError> {
        match name {
            "" => Err(FlowError::Missing(Field::Strategy)),
            "email_code" => Ok(Self::EmailCode),
            "password" => Ok(Self::Password),
            "reset_password_email_code" => Ok(Self::ResetPasswordEmailCode),
            _ => Err(FlowError::ValueInvalid(Field::Strategy)),
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::Password => "password",
            Self::ResetPasswordEmailCode => "reset_password_email_code",
        }
    }

    /// Whether a wrong proof is a guess that could have been right.
    ///
    /// Guesses at codes sent to one address share a budget, whatever the code would allow.
    #[must_use]
    pub fn guessed_factor(self) -> &'static str {
        match self {
            Self::EmailCode | Self::ResetPasswordEmailCode => "email_code",
            Self::Password => "password",
        }
    }

    /// Begins a verification.
    ///
    /// # Errors
    /// [`FlowError::ValueInvalid`] for a strategy that needs no preparation.
    pub fn prepare(self, asked: &Asked<'_>, cx: &Context<'_>) -> Result<Prepared, FlowError> {
        match self {
            Self::EmailCode => email_code::prepare(asked, cx),
            Self::Password => password::prepare(),
            Self::ResetPasswordEmailCode => reset_password_email_code::prepare(asked, cx),
        }
    }

    /// Tries a proof.
    ///
    /// # Errors
    /// Whatever leaves the verification as it was: there is none, it is over, or what was handed in
    /// cannot be a proof at all. A wrong proof is no error but an [`Attempted`] that counts the try.
    pub fn attempt(
        self,
        verification: Option<&Verification>,
        proof: &Proof,
        attempt: &str,
        cx: &Context<'_>,
    ) -> Result<Attempted, FlowError> {
        match self {
            Self::EmailCode => email_code::attempt(verification, proof, attempt, cx),
            Self::Password => password::attempt(proof, cx),
            Self::ResetPasswordEmailCode => {
                reset_password_email_code::attempt(verification, proof, attempt, cx)
            }
        }
    }
}
