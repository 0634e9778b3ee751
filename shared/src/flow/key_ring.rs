//! The key ring as it is kept: public parts in the open, private parts sealed.

use serde::{Deserialize, Serialize};

/// The key ring: private parts only as KMS ciphertext, base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKeyRing {
    /// The signing keys, the current one first.
    pub signing_keys: Vec<SealedSigningKey>,
    /// The key of the code hashes, sealed.
    pub code_key: String,
}

/// A signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSigningKey {
    /// The `kid` under which it is published.
    pub id: String,
    /// The modulus, base64url.
    pub modulus: String,
    /// The public exponent, base64url.
    pub exponent: String,
    /// The private key, sealed.
    pub private: String,
}
