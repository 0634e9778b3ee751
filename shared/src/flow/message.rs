//! What is to be said to somebody, whatever carries it.

use std::time::Duration;

use super::identifier::Identifier;
use super::verification::OneTimeCode;

/// What is to be said to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The code that proves an address.
    VerificationCode(CodeMessage),
    /// The code that allows a new password.
    ResetPasswordCode(CodeMessage),
    /// The password was changed.
    PasswordChanged {
        /// The address that is told.
        to: Identifier,
        /// The person's language.
        locale: Option<String>,
    },
}

/// A code on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMessage {
    /// The address that gets it.
    pub to: Identifier,
    /// The code.
    pub code: OneTimeCode,
    /// How long it can be used.
    pub lifetime: Duration,
    /// The person's language, as the browser named it.
    pub locale: Option<String>,
}

impl Message {
    /// The address that gets it.
    #[must_use]
    pub fn to(&self) -> &Identifier {
        match self {
            Self::VerificationCode(code) | Self::ResetPasswordCode(code) => &code.to,
            Self::PasswordChanged { to, .. } => to,
        }
    }
}
