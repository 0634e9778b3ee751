//! `password`: the user knows it. Needs no preparation.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::verification::Verification;
use super::{
    Asked, Attempted, Definition, GuessedFactor, LeadsTo, Outcome, Prepared, Proof, ProofKind,
    Proves, Strategy, Tried,
};

pub(super) const DEFINITION: Definition = Definition {
    proves: Proves::Password,
    proof: ProofKind::Password,
    guessed: GuessedFactor::Password,
    leads_to: LeadsTo::Session,
    is_first_factor: |settings| settings.attributes.password.enabled,
    prepare,
    attempt,
};

fn prepare(_: &Asked<'_>, _: &Context<'_>) -> Result<Prepared, FlowError> {
    Err(FlowError::ValueInvalid(Field::Strategy))
}

/// Takes the verdict of the comparison.
fn attempt(tried: &Tried<'_>, cx: &Context<'_>) -> Result<Attempted, FlowError> {
    match tried.proof {
        Proof::Password(_) if tried.facts.password_matches => Ok(Attempted {
            verification: Verification::verified(Strategy::Password, cx.now),
            outcome: Ok(Outcome::Verified),
        }),
        Proof::Password(_) => Ok(Attempted {
            verification: Verification::unverified(Strategy::Password),
            outcome: Err(FlowError::PasswordIncorrect),
        }),
        Proof::Code(_) => Err(FlowError::ValueInvalid(Field::Strategy)),
    }
}
