//! Documents by which others verify our tokens.

use axum::response::Response;
use http::{HeaderMap, header};
use postern::http::resource::openid_configuration::openid_configuration as document_of;
use postern::http::{ApiError, Ask, document};
use serde_json::{Value, json};

/// The published keys, for anybody.
pub(crate) async fn jwks(ask: Ask) -> Result<Response, ApiError> {
    Ok(document(&key_set(&ask).await?, KEPT))
}

/// The published keys, for the application's servers, whose package asks for them with the secret key.
pub(crate) async fn secret_jwks(ask: Ask, headers: HeaderMap) -> Result<Response, ApiError> {
    let presented = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let known =
        ask.app().site().secret_key.as_ref().zip(presented).is_some_and(|(key, text)| key.is(text));
    if known { jwks(ask).await } else { Err(ApiError::SecretKeyInvalid) }
}

/// Where our keys are, for those who look for them the usual way.
pub(crate) async fn openid_configuration(ask: Ask) -> Response {
    document(&document_of(ask.settings()), KEPT)
}

async fn key_set(ask: &Ask) -> Result<Value, ApiError> {
    Ok(json!({ "keys": ask.app().published_keys().await? }))
}

/// Seconds for which a verifier may keep the keys, as long as the server package of the client's vendor does.
const KEPT: u32 = 300;
