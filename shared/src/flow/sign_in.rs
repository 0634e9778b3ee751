//! A sign-in: a user on the way to a session.
//!
//! ```text
//!   create {}        create {identifier}
//!      │                    │
//!      ▼                    ▼             right code or password
//!   needs_identifier   needs_first_factor ───────────────────────► complete (session exists)
//!                           │                                          ▲
//!                           │ right code of reset_password_email_code  │ reset_password
//!                           └────────────────► needs_new_password ─────┘
//!
//!   any open state ── abandon_at has passed, or a newer attempt began ──► abandoned (not found any more)
//! ```
//!
//! The factors are noted when the user is found, so that most steps need no second read; what is proved
//! is checked against the user as they are at that moment.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::FlowError;
use super::fields::Field;
use super::identifier::Identifier;
use super::ids::{EmailAddressId, SessionId, SignInId};
use super::message::Message;
use super::password::{Password, PasswordHash};
use super::sending::Sending;
use super::session::Session;
use super::strategy::{Asked, GuessedFactor, LeadsTo, Outcome, Proof, Strategy, Tried};
use super::time::Timestamp;
use super::transition::{Budget, Effect, Refused, Subject, Transition, Write};
use super::user::User;
use super::verb::{Facts, Guess};
use super::verification::Verification;

pub use factors::{EmailAddressFactor, Factor, Factors};
pub use status::SignInStatus;
pub use verbs::{Attempt, Create, Prepare, ResetPassword};

mod factors;
mod status;
mod verbs;

/// A sign-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// What was typed, normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    /// The person's language, as the browser named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default)]
    sending: Sending,
    state: State,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is abandoned unless it is complete.
    pub abandon_at: Timestamp,
}

/// Where a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    NeedsIdentifier,
    NeedsFirstFactor {
        factors: Factors,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verification: Option<Verification>,
    },
    NeedsNewPassword {
        factors: Factors,
        verification: Verification,
    },
    Complete {
        session: SessionId,
        factors: Factors,
        verification: Verification,
    },
}

impl SignIn {
    /// A sign-in of nobody yet.
    #[must_use]
    pub fn begin(locale: Option<String>, cx: &Context<'_>) -> Self {
        Self {
            id: SignInId::generate(cx),
            identifier: None,
            locale,
            sending: Sending::default(),
            state: State::NeedsIdentifier,
            created_at: cx.now,
            abandon_at: cx.now + cx.settings.attempts.lifetime,
        }
    }

    /// Names the user.
    #[must_use]
    pub fn identified(self, identifier: Identifier, user: &User) -> Self {
        let factors = Factors::of(user, &identifier);
        Self {
            identifier: Some(identifier),
            state: State::NeedsFirstFactor { factors, verification: None },
            ..self
        }
    }

    /// Begins to prove a first factor.
    ///
    /// # Errors
    /// [`FlowError::SignInState`] unless a first factor is due, [`FlowError::ValueInvalid`] for a strategy
    /// that needs no preparation, [`FlowError::StrategyForUserInvalid`] for one that the user cannot use,
    /// [`FlowError::NotFound`] for an unknown address, [`FlowError::TooManyRequests`] within the cool-down.
    pub fn prepare(
        mut self,
        strategy: Strategy,
        address: Option<&EmailAddressId>,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        let State::NeedsFirstFactor { factors, .. } = &self.state else {
            return Err(FlowError::SignInState);
        };
        let factor = factors.email_address(strategy, address, cx.settings)?;
        let asked = Asked {
            attempt: self.id.as_str(),
            identifier: &factor.address,
            locale: self.locale.as_deref(),
        };
        let (sending, prepared) = self.sending.prepare(strategy, &asked, self.abandon_at, cx)?;
        self.state = State::NeedsFirstFactor {
            factors: factors.clone().proving(&factor.id),
            verification: Some(prepared.verification),
        };
        self.sending = sending;
        Ok(self.stays().sending(prepared.message))
    }

    /// Tries to prove a first factor.
    ///
    /// # Errors
    /// Whatever changes nothing: the wrong state, a locked factor, an address that the user no longer has,
    /// and see [`Strategy::attempt`]. A wrong proof does change something: it is a transition whose answer
    /// is the refusal.
    pub fn attempt(
        mut self,
        strategy: Strategy,
        proof: &Proof,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        let State::NeedsFirstFactor { factors, verification } = &self.state else {
            return Err(match &self.state {
                State::NeedsIdentifier => FlowError::SignInState,
                State::NeedsFirstFactor { .. }
                | State::NeedsNewPassword { .. }
                | State::Complete { .. } => FlowError::VerificationAlreadyVerified,
            });
        };
        let user = facts.user(&factors.user)?;
        if !factors.still_prove(strategy, user, cx.settings) {
            return Err(FlowError::StrategyForUserInvalid);
        }
        if let Some(until) = facts.locked_until {
            return Err(FlowError::UserLocked { until });
        }
        let tried =
            Tried { verification: verification.as_ref(), proof, attempt: self.id.as_str(), facts };
        let attempted = strategy.attempt(&tried, cx)?.withheld_if_spent(&tried);
        let definition = strategy.definition();
        let guess = Guess { user: user.id.clone(), factor: definition.guessed };
        let factors = factors.clone();
        let address = factors.address_under_proof(strategy).map(|email| email.address.clone());
        match attempted.outcome {
            Ok(Outcome::Verified) => {
                let next = match definition.leads_to {
                    LeadsTo::NewPassword => {
                        let verification = attempted.verification;
                        self.state = State::NeedsNewPassword { factors, verification };
                        self.stays()
                    }
                    LeadsTo::Session => {
                        let user = match &facts.rehashed {
                            Some(hash) => user.clone().rehashed(hash.clone()),
                            None => user.clone(),
                        };
                        self.completed(user, factors, attempted.verification, cx)
                    }
                };
                let next = match &address {
                    Some(address) => next.within_guesses(address, cx),
                    None => next,
                };
                Ok(next.forgetting(guess, cx))
            }
            Ok(Outcome::Transferable | Outcome::Identified(_)) => {
                Err(FlowError::VerificationMissing)
            }
            Err(refusal) => {
                // A wrong password must not void a code that is on its way.
                let verification = match verification {
                    Some(prepared) if !definition.is_prepared() => Some(prepared.clone()),
                    Some(_) | None => Some(attempted.verification),
                };
                self.state = State::NeedsFirstFactor { factors, verification };
                let mut next = self.stays().answering(Err(refusal));
                next.budgets.extend(address.map(Budget::WrongCode));
                Ok(next)
            }
        }
    }

    /// Sets a new password and completes.
    ///
    /// # Errors
    /// [`FlowError::SignInState`] unless a new password is due, or if another reset was completed since
    /// this one began; [`FlowError::PasswordMatchesIdentifier`].
    pub fn reset_password(
        self,
        password: &Password,
        hash: &PasswordHash,
        sign_out_of_other_sessions: bool,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Self>, FlowError> {
        let State::NeedsNewPassword { factors, verification } = &self.state else {
            return Err(FlowError::SignInState);
        };
        let user = facts.user(&factors.user)?;
        if user.password_version != factors.password_version {
            return Err(FlowError::SignInState);
        }
        let mut identifiers =
            user.email_addresses.iter().map(|email| &email.address).chain(&user.username);
        if identifiers.any(|identifier| password.is_identifier(identifier)) {
            return Err(FlowError::PasswordMatchesIdentifier);
        }
        let mut user = user.clone().with_password(hash.clone(), cx);
        if sign_out_of_other_sessions {
            user.sessions.clear();
        }
        let notice = user.primary_address().map(|email| Message::PasswordChanged {
            to: email.address.clone(),
            locale: self.locale.clone(),
        });
        let (factors, verification) = (factors.clone(), verification.clone());
        // Failed guesses at the old password say nothing about the new one.
        let forgotten = Guess { user: user.id.clone(), factor: GuessedFactor::Password };
        let mut next = self.completed(user, factors, verification, cx);
        next.effects.extend(notice.map(Effect::Notify));
        Ok(next.forgetting(forgotten, cx))
    }

    /// The factors of a sign-in at which a new password is due.
    fn resettable(&self) -> Result<&Factors, FlowError> {
        match &self.state {
            State::NeedsNewPassword { factors, .. } => Ok(factors),
            State::NeedsIdentifier | State::NeedsFirstFactor { .. } | State::Complete { .. } => {
                Err(FlowError::SignInState)
            }
        }
    }

    /// Whether the other is the same sign-in, waiting for the same proof.
    pub(super) fn waits_as(&self, other: &Self) -> bool {
        let waits_for = |sign_in: &Self| {
            sign_in.verification().and_then(Verification::code_digest).map(str::to_owned)
        };
        self.id == other.id && waits_for(self) == waits_for(other)
    }

    /// The sign-in after its code could not be sent.
    #[must_use]
    pub(super) fn undelivered(mut self, before: Option<&Self>, why: Refused) -> Self {
        self.sending = before.map(|before| before.sending.clone()).unwrap_or_default();
        match (&mut self.state, why) {
            (State::NeedsFirstFactor { factors, verification }, Refused::Budget) => {
                factors.proving = before
                    .and_then(|before| before.factors())
                    .and_then(|factors| factors.proving.clone());
                *verification = before.and_then(|before| before.verification()).cloned();
            }
            // The code may have got out, and keeps working.
            (State::NeedsFirstFactor { .. }, Refused::Delivery)
            | (
                State::NeedsIdentifier | State::NeedsNewPassword { .. } | State::Complete { .. },
                Refused::Budget | Refused::Delivery,
            ) => {}
        }
        self
    }

    fn completed(
        mut self,
        user: User,
        factors: Factors,
        verification: Verification,
        cx: &Context<'_>,
    ) -> Transition<Self> {
        let session = Session::begin(&user.id, cx);
        let user = user.signed_in(&session, cx);
        self.state = State::Complete { session: session.id.clone(), factors, verification };
        let next = self.stays();
        Transition { writes: vec![Write::UpdateUser(user)], opens: Some(session), ..next }
    }

    fn stays(self) -> Transition<Self> {
        let subject = Subject::SignIn(self.id.clone());
        Transition::to(self, subject)
    }
}

/// Refuses an attribute by which the instance lets nobody sign in.
fn usable(identifier: &Identifier, cx: &Context<'_>) -> Result<(), FlowError> {
    let attributes = &cx.settings.attributes;
    let usable = match identifier {
        Identifier::EmailAddress(_) => {
            attributes.email_address.enabled && attributes.email_address.used_for_sign_in
        }
        Identifier::Username(_) => {
            attributes.username.enabled && attributes.username.used_for_sign_in
        }
    };
    if usable { Ok(()) } else { Err(FlowError::ValueInvalid(Field::Identifier)) }
}

#[cfg(test)]
mod tests;
