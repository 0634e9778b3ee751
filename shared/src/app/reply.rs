//! What a request is answered with, before it is turned into HTTP.

use std::collections::BTreeMap;
use std::fmt;

use crate::flow::{Client, Secret, Session, SessionId, Subject, Timestamp, User, UserId};

use super::App;
use super::error::AppError;

/// A client, the users of its sessions, and a fresh token: all that is needed to show it.
#[derive(Clone)]
pub struct View {
    /// The client; only sessions that live are in it.
    pub client: Client,
    /// The users of its sessions, and others that the request was about.
    pub users: BTreeMap<UserId, User>,
    /// A token for the session that is asked for, else for the last active one, where the function signs.
    pub token: Option<(SessionId, String)>,
    /// Whether the caller's secret is the client's current one.
    pub current: bool,
    /// When this is so.
    pub now: Timestamp,
}

/// What a verb is answered with.
#[derive(Debug)]
pub struct Reply {
    /// What the reply is about, or why there is none.
    pub answer: Result<Subject, AppError>,
    /// The client afterwards; `None` if there is none, or the caller may not see it.
    pub view: Option<View>,
    /// The client's new secret, for the caller's cookie.
    pub secret: Option<Secret>,
    /// Whether sessions began or ended.
    pub sessions_changed: bool,
    /// Whether the client is gone: forgotten, or never known.
    pub gone: bool,
}

impl View {
    /// The live session of that id.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> Option<&Session> {
        self.client.sessions.iter().find(|session| session.id == *id)
    }
}

/// A token is as good as a signature: whose it is, is printed, but not the token.
impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("client", &self.client)
            .field("users", &self.users)
            .field("token_of", &self.token.as_ref().map(|(session, _)| session))
            .field("current", &self.current)
            .field("now", &self.now)
            .finish()
    }
}

impl Reply {
    /// A refusal without a client to show.
    #[must_use]
    pub(super) fn refused(error: impl Into<AppError>) -> Self {
        Self {
            answer: Err(error.into()),
            view: None,
            secret: None,
            sessions_changed: false,
            gone: false,
        }
    }
}

impl App {
    /// The view of a client: sessions that do not live are left out, the last active one gets a token.
    pub(super) async fn compose(
        &self,
        mut client: Client,
        users: BTreeMap<UserId, User>,
        current: bool,
        asked: Option<&SessionId>,
        origin: Option<&str>,
        now: Timestamp,
    ) -> Result<View, AppError> {
        client.sessions.retain(|session| session.is_live(users.get(&session.user), now));
        let alive = |id: &SessionId| client.sessions.iter().any(|session| session.id == *id);
        client.last_active_session = client
            .last_active_session
            .clone()
            .filter(alive)
            .or_else(|| client.sessions.last().map(|session| session.id.clone()));
        let asked = asked.or(client.last_active_session.as_ref());
        let shown = client.sessions.iter().find(|session| Some(&session.id) == asked);
        let token = match shown {
            Some(session) if self.signs => {
                Some((session.id.clone(), self.token(session, origin, now).await?))
            }
            Some(_) | None => None,
        };
        Ok(View { client, users, token, current, now })
    }
}
