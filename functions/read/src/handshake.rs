//! The handshake: how a server-rendered page keeps its sign-in.
//!
//! A session token lives for a minute and only a page's script refreshes it. When the application's server
//! meets an old one, it sends the browser here and back; on the way it gets a fresh token, as the
//! `Set-Cookie` values in a signed message.

use axum::response::Response;
use postern::http::redirect::Target;
use postern::http::{ApiError, Ask, Form};
use postern::token::Handshake;

/// Leads back with a fresh session token, or with none for somebody who is not signed in.
pub(crate) async fn handshake(ask: Ask, form: Form) -> Result<Response, ApiError> {
    let target = Target::parse(form.named("redirect_url"), ask.settings())?;
    let view = ask.view().await?;
    let cookies = ask.cookies();
    let token = match view
        .as_ref()
        .and_then(|view| Some((view, view.client.last_active_session.as_ref()?)))
    {
        Some((view, session)) => {
            // A navigation names no origin; the token is for the page that it leads to.
            let origin = target.origin().to_string();
            ask.app().sign_session(view, session, Some(&origin)).await?
        }
        None => None,
    };
    let at = view.as_ref().and_then(|view| view.client.signed_in_at());
    let handshake = Handshake { handshake: cookies.handed_over(token.as_deref(), at) };
    let signed = ask.app().sign_handshake(&handshake).await?;
    let mut lines = view.as_ref().map(|view| ask.renewed(view)).unwrap_or_default();
    lines.push(cookies.handshake(&signed));
    Ok(target.into_response(lines))
}

/// Renews the browser's cookies and leads back.
pub(crate) async fn touch(ask: Ask, form: Form) -> Result<Response, ApiError> {
    let target = Target::parse(form.named("redirect_url"), ask.settings())?;
    let lines = ask.view().await?.map(|view| ask.renewed(&view)).unwrap_or_default();
    Ok(target.into_response(lines))
}
