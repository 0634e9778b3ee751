//! The key ring's item: sealed, made once by whoever wins.

use aws_sdk_dynamodb::error::SdkError;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::{Store, boxed, item, key};

/// The key ring as it lies in the table: private parts only as KMS ciphertext, base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKeyRing {
    /// The signing keys, the current one first.
    pub signing_keys: Vec<SealedSigningKey>,
    /// The key of the code hashes, sealed.
    pub code_key: String,
}

/// A signing key as it lies in the table.
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

impl Store {
    /// The key ring, if it was made.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer or the item cannot be read.
    pub async fn key_ring(&self) -> Result<Option<SealedKeyRing>, StoreError> {
        let found = self.get(key::KEY_RING).await?;
        found
            .map(|found| item::read("key ring", key::KEY_RING, &found).map(|ring| ring.record))
            .transpose()
    }

    /// Stores a new key ring unless there is one; answers whether it was stored.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn create_key_ring(
        &self,
        ring: &SealedKeyRing,
        nonce: &str,
    ) -> Result<bool, StoreError> {
        let attributes = item::write(key::KEY_RING.to_owned(), ring, 1, nonce, None)?;
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .condition_expression(format!("attribute_not_exists({})", item::PK));
        match boxed(put.send()).await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                Ok(false)
            }
            Err(error) => Err(StoreError::of("PutItem", error)),
        }
    }
}
