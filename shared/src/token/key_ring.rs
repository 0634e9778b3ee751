//! The key ring: made by the system itself on first use, kept sealed, opened once a process.
//!
//! Private parts leave the process only as KMS ciphertext, bound to the instance by the encryption
//! context. Whoever stores the ring first wins; the others open what was stored, so that any number of
//! cold starts at once agree.

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
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use tokio::sync::OnceCell;

use crate::flow::verification::CodeKey;
use crate::store::{SealedKeyRing, SealedSigningKey, Store, StoreError};

/// The keys of the instance, opened when they are first needed.
///
/// A failure is not kept: the next request tries again.
pub struct Keys {
    store: Store,
    kms: Kms,
    kms_key: String,
    instance: String,
    sealed: OnceCell<SealedKeyRing>,
    signer: OnceCell<Signer>,
    code_key: OnceCell<CodeKey>,
}

/// The opened signing key. Never printed.
pub struct Signer {
    key: EncodingKey,
    header: Header,
}

/// What a sealed part is for. Bound to it by the encryption context, so that a function which hashes codes
/// cannot open the signing key.
#[derive(Clone, Copy)]
enum Use {
    Signing,
    Codes,
}

/// A published key. RFC 7517.
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

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The table did not answer.
    #[error("the key ring cannot be read")]
    Store(#[from] StoreError),
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
    /// A key could not be made or used.
    #[error("a key could not be used: {0}")]
    Unusable(&'static str),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

impl Keys {
    /// The keys of this instance, sealed under this KMS key.
    #[must_use]
    pub fn new(
        store: Store,
        kms: Kms,
        kms_key: impl Into<String>,
        instance: impl Into<String>,
    ) -> Self {
        Self {
            store,
            kms,
            kms_key: kms_key.into(),
            instance: instance.into(),
            sealed: OnceCell::new(),
            signer: OnceCell::new(),
            code_key: OnceCell::new(),
        }
    }

    /// What signs tokens; made first if there is none.
    ///
    /// # Errors
    /// [`KeyError`] if the table or KMS does not answer; the next call tries again.
    pub async fn signer(&self) -> Result<&Signer, KeyError> {
        self.signer
            .get_or_try_init(|| async {
                let sealed = self.sealed().await?;
                let current =
                    sealed.signing_keys.first().ok_or(KeyError::Broken("it has no key"))?;
                let private = self.unseal(&current.private, Use::Signing).await?;
                let mut header = Header::new(Algorithm::RS256);
                header.kid = Some(current.id.clone());
                // The library takes PKCS#8 in PEM alone.
                let pem = format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", BASE64.encode(&private));
                Ok(Signer { key: EncodingKey::from_rsa_pem(pem.as_bytes())?, header })
            })
            .await
    }

    /// The key under which codes are hashed; made first if there is none.
    ///
    /// # Errors
    /// [`KeyError`] if the table or KMS does not answer; the next call tries again.
    pub async fn code_key(&self) -> Result<&CodeKey, KeyError> {
        self.code_key
            .get_or_try_init(|| async {
                let sealed = self.sealed().await?;
                Ok(CodeKey::new(&self.unseal(&sealed.code_key, Use::Codes).await?))
            })
            .await
    }

    /// The public keys, for verifiers. Needs no KMS once the ring was made.
    ///
    /// # Errors
    /// [`KeyError`] if the table does not answer; the next call tries again.
    pub async fn published(&self) -> Result<Vec<Jwk>, KeyError> {
        Ok(self.sealed().await?.signing_keys.iter().map(Jwk::of).collect())
    }

    async fn sealed(&self) -> Result<&SealedKeyRing, KeyError> {
        self.sealed
            .get_or_try_init(|| async {
                if let Some(ring) = self.store.key_ring().await? {
                    return Ok(ring);
                }
                let made = self.make().await?;
                // The condition decides between several that make one at once; the losers read the winner's.
                if self.store.create_key_ring(&made, &nonce()?).await? {
                    return Ok(made);
                }
                self.store.key_ring().await?.ok_or(KeyError::Broken("it vanished"))
            })
            .await
    }

    async fn make(&self) -> Result<SealedKeyRing, KeyError> {
        let (private, modulus, exponent) = tokio::task::spawn_blocking(generate)
            .await
            .map_err(|_| KeyError::Unusable("generation was cancelled"))??;
        let thumbprint = digest::digest(&digest::SHA256, modulus.as_bytes());
        let id = HEXLOWER.encode(thumbprint.as_ref().get(..16).unwrap_or_default());
        let mut code_key = [0; 32];
        rand::SystemRandom::new()
            .fill(&mut code_key)
            .map_err(|_| KeyError::Unusable("no random numbers"))?;
        Ok(SealedKeyRing {
            signing_keys: vec![SealedSigningKey {
                id: format!("ins_{id}"),
                modulus,
                exponent,
                private: self.seal(&private, Use::Signing).await?,
            }],
            code_key: self.seal(&code_key, Use::Codes).await?,
        })
    }

    async fn seal(&self, plain: &[u8], usage: Use) -> Result<String, KeyError> {
        let failed = |source| KeyError::Kms { operation: "Encrypt", source };
        let output = self
            .kms
            .encrypt()
            .key_id(&self.kms_key)
            .plaintext(Blob::new(plain))
            .encryption_context(INSTANCE, &self.instance)
            .encryption_context(PURPOSE, usage.as_str())
            .send()
            .await
            .map_err(|error| failed(Box::new(error)))?;
        let sealed = output.ciphertext_blob.ok_or_else(|| failed("no ciphertext came".into()))?;
        Ok(BASE64.encode(sealed.as_ref()))
    }

    async fn unseal(&self, sealed: &str, usage: Use) -> Result<Vec<u8>, KeyError> {
        let failed = |source| KeyError::Kms { operation: "Decrypt", source };
        let sealed = BASE64
            .decode(sealed.as_bytes())
            .map_err(|_| KeyError::Broken("a part of it is not base64"))?;
        let output = self
            .kms
            .decrypt()
            .key_id(&self.kms_key)
            .ciphertext_blob(Blob::new(sealed))
            .encryption_context(INSTANCE, &self.instance)
            .encryption_context(PURPOSE, usage.as_str())
            .send()
            .await
            .map_err(|error| failed(Box::new(error)))?;
        output.plaintext.map(Blob::into_inner).ok_or_else(|| failed("no plaintext came".into()))
    }
}

impl Signer {
    /// Signs claims as a JWT. RFC 7519, RS256.
    ///
    /// # Errors
    /// [`KeyError::Signing`] if the key cannot be used.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        Ok(jsonwebtoken::encode(&self.header, claims, &self.key)?)
    }
}

impl Use {
    fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Codes => "codes",
        }
    }
}

impl Jwk {
    fn of(key: &SealedSigningKey) -> Self {
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

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

/// A new RSA key of 2048 bits: its PKCS#8 document, modulus and exponent (base64url).
fn generate() -> Result<(Vec<u8>, String, String), KeyError> {
    let unusable = |_| KeyError::Unusable("generation failed");
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(unusable)?;
    let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(unusable)?.as_ref().to_vec();
    let public = pair.public_key();
    let modulus = BASE64URL_NOPAD.encode(public.modulus().big_endian_without_leading_zero());
    let exponent = BASE64URL_NOPAD.encode(public.exponent().big_endian_without_leading_zero());
    Ok((private, modulus, exponent))
}

fn nonce() -> Result<String, KeyError> {
    let mut bytes = [0; 16];
    rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| KeyError::Unusable("no random numbers"))?;
    Ok(HEXLOWER.encode(&bytes))
}

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// The encryption context binds a ciphertext to its instance and its use; policies demand both.
const INSTANCE: &str = "postern:instance";
const PURPOSE: &str = "postern:purpose";
