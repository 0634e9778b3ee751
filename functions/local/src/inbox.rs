//! The pages and documents of a laptop: what was sent, and the keys to connect with.
//!
//! They hand out codes and a secret key, so they exist in `local` alone, and answer only to this
//! machine's own names: a page elsewhere whose host name was bent to 127.0.0.1 learns nothing.

mod page;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::aws::outbox::Outbox;

/// What the pages show.
#[derive(Clone)]
pub struct Inbox {
    /// `http://localhost:PORT`: API, `proxyUrl` and pages.
    pub base_url: String,
    /// The keys to connect with.
    pub keys: DevKeys,
    /// The messages.
    pub outbox: Outbox,
    /// Whether users survive a restart, which messages never do.
    pub keeps_users: bool,
}

/// The keys that an application on this machine needs.
#[derive(Clone, Serialize)]
pub struct DevKeys {
    /// For the browser.
    pub publishable_key: String,
    /// For the application's servers.
    pub secret_key: String,
    /// Where the public signing keys are.
    pub jwks_url: String,
    /// Who signs the session tokens.
    pub issuer: String,
}

impl Inbox {
    /// The routes: `/`, `/dev/keys`, `/dev/messages` and what the page loads.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/dev/keys", get(keys))
            .route("/dev/messages", get(messages))
            .route("/dev/messages/{id}", get(mail))
            .route("/dev/inbox.css", get(style))
            .route("/dev/inbox.js", get(script))
            .route_layer(from_fn(to_this_machine))
            .with_state(Arc::new(self))
    }
}

type Shared = State<Arc<Inbox>>;

#[derive(Deserialize)]
struct HomeParams {
    message: Option<String>,
}

async fn home(State(inbox): Shared, Query(params): Query<HomeParams>) -> Response {
    match page::render(&inbox, params.message.as_deref()) {
        Ok(html) => document("text/html; charset=utf-8", PAGE_POLICY, html),
        Err(error) => failed(&error.to_string()),
    }
}

async fn keys(State(inbox): Shared) -> Response {
    json(&inbox.keys)
}

#[derive(Deserialize)]
struct MessagesParams {
    to: Option<String>,
}

async fn messages(State(inbox): Shared, Query(params): Query<MessagesParams>) -> Response {
    let found = match params.to {
        // Typed by hand, the plus of an address stands unescaped and means a space, which no address has.
        Some(to) => inbox.outbox.to(&to.replace(' ', "+")),
        None => inbox.outbox.all(),
    };
    let found: Vec<_> = found.iter().map(AsRef::as_ref).collect();
    json(&found)
}

/// A mail's HTML part alone, for a frame: it may look as it likes, and do nothing.
async fn mail(State(inbox): Shared, Path(id): Path<String>) -> Response {
    match inbox.outbox.find(&id).and_then(|message| message.html.clone()) {
        Some(html) => document("text/html; charset=utf-8", MAIL_POLICY, html),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn style() -> Response {
    let style = include_str!("../templates/inbox.css");
    document("text/css; charset=utf-8", PAGE_POLICY, style.to_owned())
}

async fn script() -> Response {
    let script = include_str!("../templates/inbox.js");
    document("text/javascript; charset=utf-8", PAGE_POLICY, script.to_owned())
}

/// Refuses requests under names that somebody else may own.
async fn to_this_machine(request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if named.is_none_or(is_this_machine) {
        next.run(request).await
    } else {
        let message = "Open this page as http://localhost and its port.\n";
        (StatusCode::MISDIRECTED_REQUEST, message).into_response()
    }
}

/// `localhost`, a name under it, or a number: none of these can be made to lead elsewhere.
fn is_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<http::uri::Authority>() else {
        return false;
    };
    let name = authority.host().to_ascii_lowercase();
    let number = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || number.parse::<Ipv4Addr>().is_ok()
        || number.parse::<Ipv6Addr>().is_ok()
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(body) => document("application/json", PAGE_POLICY, body),
        Err(error) => failed(&error.to_string()),
    }
}

fn document(content_type: &'static str, policy: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, body).into_response()
}

fn failed(error: &str) -> Response {
    tracing::error!(error, "could not write a page");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// A mail shares the page's origin, so that the page can read how tall it is; without scripts it can read
/// nothing in return.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin";

#[cfg(test)]
mod tests;
