//! `client`

use serde_json::{Value, json};

use super::Show;
use crate::app::View;
use crate::flow::{SessionState, Strategy};

impl Show {
    /// The client with its open attempts and its live sessions.
    #[must_use]
    pub fn client(&self, view: &View) -> Value {
        let client = &view.client;
        let now = view.now;
        let sign_in = client.sign_in.as_ref().filter(|sign_in| now < sign_in.abandon_at);
        let sign_up = client.sign_up.as_ref().filter(|sign_up| now < sign_up.abandon_at);
        let sessions: Vec<_> = client
            .sessions
            .iter()
            .map(|session| self.session(session, SessionState::Active, view))
            .collect();
        json!({
            "object": "client",
            "id": client.id,
            "sessions": sessions,
            "sign_in": sign_in.map(|sign_in| self.sign_in(sign_in, now)),
            "sign_up": sign_up.map(|sign_up| self.sign_up(sign_up, now)),
            "last_active_session_id": client.last_active_session,
            "last_authentication_strategy": client.last_authentication_strategy.map(Strategy::as_str),
            "cookie_expires_at": null,
            "captcha_bypass": false,
            "created_at": client.created_at,
            "updated_at": client.updated_at,
        })
    }
}
