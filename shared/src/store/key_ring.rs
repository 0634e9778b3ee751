//! The key ring's item: sealed, made once by whoever wins.

use aws_sdk_dynamodb::error::SdkError;

use super::error::StoreError;
use super::{Store, boxed, item, key};
use crate::flow::key_ring::SealedKeyRing;

impl Store {
    /// The key ring, if it was made.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer or the item cannot be read.
    pub async fn key_ring(&self) -> Result<Option<SealedKeyRing>, StoreError> {
        let found = self.get(key::KEY_RING).await?;
        found
            .map(|found| {
                item::read("key ring", key::KEY_RING.to_owned(), found).map(|ring| ring.record)
            })
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
