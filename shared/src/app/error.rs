//! Why a request could not be answered as asked.

use super::keys::KeyError;
use crate::flow::FlowError;
use crate::message::MailError;
use crate::store::StoreError;

/// Why a request could not be answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The flow refused; what may be said about it is in the refusal.
    #[error("refused: {0:?}")]
    Refused(FlowError),
    /// Several fields were refused.
    #[error("refused: {0:?}")]
    Fields(Vec<FlowError>),
    /// Others changed the same records at the same time, again and again.
    #[error("lost every race for the client")]
    Conflict,
    /// More passwords are being hashed than the machine can bear.
    #[error("too many passwords at once")]
    Busy,
    /// A password could not be hashed or compared.
    #[error("a password could not be hashed")]
    Hash,
    /// The message that the request is about was not sent.
    #[error("the message was not sent")]
    Mail(#[from] MailError),
    /// The table did not do what it must.
    #[error("the table failed")]
    Store(#[from] StoreError),
    /// The keys cannot be had.
    #[error("the keys cannot be had")]
    Keys(#[from] KeyError),
    /// The function was asked for something that it may not do.
    #[error("this function sends no messages")]
    NoMailer,
}

impl From<FlowError> for AppError {
    fn from(refusal: FlowError) -> Self {
        Self::Refused(refusal)
    }
}

/// An error and what caused it, for the log.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
