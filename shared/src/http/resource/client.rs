//! `client`

use serde::Serialize;

use super::Scene;
use super::fixed::{False, Null};
use super::session::SessionResource;
use super::sign_in::SignInResource;
use super::sign_up::SignUpResource;
use crate::flow::{ClientId, SessionId, SessionState, Strategy, Timestamp};

/// The client with its open attempts and its live sessions.
#[derive(Serialize)]
pub(in crate::http) struct ClientResource<'a> {
    object: &'static str,
    id: &'a ClientId,
    sessions: Vec<SessionResource<'a>>,
    sign_in: Option<SignInResource<'a>>,
    sign_up: Option<SignUpResource<'a>>,
    last_active_session_id: Option<&'a SessionId>,
    last_authentication_strategy: Option<&'static str>,
    cookie_expires_at: Null,
    captcha_bypass: False,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl<'a> ClientResource<'a> {
    pub(super) fn of(scene: Scene<'a>) -> Self {
        let client = &scene.view.client;
        let now = scene.view.now;
        let sign_in = client.sign_in.as_ref().filter(|sign_in| now < sign_in.abandon_at);
        let sign_up = client.sign_up.as_ref().filter(|sign_up| now < sign_up.abandon_at);
        let live = |session| SessionResource::of(session, SessionState::Active, scene);
        Self {
            object: "client",
            id: &client.id,
            sessions: client.sessions.iter().map(live).collect(),
            sign_in: sign_in.map(|sign_in| SignInResource::of(sign_in, scene)),
            sign_up: sign_up.map(|sign_up| SignUpResource::of(sign_up, scene)),
            last_active_session_id: client.last_active_session.as_ref(),
            last_authentication_strategy: client.last_authentication_strategy.map(Strategy::as_str),
            cookie_expires_at: Null,
            captcha_bypass: False,
            created_at: client.created_at,
            updated_at: client.updated_at,
        }
    }
}
