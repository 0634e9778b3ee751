//! What everybody may know about the instance.

use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use postern::flow::FlowError;
use postern::http::resource::{avatar, environment};
use postern::http::{ApiError, Ask, Id, fresh_document};
use serde_json::json;

/// Shows the settings as client packages read them.
pub(crate) async fn environment(ask: Ask) -> Response {
    fresh_document(&environment::environment(ask.settings()))
}

/// Says that the function runs.
pub(crate) async fn health() -> Response {
    fresh_document(&json!({ "status": "healthy" }))
}

/// Makes the browser forget everything that this host stored in it, if a page asks that may call: an image
/// on any other page, one of a neighbouring host too, could sign its visitors out.
pub(crate) async fn clear_site_data(ask: Ask, headers: HeaderMap) -> Result<Response, ApiError> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let from_here = matches!(site, None | Some(b"same-origin" | b"none"));
    if !from_here && ask.caller().origin.is_none() {
        return Err(ApiError::OriginInvalid);
    }
    let mut response = fresh_document(&json!({}));
    let name = HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(name, HeaderValue::from_static("\"*\""));
    Ok(response)
}

/// Draws a user's initials.
pub(crate) async fn avatar(Id(text): Id<String>) -> Result<Response, ApiError> {
    let (seed, initials) = avatar::parse(&text).ok_or(FlowError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    Ok((headers, avatar::svg(&seed, &initials)).into_response())
}

/// Leads to the client packages' scripts, which pages without a bundler load from here.
pub(crate) async fn package(Id(path): Id<String>) -> Result<Response, ApiError> {
    let known = PACKAGES.iter().any(|package| path.starts_with(package));
    // A `%` or `\` that is left after decoding could still become a `..` in the browser.
    let plain = |c: char| c.is_ascii_alphanumeric() || "@/._-".contains(c);
    let location = HeaderValue::from_str(&format!("{CDN}/{path}"));
    match location {
        Ok(location) if known && path.chars().all(plain) && !path.contains("..") => {
            let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
            let headers = response.headers_mut();
            headers.insert(LOCATION, location);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            Ok(response)
        }
        Ok(_) | Err(_) => Err(ApiError::NoRoute),
    }
}

/// Serves npm packages' files by version.
const CDN: &str = "https://cdn.jsdelivr.net/npm";
const PACKAGES: &[&str] = &["@clerk/clerk-js@", "@clerk/ui@"];
