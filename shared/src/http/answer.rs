//! Answers: the API's envelope, the client that rides along, and the cookies.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use super::cookie::{Carrier, Cookies};
use super::error::{ApiError, Failure};
use super::resource::{ClientResource, Resource, Show};
use crate::app::{Reply, View};
use crate::flow::{FlowError, Secret, Subject};

/// An answer in the making.
pub struct Answer {
    show: Show,
    cookies: Cookies,
    carrier: Carrier,
    /// What it is about, where it is about anything.
    outcome: Result<Option<Subject>, ApiError>,
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

/// The wrapping of every answer but a session's token.
#[derive(Serialize)]
struct Envelope<'a> {
    response: Option<Resource<'a>>,
    client: Option<ClientResource<'a>>,
}

impl Answer {
    pub(super) fn new(show: Show, cookies: Cookies, carrier: Carrier) -> Self {
        Self {
            show,
            cookies,
            carrier,
            outcome: Ok(None),
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
        let shape = match &answer {
            Ok(Subject::Token(_)) => Shape::Bare,
            Ok(_) | Err(_) => self.shape,
        };
        Self {
            shape,
            outcome: answer.map(Some).map_err(ApiError::from),
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
            Some(view) => subject(view),
            None => Err(FlowError::Unauthenticated),
        };
        Self { outcome: outcome.map(Some).map_err(ApiError::from), view, ..self }
    }

    /// Answers with the client that was read, or none; takes a cookie from the browser that is worth
    /// nothing.
    #[must_use]
    pub fn read_client(self, view: Option<View>) -> Self {
        let gone = view.is_none() && self.carrier == Carrier::Cookie;
        let outcome = Ok(view.as_ref().map(|_| Subject::Client));
        Self { outcome, view, gone, uat: gone, shape: Shape::Client, ..self }
    }

    /// Sets these cookies too.
    #[must_use]
    pub fn setting(self, extra: Vec<String>) -> Self {
        Self { extra, ..self }
    }

    /// The answer that shows what it is about; `null` without a client to show it from.
    fn success(&self, subject: Option<&Subject>) -> Result<Response, FlowError> {
        let response = match self.view.as_ref().zip(subject) {
            Some((view, subject)) => {
                Some(self.show.subject(view, subject).ok_or(FlowError::NotFound)?)
            }
            None => None,
        };
        Ok(match self.shape {
            Shape::Wrapped => fresh_document(&Envelope { response, client: self.piggyback() }),
            Shape::Client => fresh_document(&Envelope { response, client: None }),
            Shape::Bare => fresh_document(&response),
        })
    }

    /// The answer that says what went wrong.
    fn failure(&self, error: ApiError) -> Response {
        let client = serde_json::to_value(self.piggyback()).unwrap_or_default();
        let now = self.view.as_ref().map(|view| view.now).unwrap_or_default();
        Failure { error: Arc::new(error), client, now }.into_response()
    }

    /// The client that rides along: none for a caller whose secret was just replaced, so that their browser
    /// keeps what it knows until the new secret has arrived.
    fn piggyback(&self) -> Option<ClientResource<'_>> {
        self.view.as_ref().filter(|view| view.current).map(|view| self.show.client(view))
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
    fn into_response(mut self) -> Response {
        let outcome = std::mem::replace(&mut self.outcome, Ok(None));
        let written = outcome.and_then(|subject| Ok(self.success(subject.as_ref())?));
        let mut response = written.unwrap_or_else(|error| self.failure(error));
        self.set_identity(response.headers_mut());
        response
    }
}

/// A JSON body, not to be kept. The type is exactly `application/json`: the server package of the client's
/// vendor compares it as a whole.
pub(super) fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    // No key is anything but a text, so that this cannot fail.
    let Ok(body) = serde_json::to_vec(body) else { return ApiError::Panicked.into_response() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A public document that may be kept for so many seconds.
#[must_use]
pub fn document(body: &impl Serialize, seconds: u32) -> Response {
    let mut response = json_response(StatusCode::OK, body);
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}

/// A document that is not to be kept.
#[must_use]
pub fn fresh_document(body: &impl Serialize) -> Response {
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
