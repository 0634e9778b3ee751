//! The caller's own client, attempts and sessions.

use postern::flow::{FlowError, SessionId, SessionState, SignInId, SignUpId, Subject};
use postern::http::{Answer, ApiError, Ask, Id};

/// Shows the client, or nothing to an unknown visitor, and renews the browser's cookies.
pub(crate) async fn client(ask: Ask) -> Result<Answer, ApiError> {
    let view = ask.view().await?;
    let cookies = view.as_ref().map(|view| ask.renewed(view)).unwrap_or_default();
    Ok(ask.answer().read_client(view).setting(cookies))
}

/// Shows a sign-up, open or completed.
pub(crate) async fn sign_up(ask: Ask, Id(id): Id<SignUpId>) -> Result<Answer, ApiError> {
    let view = ask.view().await?;
    Ok(ask.answer().read(view, |view| {
        view.client.find_sign_up(&id, view.now).map(|found| Subject::SignUp(found.id.clone()))
    }))
}

/// Shows a sign-in, open or completed.
pub(crate) async fn sign_in(ask: Ask, Id(id): Id<SignInId>) -> Result<Answer, ApiError> {
    let view = ask.view().await?;
    Ok(ask.answer().read(view, |view| {
        view.client.find_sign_in(&id, view.now).map(|found| Subject::SignIn(found.id.clone()))
    }))
}

/// Shows a live session.
pub(crate) async fn session(ask: Ask, Id(id): Id<SessionId>) -> Result<Answer, ApiError> {
    let view = ask.view().await?;
    Ok(ask.answer().read(view, |view| {
        let session = view.session(&id).ok_or(FlowError::NotFound)?;
        Ok(Subject::Session(session.clone(), SessionState::Active))
    }))
}
