//! What the strategies that send a code have in common.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::message::{CodeMessage, Message};
use super::super::verification::{OneTimeCode, Verification, VerificationStatus};
use super::{Asked, Attempted, Outcome, Prepared, Proof, Strategy, Tried};

/// Makes a code and asks for it to be sent.
pub(super) fn prepare(
    strategy: Strategy,
    asked: &Asked<'_>,
    message: fn(CodeMessage) -> Message,
    cx: &Context<'_>,
) -> Result<Prepared, FlowError> {
    let is_test = cx.settings.test_mode && asked.identifier.is_test_address();
    let code = if is_test { OneTimeCode::test() } else { OneTimeCode::generate(cx) };
    let digest = cx.code_key()?.digest(&code, strategy, asked.attempt);
    Ok(Prepared {
        verification: Verification::code(strategy, digest, cx.now + cx.settings.codes.lifetime),
        message: (!is_test).then(|| {
            message(CodeMessage {
                to: asked.identifier.clone(),
                code,
                lifetime: cx.settings.codes.lifetime,
                locale: asked.locale.map(str::to_owned),
            })
        }),
    })
}

/// Compares what was typed with the code.
///
/// The try is counted in the same record that holds the verdict, so an answer cannot leave without it.
pub(super) fn attempt(
    strategy: Strategy,
    tried: &Tried<'_>,
    cx: &Context<'_>,
) -> Result<Attempted, FlowError> {
    let Proof::Code(typed) = tried.proof else {
        return Err(FlowError::ValueInvalid(Field::Strategy));
    };
    if typed.trim().is_empty() {
        return Err(FlowError::Missing(Field::Code));
    }
    let verification = tried
        .verification
        .filter(|found| found.strategy == strategy)
        .ok_or(FlowError::VerificationMissing)?;
    match verification.status(&cx.settings.codes, cx.now) {
        VerificationStatus::Unverified => {}
        VerificationStatus::Verified => return Err(FlowError::VerificationAlreadyVerified),
        VerificationStatus::Expired => return Err(FlowError::VerificationExpired),
        VerificationStatus::Failed => return Err(FlowError::VerificationFailed),
        VerificationStatus::Transferable => return Err(FlowError::VerificationMissing),
    }
    // What cannot be a code is no guess: it tells an attacker nothing and costs an owner no try.
    let typed = OneTimeCode::typed(typed).ok_or(FlowError::CodeIncorrect)?;
    let digest = verification.code_digest().ok_or(FlowError::VerificationMissing)?;
    if cx.code_key()?.matches(digest, &typed, strategy, tried.attempt) {
        Ok(Attempted {
            verification: verification.tried().into_verified(cx.now),
            outcome: Ok(Outcome::Verified),
        })
    } else {
        Ok(Attempted { verification: verification.tried(), outcome: Err(FlowError::CodeIncorrect) })
    }
}
