//! Redirects: only to where the instance allows.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};

use super::error::ApiError;
use crate::settings::{Origin, Settings};

/// A target that a redirect may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: HeaderValue,
    origin: Origin,
}

impl Target {
    /// Checks where a redirect is to lead.
    ///
    /// # Errors
    /// [`ApiError::RedirectRefused`] unless it is an absolute URL of an allowed origin.
    pub fn parse(url: Option<&str>, settings: &Settings) -> Result<Self, ApiError> {
        let url = url.unwrap_or_default();
        let origin = Origin::of_url(url).filter(|origin| settings.allows_redirect(origin));
        match (origin, HeaderValue::from_str(url)) {
            (Some(origin), Ok(url)) => Ok(Self { url, origin }),
            _ => Err(ApiError::RedirectRefused),
        }
    }

    /// The origin of the target.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Leads there; cookies are set on the way.
    #[must_use]
    pub fn into_response(self, cookies: impl IntoIterator<Item = String>) -> Response {
        let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
        let headers = response.headers_mut();
        headers.insert(LOCATION, self.url);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        super::answer::set_cookies(headers, cookies);
        response
    }
}
