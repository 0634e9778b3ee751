//! `email_code`: whoever reads the mailbox can type the code.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::transition::Message;
use super::super::verification::Verification;
use super::{Asked, Attempted, Prepared, Proof, Strategy, one_time_code};

/// Makes a code and asks for it to be sent.
pub(super) fn prepare(asked: &Asked<'_>, cx: &Context<'_>) -> Result<Prepared, FlowError> {
    one_time_code::prepare(Strategy::EmailCode, asked, Message::VerificationCode, cx)
}

/// Compares what was typed with the code.
pub(super) fn attempt(
    verification: Option<&Verification>,
    proof: &Proof,
    attempt: &str,
    cx: &Context<'_>,
) -> Result<Attempted, FlowError> {
    one_time_code::attempt(Strategy::EmailCode, verification, proof, attempt, cx)
}
