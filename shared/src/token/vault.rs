//! Makes keys, and seals and opens their private parts by KMS.
//!
//! A sealed part is bound by its encryption context to the instance and to what it is for: a function that
//! may hash codes cannot open the signing key, and a policy can say so.

use std::error::Error;
use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::{digest, rand};
use aws_sdk_kms::Client as Kms;
use aws_sdk_kms::primitives::Blob;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

use super::{SignError, Signer};
use crate::flow::key_ring::{SealedKeyRing, SealedSigningKey};
use crate::flow::verification::CodeKey;

/// Seals and opens keys.
#[derive(Clone)]
pub struct Vault {
    kms: Kms,
    kms_key: String,
    instance: String,
}

/// Why a key cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// KMS did not answer, or refused.
    #[error("KMS did not answer {operation}")]
    Kms {
        /// What was asked.
        operation: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The stored ring is not what it must be.
    #[error("the key ring is broken: {0}")]
    Broken(&'static str),
    /// A key could not be made.
    #[error("a key could not be made: {0}")]
    Unmade(&'static str),
    /// The opened key is none that can sign.
    #[error("the signing key cannot be used")]
    Unusable(#[from] SignError),
}

/// What a sealed part is for.
#[derive(Clone, Copy)]
enum Purpose {
    Signing,
    Codes,
}

/// A new signing key in the open.
struct Fresh {
    private: Vec<u8>,
    modulus: String,
    exponent: String,
}

impl Vault {
    /// Seals for this instance under this KMS key.
    #[must_use]
    pub fn new(kms: Kms, kms_key: impl Into<String>, instance: impl Into<String>) -> Self {
        Self { kms, kms_key: kms_key.into(), instance: instance.into() }
    }

    /// Makes a key ring.
    ///
    /// # Errors
    /// [`VaultError::Unmade`] or [`VaultError::Kms`].
    pub async fn make(&self) -> Result<SealedKeyRing, VaultError> {
        let fresh = tokio::task::spawn_blocking(Fresh::generate)
            .await
            .map_err(|_| VaultError::Unmade("generation was cancelled"))??;
        let mut code_key = [0; 32];
        rand::SystemRandom::new()
            .fill(&mut code_key)
            .map_err(|_| VaultError::Unmade("no random numbers"))?;
        let (private, code_key) = tokio::try_join!(
            self.seal(&fresh.private, Purpose::Signing),
            self.seal(&code_key, Purpose::Codes)
        )?;
        let key = SealedSigningKey {
            id: fresh.id(),
            modulus: fresh.modulus,
            exponent: fresh.exponent,
            private,
        };
        Ok(SealedKeyRing { signing_keys: vec![key], code_key })
    }

    /// Opens the current signing key.
    ///
    /// # Errors
    /// [`VaultError::Kms`], [`VaultError::Broken`] or [`VaultError::Unusable`].
    pub async fn open_signer(&self, ring: &SealedKeyRing) -> Result<Signer, VaultError> {
        let current = ring.signing_keys.first().ok_or(VaultError::Broken("it has no key"))?;
        let private = self.open(&current.private, Purpose::Signing).await?;
        Ok(Signer::new(&current.id, &private)?)
    }

    /// Opens the key under which codes are hashed.
    ///
    /// # Errors
    /// [`VaultError::Kms`] or [`VaultError::Broken`].
    pub async fn open_code_key(&self, ring: &SealedKeyRing) -> Result<CodeKey, VaultError> {
        Ok(CodeKey::new(&self.open(&ring.code_key, Purpose::Codes).await?))
    }

    async fn seal(&self, plain: &[u8], purpose: Purpose) -> Result<String, VaultError> {
        let failed = |source| VaultError::Kms { operation: "Encrypt", source };
        let call = self
            .kms
            .encrypt()
            .key_id(&self.kms_key)
            .plaintext(Blob::new(plain))
            .encryption_context(INSTANCE, &self.instance)
            .encryption_context(PURPOSE, purpose.as_str())
            .send();
        let output = Box::pin(call).await.map_err(|error| failed(Box::new(error)))?;
        let sealed = output.ciphertext_blob.ok_or_else(|| failed("no ciphertext came".into()))?;
        Ok(BASE64.encode(sealed.as_ref()))
    }

    async fn open(&self, sealed: &str, purpose: Purpose) -> Result<Vec<u8>, VaultError> {
        let failed = |source| VaultError::Kms { operation: "Decrypt", source };
        let sealed = BASE64
            .decode(sealed.as_bytes())
            .map_err(|_| VaultError::Broken("a part of it is not base64"))?;
        let call = self
            .kms
            .decrypt()
            .key_id(&self.kms_key)
            .ciphertext_blob(Blob::new(sealed))
            .encryption_context(INSTANCE, &self.instance)
            .encryption_context(PURPOSE, purpose.as_str())
            .send();
        let output = Box::pin(call).await.map_err(|error| failed(Box::new(error)))?;
        output.plaintext.map(Blob::into_inner).ok_or_else(|| failed("no plaintext came".into()))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Codes => "codes",
        }
    }
}

impl Fresh {
    /// A new RSA key of 2048 bits.
    fn generate() -> Result<Self, VaultError> {
        let unmade = |_| VaultError::Unmade("generation failed");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(unmade)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(unmade)?.as_ref().to_vec();
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero();
        let exponent = public.exponent().big_endian_without_leading_zero();
        Ok(Self {
            private,
            modulus: BASE64URL_NOPAD.encode(modulus),
            exponent: BASE64URL_NOPAD.encode(exponent),
        })
    }

    /// A `kid` that follows from the key.
    fn id(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.modulus.as_bytes());
        format!("ins_{}", HEXLOWER.encode(digest.as_ref().get(..16).unwrap_or_default()))
    }
}

/// The encryption context's keys; policies demand them.
const INSTANCE: &str = "postern:instance";
const PURPOSE: &str = "postern:purpose";
