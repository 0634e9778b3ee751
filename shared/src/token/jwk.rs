//! Published keys. RFC 7517.

use serde::Serialize;

use crate::flow::key_ring::SealedSigningKey;

/// A published key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    #[serde(rename = "use")]
    usage: &'static str,
    kty: &'static str,
    kid: String,
    alg: &'static str,
    n: String,
    e: String,
}

impl From<&SealedSigningKey> for Jwk {
    fn from(key: &SealedSigningKey) -> Self {
        Self {
            usage: "sig",
            kty: "RSA",
            kid: key.id.clone(),
            alg: "RS256",
            n: key.modulus.clone(),
            e: key.exponent.clone(),
        }
    }
}
