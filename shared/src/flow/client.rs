//! The client: one browser, its attempts and its sessions. One record, written whole.
//!
//! A browser proves that it is this client by a **secret** in its cookie. The secret is replaced whenever
//! the client gains a privilege (OWASP ASVS 5.0, 7.2.4) and when an attempt begins, so that one planted
//! before is worth nothing after it. Requests that are under way at that moment still carry the old one:
//! for a short while it is known as superseded, sees only the sessions that it could see before, and may
//! not gain any.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::context::{Context, Purpose};
use super::error::FlowError;
use super::ids::{ClientId, SessionId, SignInId, SignUpId};
use super::session::Session;
use super::sign_in::SignIn;
use super::sign_up::SignUp;
use super::strategy::Strategy;
use super::time::Timestamp;
use super::transition::{Subject, Transition};
use super::verb::Facts;

pub mod verbs;

/// One browser, its attempts and its sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The digest of the secret in its cookie.
    secret: String,
    /// The secrets before that which may still be under way, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    superseded: Vec<Superseded>,
    /// The sign-up under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_up: Option<SignUp>,
    /// The sign-in under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// The last sign-up that became a user: it stays readable by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_sign_up: Option<SignUp>,
    /// The last sign-in that became a session: it stays readable by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_sign_in: Option<SignIn>,
    /// Its sessions, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// The session that was used last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_session: Option<SessionId>,
    /// How somebody signed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_authentication_strategy: Option<Strategy>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// A secret that was replaced a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Superseded {
    secret: String,
    until: Timestamp,
    /// The sessions that could be seen with it.
    sessions: Vec<SessionId>,
}

/// What a browser proves itself by: 256 random bits. Never printed, stored only as a digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// How a secret stands to its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretStanding {
    /// It is the client's.
    Current,
    /// It was, a moment ago; these sessions can still be seen with it.
    Superseded(Vec<SessionId>),
    /// It is not.
    Unknown,
}

/// Whether the client can do something that it could not before, besides a session that begins: then its
/// secret changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gain {
    Nothing,
    Something,
}

impl Client {
    /// A new client and the secret for its cookie.
    #[must_use]
    pub fn new(cx: &Context<'_>) -> (Self, Secret) {
        let secret = Secret::generate(Purpose::ClientSecret, cx);
        let client = Self {
            id: ClientId::generate(cx),
            secret: secret.digest(),
            superseded: Vec::new(),
            sign_up: None,
            sign_in: None,
            completed_sign_up: None,
            completed_sign_in: None,
            sessions: Vec::new(),
            last_active_session: None,
            last_authentication_strategy: None,
            created_at: cx.now,
            updated_at: cx.now,
        };
        (client, secret)
    }

    /// A client that begins with sessions of the same browser.
    #[must_use]
    pub fn with_sessions(self, sessions: Vec<Session>) -> Self {
        let last_active_session = sessions.last().map(|session| session.id.clone());
        Self { sessions, last_active_session, ..self }
    }

    /// How this secret stands to the client.
    #[must_use]
    pub fn recognise(&self, secret: &Secret, now: Timestamp) -> SecretStanding {
        let digest = secret.digest();
        let is = |known: &str| {
            constant_time::verify_slices_are_equal(known.as_bytes(), digest.as_bytes()).is_ok()
        };
        if is(&self.secret) {
            return SecretStanding::Current;
        }
        self.superseded
            .iter()
            .find(|old| now < old.until && is(&old.secret))
            .map_or(SecretStanding::Unknown, |old| SecretStanding::Superseded(old.sessions.clone()))
    }

    /// The client as somebody sees it who may see these sessions only.
    #[must_use]
    pub fn limited_to(mut self, visible: &[SessionId]) -> Self {
        self.sessions.retain(|session| visible.contains(&session.id));
        self.last_active_session = self.last_active_session.filter(|id| visible.contains(id));
        self.sign_up = None;
        self.sign_in = None;
        self.completed_sign_up = None;
        self.completed_sign_in = None;
        self
    }

    /// The sign-up of that id, open or completed.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] if there is none, or it was abandoned.
    pub fn find_sign_up(&self, id: &SignUpId, now: Timestamp) -> Result<&SignUp, FlowError> {
        [&self.sign_up, &self.completed_sign_up]
            .into_iter()
            .flatten()
            .find(|found| found.id == *id && now < found.abandon_at)
            .ok_or(FlowError::NotFound)
    }

    /// The sign-in of that id, open or completed.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] if there is none, or it was abandoned.
    pub fn find_sign_in(&self, id: &SignInId, now: Timestamp) -> Result<&SignIn, FlowError> {
        [&self.sign_in, &self.completed_sign_in]
            .into_iter()
            .flatten()
            .find(|found| found.id == *id && now < found.abandon_at)
            .ok_or(FlowError::NotFound)
    }

    /// Its sessions that live.
    pub fn live_sessions<'a>(
        &'a self,
        facts: &'a Facts,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Session> {
        self.sessions
            .iter()
            .filter(move |session| session.is_live(facts.users.get(&session.user), now))
    }

    /// When somebody signed in last on this client; `None` while nobody is signed in.
    #[must_use]
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        self.sessions.iter().map(|session| session.created_at).max()
    }

    /// Takes up the next state of the sign-up.
    pub(super) fn with_sign_up(
        self,
        transition: Transition<SignUp>,
        gain: Gain,
        cx: &Context<'_>,
    ) -> Transition<Self> {
        let strategy = transition.next.proved_by();
        let next = transition.map(|sign_up| {
            if sign_up.is_complete() {
                Self { sign_up: None, completed_sign_up: Some(sign_up), ..self }
            } else {
                Self { sign_up: Some(sign_up), ..self }
            }
        });
        next.settled(strategy, gain, cx)
    }

    /// Takes up the next state of the sign-in.
    pub(super) fn with_sign_in(
        self,
        transition: Transition<SignIn>,
        gain: Gain,
        cx: &Context<'_>,
    ) -> Transition<Self> {
        let strategy = transition.next.proved_by();
        let next = transition.map(|sign_in| {
            if sign_in.is_complete() {
                Self { sign_in: None, completed_sign_in: Some(sign_in), ..self }
            } else {
                Self { sign_in: Some(sign_in), ..self }
            }
        });
        next.settled(strategy, gain, cx)
    }

    /// The record after a change; its time rises even within a millisecond, since browsers compare it.
    #[must_use]
    pub(super) fn changed(mut self, cx: &Context<'_>) -> Self {
        self.updated_at = self.updated_at.risen_to(cx.now);
        self
    }

    /// The client with a session that begins.
    fn signed_in(mut self, session: Session, strategy: Option<Strategy>, cx: &Context<'_>) -> Self {
        if cx.settings.sessions.single {
            // An attempt that began before another one signed in replaces that one's session.
            self.sessions.clear();
        }
        self.sessions.retain(|session| session.is_current(cx.now));
        self.last_active_session = Some(session.id.clone());
        self.sessions.push(session);
        let over = self.sessions.len().saturating_sub(cx.settings.sessions.per_client);
        self.sessions.drain(..over);
        self.last_authentication_strategy = strategy;
        self
    }

    /// The client with another secret. With the old one only these sessions can still be seen.
    fn rotated(mut self, visible: Vec<SessionId>, cx: &Context<'_>) -> (Self, Secret) {
        let secret = Secret::generate(Purpose::RotatedSecret, cx);
        let old = std::mem::replace(&mut self.secret, secret.digest());
        self.superseded.retain(|old| cx.now < old.until);
        self.superseded.push(Superseded {
            secret: old,
            until: cx.now + SUPERSEDED,
            sessions: visible,
        });
        let over = self.superseded.len().saturating_sub(GENERATIONS);
        self.superseded.drain(..over);
        (self, secret)
    }
}

impl Transition<Client> {
    /// The transition with the session that it opens taken up by the client, and the secret replaced if
    /// anything was gained.
    fn settled(self, strategy: Option<Strategy>, gain: Gain, cx: &Context<'_>) -> Self {
        let Self { next: client, opens, .. } = &self;
        let visible = client.sessions.iter().map(|session| session.id.clone()).collect();
        let gained = opens.is_some() || gain == Gain::Something;
        let session = opens.clone();
        let mut secret = None;
        let next = self.map(|client| {
            let client = match session {
                Some(session) => client.signed_in(session, strategy, cx),
                None => client,
            };
            let client = if gained {
                let (client, new) = client.rotated(visible, cx);
                secret = Some(new);
                client
            } else {
                client
            };
            client.changed(cx)
        });
        Transition { secret, opens: None, ..next }
    }

    /// A transition that changes the client alone.
    pub(super) fn of_client(client: Client, subject: Subject, cx: &Context<'_>) -> Self {
        Self::to(client.changed(cx), subject)
    }
}

impl Gain {
    /// An attempt begins. Whoever planted the client's secret in this browser before must not follow it; a
    /// client that begins with the attempt has a secret that nobody can have planted.
    pub(super) fn of_beginning(facts: &Facts) -> Self {
        if facts.new_client { Self::Nothing } else { Self::Something }
    }

    /// Something is proved, or nothing is.
    pub(super) fn of_proof(proved: bool) -> Self {
        if proved { Self::Something } else { Self::Nothing }
    }
}

impl Secret {
    /// Takes the secret that came in a cookie.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text for the cookie.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn generate(purpose: Purpose, cx: &Context<'_>) -> Self {
        let mut bytes = [0; 32];
        cx.rng(purpose).fill_bytes(&mut bytes);
        Self(BASE64URL_NOPAD.encode(&bytes))
    }

    /// 256 random bits need no slow hash: nobody can try them all.
    fn digest(&self) -> String {
        HEXLOWER.encode(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How long a request may be under way with a secret that was replaced.
const SUPERSEDED: Duration = Duration::from_mins(1);
/// How many secrets back a request may be: one attempt replaces it when it begins, when something is proved
/// and when it completes.
const GENERATIONS: usize = 3;

#[cfg(test)]
mod tests;
