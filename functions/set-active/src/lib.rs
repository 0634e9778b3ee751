//! `set-active`: opens and closes clients, uses and ends sessions.

use postern::http::Endpoint;

mod client;
mod session;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/client", client::open),
        Endpoint::put("/v1/client", client::open),
        Endpoint::delete("/v1/client", client::delete),
        Endpoint::delete("/v1/client/sessions", client::sign_out),
        Endpoint::post("/v1/client/sessions/{id}/touch", session::touch),
        Endpoint::post("/v1/client/sessions/{id}/tokens", session::tokens),
        Endpoint::post("/v1/client/sessions/{id}/tokens/{template}", session::tokens_by_template),
        Endpoint::post("/v1/client/sessions/{id}/end", session::end),
        Endpoint::post("/v1/client/sessions/{id}/remove", session::remove),
    ]
}
