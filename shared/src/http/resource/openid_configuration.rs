//! The document that tells other parties where our keys are. OpenID Connect Discovery 1.0.

use serde_json::{Value, json};

use crate::settings::Settings;

/// The document of this instance. Session tokens can be verified by it; there is no authorization server
/// behind it, so it names no endpoint that does not exist.
#[must_use]
pub fn openid_configuration(settings: &Settings) -> Value {
    let issuer = settings.instance.issuer();
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "claims_supported": ["azp", "exp", "fva", "iat", "iss", "jti", "nbf", "sid", "sts", "sub", "v"],
        "backchannel_logout_supported": false,
        "frontchannel_logout_supported": false,
    })
}
