//! The services by HTTP, for tools that take endpoint URLs.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::Services;
use super::call::Call;

pub(super) fn router(services: Services) -> Router {
    Router::new().fallback(answer).with_state(services)
}

async fn answer(State(services): State<Services>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    match Call::recognise(parts.method.as_str(), parts.uri.path(), target, &body) {
        Some(call) => services.answer(&call, body.into()).await.into_http(),
        None => (StatusCode::NOT_FOUND, "this service has no stand-in\n").into_response(),
    }
}

/// DynamoDB's own limit on a request.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
