//! A user, and what changes one.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::identifier::Identifier;
use super::ids::{EmailAddressId, SessionId, UserId};
use super::metadata::Metadata;
use super::password::PasswordHash;
use super::session::Session;
use super::strategy::Strategy;
use super::time::Timestamp;
use super::verification::Verification;

pub mod verbs;

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their e-mail addresses; the first is primary at first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub email_addresses: Vec<EmailAddress>,
    /// The address that mail goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_email_address: Option<EmailAddressId>,
    /// Their username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Identifier>,
    /// Their given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Their family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<UserPassword>,
    /// How often the password was set: a reset that began before another one was completed is dead.
    #[serde(default)]
    pub password_version: u32,
    /// What the application keeps on them and they may write.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub unsafe_metadata: Metadata,
    /// The sessions that may live, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionPointer>,
    /// When they signed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Timestamp>,
    /// When they accepted the terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_accepted_at: Option<Timestamp>,
    /// Their language, as the browser named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Their time zone, as the browser named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// When they signed up.
    pub created_at: Timestamp,
    /// When they changed last.
    pub updated_at: Timestamp,
}

/// An e-mail address of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailAddress {
    /// Its id.
    pub id: EmailAddressId,
    /// The address.
    pub address: Identifier,
    /// How it was verified; an address that need not be is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A user's password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub updated_at: Timestamp,
}

/// A session that may live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPointer {
    /// Its id.
    pub id: SessionId,
    /// When it ends, however active; the pointer is then swept out.
    pub expire_at: Timestamp,
}

impl User {
    /// Whether this session may live.
    #[must_use]
    pub fn lists(&self, session: &SessionId) -> bool {
        self.sessions.iter().any(|pointer| pointer.id == *session)
    }

    /// The user once they have signed in with this session. The oldest sessions above the cap end.
    #[must_use]
    pub fn signed_in(mut self, session: &Session, cx: &Context<'_>) -> Self {
        self.sessions.retain(|pointer| cx.now < pointer.expire_at);
        self.sessions.push(SessionPointer { id: session.id.clone(), expire_at: session.expire_at });
        let over = self.sessions.len().saturating_sub(cx.settings.sessions.per_user);
        self.sessions.drain(..over);
        self.last_sign_in_at = Some(cx.now);
        self.changed(cx)
    }

    /// The user without these sessions.
    #[must_use]
    pub fn signed_out(mut self, sessions: &[SessionId], cx: &Context<'_>) -> Self {
        self.sessions.retain(|pointer| !sessions.contains(&pointer.id));
        self.changed(cx)
    }

    /// The user with a new password. A reset under way elsewhere is dead from now on.
    #[must_use]
    pub fn with_password(mut self, hash: PasswordHash, cx: &Context<'_>) -> Self {
        self.password = Some(UserPassword { hash, updated_at: cx.now });
        self.password_version = self.password_version.saturating_add(1);
        self.changed(cx)
    }

    /// The user with the same password in a stronger hash.
    #[must_use]
    pub fn rehashed(mut self, hash: PasswordHash) -> Self {
        if let Some(password) = &mut self.password {
            password.hash = hash;
        }
        self
    }

    /// The address that mail goes to.
    #[must_use]
    pub fn primary_address(&self) -> Option<&EmailAddress> {
        let primary = self.primary_email_address.as_ref()?;
        self.email_addresses.iter().find(|address| address.id == *primary)
    }

    /// What to call the user where one line must do: an address, else the username.
    #[must_use]
    pub fn label(&self) -> Option<&Identifier> {
        self.primary_address().map(|found| &found.address).or(self.username.as_ref())
    }

    /// The record after a change; its time rises even within a millisecond, since clients compare it.
    #[must_use]
    pub(super) fn changed(mut self, cx: &Context<'_>) -> Self {
        self.updated_at = self.updated_at.risen_to(cx.now);
        self
    }
}

impl EmailAddress {
    /// Whether a sign-in may rely on it.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.verification.as_ref().is_some_and(Verification::is_verified)
    }

    /// The strategy by which it was verified.
    #[must_use]
    pub fn verified_by(&self) -> Option<Strategy> {
        self.verification.as_ref().filter(|found| found.is_verified()).map(|found| found.strategy)
    }
}
