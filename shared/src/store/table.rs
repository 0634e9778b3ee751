//! The table's definition, once: the laptop creates it from here, and a test holds the template to it.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use super::error::StoreError;
use super::{Store, item};

/// The partition key; there is no sort key and no index.
pub const PARTITION_KEY: &str = item::PK;
/// The attribute by which DynamoDB sweeps out what is long over, in seconds since the epoch.
pub const TTL_ATTRIBUTE: &str = item::TTL;

/// Creates the table unless it exists.
///
/// # Errors
/// [`StoreError::Unavailable`] if DynamoDB does not answer.
pub async fn create(store: &Store) -> Result<(), StoreError> {
    let failed = |error| StoreError::Unavailable { operation: "CreateTable", source: error };
    let key = KeySchemaElement::builder()
        .attribute_name(PARTITION_KEY)
        .key_type(KeyType::Hash)
        .build()
        .map_err(|error| failed(Box::new(error)))?;
    let attribute = AttributeDefinition::builder()
        .attribute_name(PARTITION_KEY)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(|error| failed(Box::new(error)))?;
    let created = store
        .dynamodb
        .create_table()
        .table_name(&store.table)
        .key_schema(key)
        .attribute_definitions(attribute)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    match created {
        Ok(_) => sweep(store).await,
        Err(SdkError::ServiceError(error)) if error.err().is_resource_in_use_exception() => Ok(()),
        Err(error) => Err(failed(Box::new(error))),
    }
}

async fn sweep(store: &Store) -> Result<(), StoreError> {
    let failed = |error| StoreError::Unavailable { operation: "UpdateTimeToLive", source: error };
    let ttl = TimeToLiveSpecification::builder()
        .attribute_name(TTL_ATTRIBUTE)
        .enabled(true)
        .build()
        .map_err(|error| failed(Box::new(error)))?;
    store
        .dynamodb
        .update_time_to_live()
        .table_name(&store.table)
        .time_to_live_specification(ttl)
        .send()
        .await
        .map_err(|error| failed(Box::new(error)))?;
    Ok(())
}
