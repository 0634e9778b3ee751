//! `verification`

use serde::Serialize;

use super::Scene;
use crate::flow::strategy::ProofKind;
use crate::flow::{Timestamp, Verification, VerificationStatus};

/// A verification.
#[derive(Serialize)]
pub(super) struct VerificationResource {
    object: &'static str,
    status: &'static str,
    strategy: &'static str,
    attempts: u32,
    expire_at: Option<Timestamp>,
}

impl VerificationResource {
    /// A verification as it stands now.
    pub(super) fn of(verification: &Verification, scene: Scene<'_>) -> Self {
        let status = verification.status(&scene.settings.codes, scene.view.now);
        Self::in_status(verification, status)
    }

    /// A verification of something that is a user's: it was made, whatever the time.
    pub(super) fn lasting(verification: &Verification) -> Self {
        Self::in_status(verification, VerificationStatus::Verified)
    }

    fn in_status(verification: &Verification, status: VerificationStatus) -> Self {
        let object = match verification.strategy.definition().proof {
            ProofKind::Code => "verification_otp",
            ProofKind::Password => "verification_password",
        };
        Self {
            object,
            status: status.as_str(),
            strategy: verification.strategy.as_str(),
            attempts: verification.attempts,
            expire_at: verification.expire_at,
        }
    }
}
