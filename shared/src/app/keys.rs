//! The instance's keys: made by the system itself on first use, opened once a process.
//!
//! Whoever stores the ring first wins; the others open what was stored, so that any number of cold starts
//! at once agree. A failure is not kept: the next request tries again.

use tokio::sync::OnceCell;

use super::chance::Entropy;
use crate::flow::key_ring::SealedKeyRing;
use crate::flow::verification::CodeKey;
use crate::store::{Store, StoreError};
use crate::token::{Jwk, SignError, Signer, Vault, VaultError};

/// The instance's keys.
#[derive(Debug)]
pub struct Keys {
    store: Store,
    vault: Vault,
    sealed: OnceCell<SealedKeyRing>,
    signer: OnceCell<Signer>,
    code_key: OnceCell<CodeKey>,
}

/// Why the keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The table did not answer.
    #[error("the key ring cannot be read")]
    Store(#[from] StoreError),
    /// A key cannot be made or opened.
    #[error("a key cannot be opened")]
    Vault(#[from] VaultError),
    /// A token could not be signed.
    #[error("a token could not be signed")]
    Signing(#[from] SignError),
    /// The ring that another process stored cannot be found.
    #[error("the key ring vanished")]
    Vanished,
}

impl Keys {
    /// The keys that lie in this table, sealed by this vault.
    #[must_use]
    pub fn new(store: Store, vault: Vault) -> Self {
        Self {
            store,
            vault,
            sealed: OnceCell::new(),
            signer: OnceCell::new(),
            code_key: OnceCell::new(),
        }
    }

    /// What signs tokens; made first if there is nothing yet.
    ///
    /// # Errors
    /// [`KeyError`] if the table or KMS does not answer.
    pub async fn signer(&self) -> Result<&Signer, KeyError> {
        let open = async || Ok(self.vault.open_signer(self.sealed().await?).await?);
        self.signer.get_or_try_init(open).await
    }

    /// The key under which codes are hashed; made first if there is none yet.
    ///
    /// # Errors
    /// [`KeyError`] if the table or KMS does not answer.
    pub async fn code_key(&self) -> Result<&CodeKey, KeyError> {
        let open = async || Ok(self.vault.open_code_key(self.sealed().await?).await?);
        self.code_key.get_or_try_init(open).await
    }

    /// The public keys, for verifiers. Needs no KMS once the ring was made.
    ///
    /// # Errors
    /// [`KeyError`] if the table does not answer.
    pub async fn published(&self) -> Result<Vec<Jwk>, KeyError> {
        Ok(self.sealed().await?.signing_keys.iter().map(Jwk::from).collect())
    }

    async fn sealed(&self) -> Result<&SealedKeyRing, KeyError> {
        self.sealed.get_or_try_init(|| self.load_or_make()).await
    }

    async fn load_or_make(&self) -> Result<SealedKeyRing, KeyError> {
        if let Some(ring) = self.store.key_ring().await? {
            return Ok(ring);
        }
        let made = self.vault.make().await?;
        if self.store.create_key_ring(&made, &Entropy::System.hex()).await? {
            return Ok(made);
        }
        self.store.key_ring().await?.ok_or(KeyError::Vanished)
    }
}
