//! Which pages may call, and what their browsers may see.
//!
//! Requests of client packages are "simple": no preflight asks before them, so looking at `Origin` is also
//! what keeps other sites' pages from acting for somebody (CSRF).

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN,
    VARY,
};
use http::{HeaderMap, HeaderValue, Method};

use crate::settings::{Origin, Settings};

/// The origin of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageOrigin {
    /// No page, or one of the same origin whose browser says nothing.
    Absent,
    /// A page that may call.
    Allowed(HeaderValue, Origin),
    /// A page that may not.
    Foreign,
}

impl PageOrigin {
    pub(super) fn of(headers: &HeaderMap, settings: &Settings) -> Self {
        let mut values = headers.get_all(ORIGIN).iter();
        let Some(value) = values.next() else { return Self::Absent };
        if values.next().is_some() {
            return Self::Foreign;
        }
        match value.to_str().ok().and_then(Origin::parse) {
            Some(origin) if settings.allows_origin(&origin) => Self::Allowed(value.clone(), origin),
            Some(_) | None => Self::Foreign,
        }
    }

    /// Whether a request of this method may go on.
    pub(super) fn may(&self, method: &Method) -> bool {
        *self != Self::Foreign || [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
    }

    /// Tells the browser what the page may see.
    pub(super) fn allow(&self, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Self::Allowed(origin, _) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }

    /// Answers a preflight.
    pub(super) fn preflight(&self, headers: &mut HeaderMap) {
        if let Self::Allowed(..) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
            headers.insert(
                ACCESS_CONTROL_ALLOW_HEADERS,
                HeaderValue::from_static("authorization, content-type"),
            );
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
    }
}

const EXPOSED: &str = "Authorization, Clerk-Db-Jwt, Retry-After, X-Country";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
