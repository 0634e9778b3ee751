//! `reset_password_email_code`: whoever reads the mailbox may set a new password.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::identifier::IdentifierKind;
use super::super::message::Message;
use super::{
    Asked, Attempted, Definition, GuessedFactor, LeadsTo, Prepared, ProofKind, Proves, Strategy,
    Tried, one_time_code,
};

pub(super) const DEFINITION: Definition = Definition {
    proves: Proves::Address(IdentifierKind::EmailAddress),
    proof: ProofKind::Code,
    guessed: GuessedFactor::EmailCode,
    leads_to: LeadsTo::NewPassword,
    is_first_factor: |settings| {
        settings.attributes.password.enabled && settings.attributes.email_address.enabled
    },
    prepare,
    attempt,
};

fn prepare(asked: &Asked<'_>, cx: &Context<'_>) -> Result<Prepared, FlowError> {
    one_time_code::prepare(Strategy::ResetPasswordEmailCode, asked, Message::ResetPasswordCode, cx)
}

fn attempt(tried: &Tried<'_>, cx: &Context<'_>) -> Result<Attempted, FlowError> {
    one_time_code::attempt(Strategy::ResetPasswordEmailCode, tried, cx)
}
