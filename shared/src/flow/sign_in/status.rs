//! Where a sign-in stands, and what it has come to.

use super::super::ids::SessionId;
use super::super::strategy::Strategy;
use super::super::verification::Verification;
use super::{Factors, SignIn, State};

/// Where a sign-in stands, as the API says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStatus {
    /// Nobody is named yet.
    NeedsIdentifier,
    /// Somebody is named; a first factor must be proved.
    NeedsFirstFactor,
    /// A new password must be set.
    NeedsNewPassword,
    /// A session exists.
    Complete,
}

impl SignIn {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> SignInStatus {
        match &self.state {
            State::NeedsIdentifier => SignInStatus::NeedsIdentifier,
            State::NeedsFirstFactor { .. } => SignInStatus::NeedsFirstFactor,
            State::NeedsNewPassword { .. } => SignInStatus::NeedsNewPassword,
            State::Complete { .. } => SignInStatus::Complete,
        }
    }

    /// Whether it became a session.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status() == SignInStatus::Complete
    }

    /// The session that it became.
    #[must_use]
    pub fn created_session(&self) -> Option<&SessionId> {
        match &self.state {
            State::Complete { session, .. } => Some(session),
            State::NeedsIdentifier
            | State::NeedsFirstFactor { .. }
            | State::NeedsNewPassword { .. } => None,
        }
    }

    /// How the user can prove who they are, once they are named.
    #[must_use]
    pub fn factors(&self) -> Option<&Factors> {
        match &self.state {
            State::NeedsIdentifier => None,
            State::NeedsFirstFactor { factors, .. }
            | State::NeedsNewPassword { factors, .. }
            | State::Complete { factors, .. } => Some(factors),
        }
    }

    /// The proof of the first factor, under way or made.
    #[must_use]
    pub fn verification(&self) -> Option<&Verification> {
        match &self.state {
            State::NeedsIdentifier => None,
            State::NeedsFirstFactor { verification, .. } => verification.as_ref(),
            State::NeedsNewPassword { verification, .. } | State::Complete { verification, .. } => {
                Some(verification)
            }
        }
    }

    /// How the user proved who they are.
    #[must_use]
    pub(in crate::flow) fn proved_by(&self) -> Option<Strategy> {
        self.verification().filter(|found| found.is_verified()).map(|found| found.strategy)
    }
}

impl SignInStatus {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsIdentifier => "needs_identifier",
            Self::NeedsFirstFactor => "needs_first_factor",
            Self::NeedsNewPassword => "needs_new_password",
            Self::Complete => "complete",
        }
    }
}
