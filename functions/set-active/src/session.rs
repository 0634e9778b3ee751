//! Uses and ends sessions.

use postern::flow::client::verbs::{End, Intent, Touch};
use postern::flow::{FlowError, SessionId, SessionState};
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Uses a session, and makes it the last active one if the person chose it.
pub(crate) async fn touch(ask: Ask, Id(id): Id<SessionId>, form: Form) -> Answer {
    ask.advance(&params::touch(id, &form)).await
}

/// Gives a fresh token for a session.
pub(crate) async fn tokens(ask: Ask, Id(id): Id<SessionId>) -> Answer {
    ask.advance(&Touch { id, intent: Intent::Token }).await
}

/// Refuses: the instance has no templates.
pub(crate) async fn tokens_by_template() -> Result<Answer, ApiError> {
    Err(FlowError::NotFound.into())
}

/// Ends a session.
pub(crate) async fn end(ask: Ask, Id(id): Id<SessionId>) -> Answer {
    ask.advance(&End { id, state: SessionState::Ended }).await
}

/// Ends a session by signing out.
pub(crate) async fn remove(ask: Ask, Id(id): Id<SessionId>) -> Answer {
    ask.advance(&End { id, state: SessionState::Removed }).await
}
