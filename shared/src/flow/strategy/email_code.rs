//! `email_code`: whoever reads the mailbox can type the code.

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
    leads_to: LeadsTo::Session,
    is_first_factor: |settings| {
        settings.attributes.email_address.first_factors.contains(&Strategy::EmailCode)
    },
    prepare,
    attempt,
};

fn prepare(asked: &Asked<'_>, cx: &Context<'_>) -> Result<Prepared, FlowError> {
    one_time_code::prepare(Strategy::EmailCode, asked, Message::VerificationCode, cx)
}

fn attempt(tried: &Tried<'_>, cx: &Context<'_>) -> Result<Attempted, FlowError> {
    one_time_code::attempt(Strategy::EmailCode, tried, cx)
}
