//! `read`: everything that is only looked at, and the unknown path.

use postern::http::Endpoint;

mod client;
mod handshake;
mod instance;
mod well_known;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/v1/client", client::client),
        Endpoint::get("/v1/client/sign_ups/{id}", client::sign_up),
        Endpoint::get("/v1/client/sign_ins/{id}", client::sign_in),
        Endpoint::get("/v1/client/sessions/{id}", client::session),
        Endpoint::get("/v1/client/handshake", handshake::handshake),
        Endpoint::get("/v1/client/touch", handshake::touch),
        Endpoint::get("/v1/environment", instance::environment),
        Endpoint::patch("/v1/environment", instance::environment),
        Endpoint::get("/v1/health", instance::health),
        Endpoint::get("/v1/proxy-health", instance::health),
        Endpoint::get("/v1/clear-site-data", instance::clear_site_data),
        Endpoint::get("/v1/avatars/{avatar}", instance::avatar),
        Endpoint::get("/v1/jwks", well_known::secret_jwks),
        Endpoint::get("/.well-known/jwks.json", well_known::jwks),
        Endpoint::get("/.well-known/openid-configuration", well_known::openid_configuration),
        Endpoint::get("/npm/{*path}", instance::package),
    ]
}
