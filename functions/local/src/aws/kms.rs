//! KMS with one symmetric key: `Encrypt` and `Decrypt`.
//!
//! The encryption is real, and the encryption context is authenticated with it, so a blob opens only
//! under the context that it was made with, as in KMS. Every key id and alias names the one master key.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Service;
use super::open_error::OpenError;

/// The key under which everything is encrypted.
pub(super) struct MasterKey([u8; MASTER_KEY_LENGTH]);

impl MasterKey {
    pub(super) fn new(bytes: &[u8; MASTER_KEY_LENGTH]) -> Self {
        Self(*bytes)
    }

    pub(super) fn generate() -> Result<Self, OpenError> {
        fresh_key().map(Self)
    }

    /// A secret for a purpose, which tells nothing of the key.
    pub(super) fn derive(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        HEXLOWER.encode(hmac::sign(&key, purpose.as_bytes()).as_ref())
    }

    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        let answer = match operation {
            "Encrypt" => params(body).and_then(|params| self.encrypt(&params)),
            "Decrypt" => params(body).and_then(|params| self.decrypt(&params)),
            other => return Answer::unknown_operation(Service::Kms, other),
        };
        match answer {
            Ok(value) => Answer::json(Service::Kms, &value),
            Err(refusal) => refusal.into(),
        }
    }

    fn encrypt(&self, params: &EncryptParams) -> Result<Value, Refusal> {
        let plaintext = decode("Plaintext", &params.plaintext)?;
        // The real service's limit: a larger secret has to fail here too, not in the first deployment.
        if plaintext.is_empty() || plaintext.len() > PLAINTEXT_LIMIT {
            return Err(Refusal::Invalid(format!(
                "Plaintext must have 1 to {PLAINTEXT_LIMIT} bytes"
            )));
        }
        let blob = self.seal(plaintext, &params.encryption_context)?;
        Ok(json!({
            "CiphertextBlob": BASE64.encode(&blob),
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": KEY_ARN,
        }))
    }

    fn decrypt(&self, params: &DecryptParams) -> Result<Value, Refusal> {
        let blob = decode("CiphertextBlob", &params.ciphertext_blob)?;
        let plaintext = self.open(&blob, &params.encryption_context)?;
        Ok(json!({
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": KEY_ARN,
            "Plaintext": BASE64.encode(&plaintext),
        }))
    }

    /// `FORMAT || nonce || ciphertext and tag`.
    fn seal(&self, mut plaintext: Vec<u8>, context: &Context) -> Result<Vec<u8>, Refusal> {
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| Refusal::Internal)?;
        let sealed = Nonce::assume_unique_for_key(nonce);
        self.key()?
            .seal_in_place_append_tag(sealed, Aad::from(authenticated(context)), &mut plaintext)
            .map_err(|_| Refusal::Internal)?;
        Ok([&[FORMAT], nonce.as_slice(), plaintext.as_slice()].concat())
    }

    fn open(&self, blob: &[u8], context: &Context) -> Result<Vec<u8>, Refusal> {
        let blob = blob.strip_prefix(&[FORMAT]).ok_or(Refusal::Ciphertext)?;
        let (nonce, sealed) = blob.split_first_chunk::<NONCE_LEN>().ok_or(Refusal::Ciphertext)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.key()?
            .open_in_place(nonce, Aad::from(authenticated(context)), &mut sealed)
            .map(|plaintext| plaintext.to_vec())
            .map_err(|_| Refusal::Ciphertext)
    }

    fn key(&self) -> Result<LessSafeKey, Refusal> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| Refusal::Internal)?;
        Ok(LessSafeKey::new(key))
    }
}

/// Draws a new master key.
pub(super) fn fresh_key() -> Result<[u8; MASTER_KEY_LENGTH], OpenError> {
    let mut key = [0; MASTER_KEY_LENGTH];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| OpenError::Random)?;
    Ok(key)
}

type Context = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EncryptParams {
    plaintext: String,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DecryptParams {
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: Context,
}

enum Refusal {
    Invalid(String),
    Ciphertext,
    Internal,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let refuse =
            |error, message| Self::refusal(Service::Kms, StatusCode::BAD_REQUEST, error, message);
        match refusal {
            Refusal::Invalid(message) => refuse("ValidationException", &message),
            Refusal::Ciphertext => refuse("InvalidCiphertextException", ""),
            Refusal::Internal => Self::failure(Service::Kms, "the cipher failed"),
        }
    }
}

fn params<P: DeserializeOwned>(body: &[u8]) -> Result<P, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn decode(name: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = BASE64.decode(text.as_bytes());
    bytes.map_err(|_| Refusal::Invalid(format!("{name} is not base64")))
}

/// Sorted, and each part led by its length: no two contexts share an encoding.
fn authenticated(context: &Context) -> Vec<u8> {
    let parts = context.iter().flat_map(|(name, value)| [name, value]);
    parts.flat_map(|part| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat()).collect()
}

/// The length of the master key.
pub(super) const MASTER_KEY_LENGTH: usize = 32;
const PLAINTEXT_LIMIT: usize = 4096;
const FORMAT: u8 = 1;
const KEY_ARN: &str = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000";
