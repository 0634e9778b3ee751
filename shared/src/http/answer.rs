//! Answers: the API's envelope, the client that rides along, and the cookies.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::cookie::{Carrier, Cookies};
use super::error::{ApiError, Failure};
use super::resource::Show;
use crate::app::{Reply, View};
use crate::flow::{FlowError, Secret, Subject};

/// An answer in the making.
pub struct Answer {
    show: Show,
    cookies: Cookies,
    carrier: Carrier,
    outcome: Result<Value, ApiError>,
    view: Option<View>,
    secret: Option<Secret>,
    uat: bool,
    gone: bool,
    shape: Shape,
    extra: Vec<String>,
}

/// How the resource is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `{response, client}`
    Wrapped,
    /// `{response, client: null}`: the client is the response.
    Client,
    /// The resource alone.
    Bare,
}

impl Answer {
    pub(super) fn new(show: Show, cookies: Cookies, carrier: Carrier) -> Self {
        Self {
            show,
            cookies,
            carrier,
            outcome: Ok(Value::Null),
            view: None,
            secret: None,
            uat: false,
            gone: false,
            shape: Shape::Wrapped,
            extra: Vec::new(),
        }
    }

    /// Answers what a verb was answered with.
    #[must_use]
    pub(super) fn reply(self, reply: Reply) -> Self {
        let Reply { answer, view, secret, sessions_changed, gone } = reply;
        let outcome = match (&answer, &view) {
            (Ok(subject), Some(view)) => {
                self.show.subject(view, subject).ok_or_else(|| FlowError::NotFound.into())
            }
            (Ok(_), None) | (Err(_), _) => Ok(Value::Null),
        };
        let shape = match &answer {
            Ok(Subject::Token(_)) => Shape::Bare,
            Ok(_) | Err(_) => self.shape,
        };
        Self {
            shape,
            outcome: answer.map_err(ApiError::from).and(outcome),
            uat: secret.is_some() || sessions_changed || gone,
            view,
            secret,
            gone,
            ..self
        }
    }

    /// Answers with the client itself, in the way of `/v1/client`.
    #[must_use]
    pub fn as_client(self) -> Self {
        Self { shape: Shape::Client, ..self }
    }

    /// Answers with something of a client that was read.
    #[must_use]
    pub fn read(
        self,
        view: Option<View>,
        subject: impl FnOnce(&View) -> Result<Subject, FlowError>,
    ) -> Self {
        let outcome = match &view {
            Some(view) => subject(view)
                .and_then(|subject| self.show.subject(view, &subject).ok_or(FlowError::NotFound)),
            None => Err(FlowError::Unauthenticated),
        };
        Self { outcome: outcome.map_err(ApiError::from), view, ..self }
    }

    /// Answers with the client that was read, or none; takes a cookie from the browser that is worth
    /// nothing.
    #[must_use]
    pub fn read_client(self, view: Option<View>) -> Self {
        let gone = view.is_none() && self.carrier == Carrier::Cookie;
        let outcome = Ok(view.as_ref().map_or(Value::Null, |view| self.show.client(view)));
        Self { outcome, view, gone, uat: gone, shape: Shape::Client, ..self }
    }

    /// Sets these cookies too.
    #[must_use]
    pub fn setting(self, extra: Vec<String>) -> Self {
        Self { extra, ..self }
    }

    /// The client that rides along: none for a caller whose secret was just replaced, so that their browser
    /// keeps what it knows until the new secret has arrived.
    fn piggyback(&self) -> Value {
        let rides = self.outcome.is_err() || self.shape == Shape::Wrapped;
        match &self.view {
            Some(view) if view.current && rides => self.show.client(view),
            Some(_) | None => Value::Null,
        }
    }

    /// Hands the caller what it is to prove itself by from now on.
    fn set_identity(&self, headers: &mut HeaderMap) {
        let fresh = self.view.as_ref().zip(self.secret.as_ref());
        if self.carrier == Carrier::Authorization {
            if let Some((view, secret)) = fresh {
                let token = format!("{}.{}", view.client.id, secret.reveal());
                if let Ok(mut value) = HeaderValue::from_str(&token) {
                    value.set_sensitive(true);
                    headers.insert(AUTHORIZATION, value);
                }
            }
            return;
        }
        let stale = self.view.as_ref().is_some_and(|view| !view.current);
        let mut lines = self.extra.clone();
        if let Some((view, secret)) = fresh {
            lines.push(self.cookies.client(&view.client.id, secret));
        } else if self.gone && self.carrier == Carrier::Cookie {
            lines.push(self.cookies.forget_client());
        }
        if self.uat && !stale {
            let at = self
                .view
                .as_ref()
                .filter(|_| !self.gone)
                .and_then(|view| view.client.signed_in_at());
            lines.extend(self.cookies.signed_in_at(at));
        }
        set_cookies(headers, lines);
    }
}

/// An answer holds tokens and cookies: none of it is printed.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut identity = HeaderMap::new();
        self.set_identity(&mut identity);
        let now = self.view.as_ref().map(|view| view.now).unwrap_or_default();
        let client = self.piggyback();
        let mut response = match (self.outcome, self.shape) {
            (Ok(resource), Shape::Bare) => fresh_document(&resource),
            (Ok(resource), Shape::Wrapped | Shape::Client) => {
                fresh_document(&json!({ "response": resource, "client": client }))
            }
            (Err(error), _) => Failure { error: Arc::new(error), client, now }.into_response(),
        };
        response.headers_mut().extend(identity);
        response
    }
}

/// A JSON body, not to be kept. The type is exactly `application/json`: the server package of the client's
/// vendor compares it as a whole.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A public document that may be kept for so many seconds.
#[must_use]
pub fn document(body: &Value, seconds: u32) -> Response {
    let mut response = json_response(StatusCode::OK, body);
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}

/// A document that is not to be kept.
#[must_use]
pub fn fresh_document(body: &Value) -> Response {
    json_response(StatusCode::OK, body)
}

/// Appends `Set-Cookie` values.
pub(super) fn set_cookies(headers: &mut HeaderMap, lines: impl IntoIterator<Item = String>) {
    for line in lines {
        if let Ok(mut value) = HeaderValue::from_str(&line) {
            value.set_sensitive(true);
            headers.append(SET_COOKIE, value);
        }
    }
}
