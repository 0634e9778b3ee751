//! Says so when a page and the API are opened under two host names: browsers keep cookies apart between
//! `localhost` and `127.0.0.1`, and all that anybody would see of it is that nobody is signed in.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use http::Request;
use http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use tower::Service;

/// Passes every request on, and warns once of each page that will lose its cookies.
#[derive(Clone, Debug)]
pub struct OneHostName<S> {
    inner: S,
    warned: Arc<Mutex<BTreeSet<String>>>,
}

impl<S> OneHostName<S> {
    /// Puts itself around a service.
    pub fn around(inner: S) -> Self {
        Self { inner, warned: Arc::default() }
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for OneHostName<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> S::Future {
        if let Some(advice) = advice(request.headers())
            && self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(advice.clone())
        {
            tracing::warn!("{advice}");
        }
        self.inner.call(request)
    }
}

/// What is wrong if the page's host name and the API's are two that mean this machine.
fn advice(headers: &HeaderMap) -> Option<String> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let (page, api) = (text(&ORIGIN)?, text(&HOST)?);
    let page_host = name_of(page.strip_prefix("http://")?);
    let api_host = name_of(api);
    let local = |name: &str| LOCAL.contains(&name);
    (page_host != api_host && local(page_host) && local(api_host)).then(|| {
        format!(
            "the page on {page} calls the API on {api}: browsers keep their cookies apart. Open the page \
             under http://{api_host}, or give {page_host} in proxyUrl"
        )
    })
}

/// The host without its port.
fn name_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(origin: &str, host: &str) -> Option<String> {
        let headers = [(ORIGIN, origin.parse().unwrap()), (HOST, host.parse().unwrap())];
        advice(&headers.into_iter().collect())
    }

    #[test]
    fn two_names_of_this_machine_are_told_of() {
        let told = advised("http://127.0.0.1:5173", "localhost:3000").unwrap();
        assert!(told.contains("Open the page under http://localhost"), "{told}");
        assert!(advised("http://localhost:5173", "[::1]:3000").is_some());
    }

    #[test]
    fn one_name_and_foreign_names_are_not() {
        assert_eq!(advised("http://localhost:5173", "localhost:3000"), None);
        assert_eq!(advised("http://localhost", "localhost:3000"), None);
        assert_eq!(advised("https://app.example.com", "localhost:3000"), None);
        assert_eq!(advised("null", "localhost:3000"), None);
        assert_eq!(advice(&HeaderMap::new()), None);
    }
}
