//! `password`: the user knows it. Needs no preparation.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::verification::Verification;
use super::{Attempted, Outcome, Prepared, Proof, Strategy};

/// Refuses: there is nothing to prepare.
pub(super) fn prepare() -> Result<Prepared, FlowError> {
    Err(FlowError::ValueInvalid(Field::Strategy))
}

/// Takes the verdict of the comparison.
pub(super) fn attempt(proof: &Proof, cx: &Context<'_>) -> Result<Attempted, FlowError> {
    match proof {
        Proof::Password(true) => Ok(Attempted {
            verification: Verification::verified(Strategy::Password, cx.now),
            outcome: Ok(Outcome::Verified),
        }),
        Proof::Password(false) => Ok(Attempted {
            verification: Verification::unverified(Strategy::Password),
            outcome: Err(FlowError::PasswordIncorrect),
        }),
        Proof::Code(_) => Err(FlowError::ValueInvalid(Field::Strategy)),
    }
}
