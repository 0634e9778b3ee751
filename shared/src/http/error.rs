//! Errors as the API says them: the one place that knows their status, code and words.
//!
//! The codes are a public contract: client packages branch on them and translate by them.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::app::{AppError, chain};
use crate::flow::{Field, FlowError, Timestamp};

mod words;

/// Why a request is refused.
#[derive(Debug)]
pub enum ApiError {
    /// The app refused it, or failed.
    App(AppError),
    /// There is no such path.
    NoRoute,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The page's origin may not call.
    OriginInvalid,
    /// The body is no form.
    UnsupportedMediaType,
    /// The body cannot be read, or breaks off.
    BodyUnreadable,
    /// The body is larger than any that is asked for.
    BodyTooLarge,
    /// The redirect may not lead there.
    RedirectRefused,
    /// The secret key is missing or wrong.
    SecretKeyInvalid,
    /// A bug: the request made the code panic.
    Panicked,
}

impl ApiError {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        words::first_of(self).status
    }

    /// The code of the answer's first error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        words::first_of(self).code
    }

    /// The answer's body. `client` is the piggybacked client, where there is one.
    #[must_use]
    pub fn body(&self, client: &Value, trace_id: &str, now: Timestamp) -> Value {
        let errors: Vec<_> = words::of(self)
            .into_iter()
            .map(|parts| {
                json!({
                    "code": parts.code,
                    "message": parts.message,
                    "long_message": parts.long_message,
                    "meta": self.meta(parts.field, now),
                })
            })
            .collect();
        json!({ "errors": errors, "meta": { "client": client }, "clerk_trace_id": trace_id })
    }

    /// When it is worth asking again, in whole seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::App(AppError::Refused(FlowError::TooManyRequests { retry_after })) = self {
            return Some(
                retry_after.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1),
            );
        }
        matches!(self, Self::App(AppError::Busy)).then_some(1)
    }

    /// The error and what caused it, for the log.
    pub(super) fn chain(&self) -> String {
        match self {
            Self::App(error) => chain(error),
            Self::NoRoute
            | Self::MethodNotAllowed
            | Self::OriginInvalid
            | Self::UnsupportedMediaType
            | Self::BodyUnreadable
            | Self::BodyTooLarge
            | Self::RedirectRefused
            | Self::SecretKeyInvalid
            | Self::Panicked => self.code().to_owned(),
        }
    }

    fn meta(&self, field: Option<Field>, now: Timestamp) -> Value {
        let mut meta = Map::new();
        if let Some(field) = field {
            meta.insert("param_name".to_owned(), json!(field.as_str()));
        }
        if let Self::App(AppError::Refused(FlowError::AlreadySignedIn(session))) = self {
            meta.insert("session_id".to_owned(), json!(session));
        }
        if let Self::App(AppError::Refused(FlowError::UserLocked { until })) = self {
            let left = until.since(now).as_secs();
            meta.insert("lockout_expires_in_seconds".to_owned(), json!(left));
        }
        Value::Object(meta)
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<FlowError> for ApiError {
    fn from(refusal: FlowError) -> Self {
        Self::App(AppError::Refused(refusal))
    }
}

/// An empty answer that carries the error: its body is written, and the error logged, by [`super::Api`], so
/// that turning an error into an answer has no side effect.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Failure { error: Arc::new(self), client: Value::Null, now: Timestamp::default() }
            .into_response()
    }
}

/// An error on its way to the answer's body and to the log.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// What went wrong.
    pub(super) error: Arc<ApiError>,
    /// The client that rides along.
    pub(super) client: Value,
    /// When the request was decided.
    pub(super) now: Timestamp,
}

impl Failure {
    /// The body of the answer.
    pub(super) fn body(&self, trace_id: &str) -> Value {
        self.error.body(&self.client, trace_id, self.now)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.error.status().into_response();
        if let Some(seconds) = self.error.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
