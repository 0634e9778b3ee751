//! What signs tokens.

use std::fmt;

use data_encoding::BASE64;
use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// An opened signing key. Never printed.
pub struct Signer {
    key: EncodingKey,
    header: Header,
}

impl Signer {
    /// Takes a private key as a PKCS#8 document, published under this `kid`.
    pub(super) fn new(id: &str, private: &[u8]) -> Result<Self, Error> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(id.to_owned());
        // The library takes PKCS#8 in PEM alone.
        let pem = format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", BASE64.encode(private));
        Ok(Self { key: EncodingKey::from_rsa_pem(pem.as_bytes())?, header })
    }

    /// Signs claims as a JWT. RFC 7519, RS256.
    ///
    /// # Errors
    /// What the library says, if the key cannot be used.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        jsonwebtoken::encode(&self.header, claims, &self.key)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
