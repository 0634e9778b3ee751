//! What signs tokens.
//!
//! `jsonwebtoken` reads and checks the private key anew for every token, which takes longer than the
//! signature itself. The key is kept here instead, with what it has prepared for its next signature; the
//! token is put together by hand, as RFC 7515 7.1 says, and the library's own reader checks it in the tests.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;

/// An opened signing key. Never printed.
pub struct Signer {
    key: RsaKeyPair,
    /// The header of every token, encoded once.
    header: String,
}

/// Why a token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// What it says cannot be written as JSON.
    #[error("the token cannot be written")]
    Unwritable(#[from] serde_json::Error),
    /// The key is none that signs by RS256.
    #[error("the key cannot sign")]
    Unusable,
}

impl Signer {
    /// Takes a private key as a PKCS#8 document, published under this `kid`.
    pub(super) fn new(id: &str, private: &[u8]) -> Result<Self, SignError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(id.to_owned());
        let header = BASE64URL_NOPAD.encode(&serde_json::to_vec(&header)?);
        let key = RsaKeyPair::from_pkcs8(private).map_err(|_| SignError::Unusable)?;
        Ok(Self { key, header })
    }

    /// Signs claims as a JWT. RFC 7519, RS256.
    ///
    /// # Errors
    /// [`SignError`] if the claims cannot be written or the key cannot be used.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SignError> {
        let claims = BASE64URL_NOPAD.encode(&serde_json::to_vec(claims)?);
        let mut token = format!("{}.{claims}", self.header);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| SignError::Unusable)?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut token);
        Ok(token)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_librarys_reader_accepts_what_was_signed_and_nothing_else() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let signer = Signer::new("ins_1", private.as_ref()).unwrap();
        let claims = json!({ "sub": "user_1", "exp": 4_102_444_800_u64 });
        let token = signer.sign(&claims).unwrap();

        let public = pair.public_key();
        let key = DecodingKey::from_rsa_components(
            &BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero()),
            &BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero()),
        )
        .unwrap();
        let read = |token: &str| decode::<Value>(token, &key, &Validation::new(Algorithm::RS256));
        let accepted = read(&token).unwrap();
        assert_eq!(accepted.claims, claims);
        assert_eq!(accepted.header.kid.as_deref(), Some("ins_1"));
        assert_eq!(accepted.header.typ.as_deref(), Some("JWT"));
        let other = BASE64URL_NOPAD.encode(br#"{"sub":"user_2","exp":4102444800}"#);
        let mut parts: Vec<_> = token.split('.').collect();
        parts[1] = &other;
        assert!(read(&parts.join(".")).is_err());
    }
}
