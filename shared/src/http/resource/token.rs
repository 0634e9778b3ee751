//! `token`

use serde::Serialize;

use super::Scene;
use crate::flow::SessionId;

/// A fresh token of a session.
#[derive(Serialize)]
pub(in crate::http) struct TokenResource<'a> {
    object: &'static str,
    jwt: &'a str,
}

impl<'a> TokenResource<'a> {
    /// The session's token; `None` if there is one of another session, or none.
    pub(super) fn of(session: &SessionId, scene: Scene<'a>) -> Option<Self> {
        let (_, jwt) = scene.view.token.as_ref().filter(|(id, _)| id == session)?;
        Some(Self { object: "token", jwt })
    }
}
