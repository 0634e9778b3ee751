//! A sign-up: somebody on the way to becoming a user.
//!
//! ```text
//!           create, update, prepare, attempt
//!          ┌──────────────┐
//!          ▼              │  nothing missing,
//!    missing_requirements ┴─ nothing unverified ──► complete (user and session exist)
//!          │
//!          └── abandon_at has passed, or a newer attempt began ──► abandoned (not found any more)
//! ```
//!
//! Fields may arrive in any order over any number of requests. After each of them the requirements are
//! derived anew, and whatever request meets the last of them completes the sign-up. What is typed here
//! reserves nothing: an identifier is somebody's only once a user claims it.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::FlowError;
use super::fields::Field;
use super::identifier::{Identifier, IdentifierKind};
use super::ids::{SessionId, SignUpId, UserId};
use super::metadata::Metadata;
use super::password::PasswordHash;
use super::sending::Sending;
use super::strategy::{Asked, Outcome, Proof, Proves, Strategy, Tried};
use super::time::Timestamp;
use super::transition::{Budget, Refused, Subject, Transition};
use super::verb::Facts;
use super::verification::Verification;
use crate::settings::Settings;

pub(super) use fields::not_enabled;
pub use fields::{Fields, Patch};
pub use verbs::{Attempt, Create, Prepare, Update};

mod conversion;
mod fields;
mod verbs;

/// A sign-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignUp {
    /// Its id.
    pub id: SignUpId,
    /// The address, and how far it is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<SuppliedAddress>,
    /// The username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Identifier>,
    /// The given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<SuppliedPassword>,
    /// What the application wants kept on the user.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub unsafe_metadata: Metadata,
    /// When the terms were accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_accepted_at: Option<Timestamp>,
    /// The person's language, as the browser named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The person's time zone, as the browser named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[serde(default)]
    sending: Sending,
    state: State,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is abandoned unless it is complete.
    pub abandon_at: Timestamp,
}

/// An address that somebody says is theirs. It is claimed only by the user that the sign-up becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppliedAddress {
    /// The address.
    pub address: Identifier,
    /// The proof under way, or made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// A password of a sign-up: hashed when it is supplied, and the user's alone once there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SuppliedPassword {
    Hashed(PasswordHash),
    HandedOver,
}

/// Where a sign-up stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Complete { user: UserId, session: SessionId },
}

impl SignUp {
    /// A sign-up without any field.
    #[must_use]
    pub fn begin(cx: &Context<'_>) -> Self {
        Self {
            id: SignUpId::generate(cx),
            email_address: None,
            username: None,
            first_name: None,
            last_name: None,
            password: None,
            unsafe_metadata: Metadata::default(),
            legal_accepted_at: None,
            locale: None,
            timezone: None,
            sending: Sending::default(),
            state: State::Open,
            created_at: cx.now,
            abandon_at: cx.now + cx.settings.attempts.lifetime,
        }
    }

    /// Takes fields; completes if they were the last that was needed.
    ///
    /// # Errors
    /// [`FlowError::SignUpComplete`], or what is wrong with a field; then none of them is taken.
    pub fn update(
        self,
        fields: &Fields,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        self.open()?;
        Ok(self.with(fields, facts, cx)?.concluded(facts, cx))
    }

    /// Begins to prove the address.
    ///
    /// # Errors
    /// [`FlowError::ValueInvalid`] for a strategy that proves no address at sign-up,
    /// [`FlowError::Missing`] without an address, [`FlowError::VerificationAlreadyVerified`], and
    /// [`FlowError::TooManyRequests`] within the cool-down or after too many codes.
    pub fn prepare(
        mut self,
        strategy: Strategy,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        let kind = proved_kind(strategy, cx.settings)?;
        let address = self.supplied(kind).ok_or(FlowError::Missing(kind.field()))?;
        if address.is_verified() || self.is_complete() {
            return Err(FlowError::VerificationAlreadyVerified);
        }
        let asked = Asked {
            attempt: self.id.as_str(),
            identifier: &address.address,
            locale: self.locale.as_deref(),
        };
        let (sending, prepared) = self.sending.prepare(strategy, &asked, self.abandon_at, cx)?;
        self.sending = sending;
        self.verify(kind, prepared.verification);
        Ok(self.stays().sending(prepared.message))
    }

    /// Tries to prove the address; completes if that was the last that was needed.
    ///
    /// # Errors
    /// Whatever changes nothing: see [`Strategy::attempt`]. A wrong code does: it is a transition whose
    /// answer is the refusal.
    pub fn attempt(
        mut self,
        strategy: Strategy,
        proof: &Proof,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        let kind = proved_kind(strategy, cx.settings)?;
        let address = self.supplied(kind).ok_or(FlowError::VerificationMissing)?;
        if address.is_verified() || self.is_complete() {
            return Err(FlowError::VerificationAlreadyVerified);
        }
        let verification = address.verification.as_ref();
        let tried = Tried { verification, proof, attempt: self.id.as_str(), facts };
        let attempted = strategy.attempt(&tried, cx)?.withheld_if_spent(&tried);
        let address = address.address.clone();
        self.verify(kind, attempted.verification);
        match attempted.outcome {
            Ok(Outcome::Verified) => Ok(self.concluded(facts, cx).within_guesses(&address, cx)),
            Ok(Outcome::Transferable | Outcome::Identified(_)) => {
                Err(FlowError::VerificationMissing)
            }
            Err(refusal) => {
                let mut next = self.stays().answering(Err(refusal));
                next.budgets.push(Budget::WrongCode(address));
                Ok(next)
            }
        }
    }

    /// Whether the other is the same sign-up, waiting for the same proof.
    pub(super) fn waits_as(&self, other: &Self) -> bool {
        let waits_for = |sign_up: &Self| {
            let email = sign_up.email_address.as_ref()?;
            let digest = email.verification.as_ref()?.code_digest()?;
            Some((email.address.clone(), digest.to_owned()))
        };
        self.id == other.id && waits_for(self) == waits_for(other)
    }

    /// The sign-up after its code could not be sent.
    #[must_use]
    pub(super) fn undelivered(mut self, before: Option<&Self>, why: Refused) -> Self {
        self.sending = before.map(|before| before.sending.clone()).unwrap_or_default();
        let earlier = before.and_then(|before| before.email_address.clone());
        if let Some(email) = &mut self.email_address {
            email.verification = match why {
                Refused::Budget => earlier
                    .filter(|earlier| earlier.address == email.address)
                    .and_then(|earlier| earlier.verification),
                Refused::Delivery => email.verification.take(),
            };
        }
        self
    }

    /// Whether it became a user.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete { .. })
    }

    /// The user that it became.
    #[must_use]
    pub fn created_user(&self) -> Option<&UserId> {
        match &self.state {
            State::Complete { user, .. } => Some(user),
            State::Open => None,
        }
    }

    /// The session that began with it.
    #[must_use]
    pub fn created_session(&self) -> Option<&SessionId> {
        match &self.state {
            State::Complete { session, .. } => Some(session),
            State::Open => None,
        }
    }

    /// Whether a password was supplied.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// How the person proved who they are.
    #[must_use]
    pub(super) fn proved_by(&self) -> Option<Strategy> {
        self.email_address
            .as_ref()
            .and_then(|email| email.verification.as_ref())
            .filter(|verification| verification.is_verified())
            .map(|verification| verification.strategy)
            .or_else(|| self.has_password().then_some(Strategy::Password))
    }

    /// The address of that kind; there is none of a kind that cannot be proved.
    fn supplied(&self, kind: IdentifierKind) -> Option<&SuppliedAddress> {
        match kind {
            IdentifierKind::EmailAddress => self.email_address.as_ref(),
            IdentifierKind::Username => None,
        }
    }

    /// Sets how far the address of that kind is proved.
    fn verify(&mut self, kind: IdentifierKind, verification: Verification) {
        let address = match kind {
            IdentifierKind::EmailAddress => self.email_address.as_mut(),
            IdentifierKind::Username => None,
        };
        if let Some(address) = address {
            address.verification = Some(verification);
        }
    }

    fn open(&self) -> Result<(), FlowError> {
        match &self.state {
            State::Open => Ok(()),
            State::Complete { .. } => Err(FlowError::SignUpComplete),
        }
    }

    /// The sign-up with these fields.
    fn with(mut self, fields: &Fields, facts: &Facts, cx: &Context<'_>) -> Result<Self, FlowError> {
        match &fields.email_address {
            Patch::Keep => {}
            Patch::Clear => self.email_address = None,
            Patch::Set(address) => {
                let same =
                    self.email_address.as_ref().is_some_and(|email| email.address == *address);
                if !same {
                    available(address, Field::EmailAddress, facts)?;
                    self.email_address =
                        Some(SuppliedAddress { address: address.clone(), verification: None });
                }
            }
        }
        match &fields.username {
            Patch::Keep => {}
            Patch::Clear => self.username = None,
            Patch::Set(username) => {
                available(username, Field::Username, facts)?;
                self.username = Some(username.clone());
            }
        }
        fields.first_name.apply(&mut self.first_name);
        fields.last_name.apply(&mut self.last_name);
        if let Some(password) = &fields.password {
            let identifiers =
                [self.email_address.as_ref().map(|email| &email.address), self.username.as_ref()];
            if identifiers
                .into_iter()
                .flatten()
                .any(|identifier| password.is_identifier(identifier))
            {
                return Err(FlowError::PasswordMatchesIdentifier);
            }
            let hash = facts.hash.clone().ok_or(FlowError::Missing(Field::Password))?;
            self.password = Some(SuppliedPassword::Hashed(hash));
        }
        if let Some(metadata) = &fields.unsafe_metadata {
            self.unsafe_metadata = metadata.clone();
        }
        if fields.legal_accepted == Some(true) {
            self.legal_accepted_at = self.legal_accepted_at.or(Some(cx.now));
        }
        if let Some(locale) = &fields.locale {
            self.locale = Some(locale.clone());
        }
        if let Some(timezone) = &fields.timezone {
            self.timezone = Some(timezone.clone());
        }
        Ok(self)
    }

    fn stays(self) -> Transition<Self> {
        let subject = Subject::SignUp(self.id.clone());
        Transition::to(self, subject)
    }
}

impl SuppliedAddress {
    /// Whether it is proved.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.verification.as_ref().is_some_and(Verification::is_verified)
    }
}

/// The strategies that prove an identifier of that kind at sign-up.
#[must_use]
pub fn supported_strategies(kind: IdentifierKind, settings: &Settings) -> &[Strategy] {
    match kind {
        IdentifierKind::EmailAddress => &settings.attributes.email_address.verifications,
        IdentifierKind::Username => &[],
    }
}

/// What the strategy proves at sign-up, if the instance uses it there.
fn proved_kind(strategy: Strategy, settings: &Settings) -> Result<IdentifierKind, FlowError> {
    match strategy.definition().proves {
        Proves::Address(kind) if supported_strategies(kind, settings).contains(&strategy) => {
            Ok(kind)
        }
        Proves::Address(_) | Proves::Password => Err(FlowError::ValueInvalid(Field::Strategy)),
    }
}

/// Refuses what somebody has. Only the claim at the end decides; this tells people early.
fn available(identifier: &Identifier, field: Field, facts: &Facts) -> Result<(), FlowError> {
    if facts.owners.contains_key(identifier) {
        Err(FlowError::IdentifierExists(field))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
