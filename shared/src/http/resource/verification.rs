//! `verification`

use serde_json::{Value, json};

use super::{Show, time};
use crate::flow::{Strategy, Timestamp, Verification, VerificationStatus};

impl Show {
    /// A verification as it stands now.
    pub(super) fn verification(&self, verification: &Verification, now: Timestamp) -> Value {
        shown(verification, verification.status(&self.settings().codes, now))
    }
}

/// A verification of something that is a user's: it was made, whatever the time.
pub(super) fn lasting_verification(verification: &Verification) -> Value {
    shown(verification, VerificationStatus::Verified)
}

fn shown(verification: &Verification, status: VerificationStatus) -> Value {
    let object = match verification.strategy {
        Strategy::EmailCode | Strategy::ResetPasswordEmailCode => "verification_otp",
        Strategy::Password => "verification_password",
    };
    json!({
        "object": object,
        "status": status.as_str(),
        "strategy": verification.strategy.as_str(),
        "attempts": verification.attempts,
        "expire_at": time(verification.expire_at),
    })
}
