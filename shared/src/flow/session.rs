//! A session: somebody is signed in on one client.
//!
//! It lives as long as its client keeps it, its times allow, **and its user lists it**: a user's record
//! names the sessions that may live, so that a reset, a removal or too many of them end one everywhere
//! in a single write.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::ids::{SessionId, UserId};
use super::time::Timestamp;
use super::user::User;

/// A session, kept by its client while it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it ends, however active.
    pub expire_at: Timestamp,
    /// When it was used last, to the hour.
    pub last_active_at: Timestamp,
    /// When it ends unless it is used.
    pub abandon_at: Timestamp,
    /// When the first factor was proved.
    pub first_factor_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Lives.
    Active,
    /// Ended by the application.
    Ended,
    /// Ended by signing out.
    Removed,
}

impl Session {
    /// A session that begins now.
    #[must_use]
    pub fn begin(user: &UserId, cx: &Context<'_>) -> Self {
        let settings = &cx.settings.sessions;
        Self {
            id: SessionId::generate(user, cx),
            user: user.clone(),
            expire_at: cx.now + settings.lifetime,
            last_active_at: cx.now,
            abandon_at: cx.now + settings.inactivity,
            first_factor_at: cx.now,
            created_at: cx.now,
            updated_at: cx.now,
        }
    }

    /// Whether its times allow it to live.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        now < self.expire_at && now < self.abandon_at
    }

    /// Whether it lives: its times allow it, and its user lists it.
    #[must_use]
    pub fn is_live(&self, user: Option<&User>, now: Timestamp) -> bool {
        self.is_current(now) && user.is_some_and(|user| user.lists(&self.id))
    }

    /// The session after it was used now. Moves at most once an hour, so that staying signed in costs no
    /// writes.
    #[must_use]
    pub fn used(self, cx: &Context<'_>) -> Self {
        if cx.now.since(self.last_active_at) < ACTIVITY {
            return self;
        }
        Self {
            last_active_at: cx.now,
            abandon_at: cx.now + cx.settings.sessions.inactivity,
            updated_at: cx.now,
            ..self
        }
    }

    /// Whole minutes since the first factor was proved.
    #[must_use]
    pub fn first_factor_age(&self, now: Timestamp) -> u64 {
        now.since(self.first_factor_at).as_secs() / 60
    }
}

impl SessionState {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Removed => "removed",
        }
    }
}

/// How fine activity is recorded.
const ACTIVITY: std::time::Duration = std::time::Duration::from_hours(1);
