//! What can go wrong between us and the table.

use std::error::Error;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;

/// What went wrong between us and the table.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The table did not answer, or not in time; a write may have happened or not.
    #[error("DynamoDB did not answer {operation}")]
    Unavailable {
        /// What was asked.
        operation: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The table is asked for more than it gives at the moment.
    #[error("DynamoDB throttled {0}")]
    Throttled(&'static str),
    /// An item cannot be read as what it must be.
    #[error("the {entity} {key} cannot be read")]
    Corrupt {
        /// What it must be.
        entity: &'static str,
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: serde_dynamo::Error,
    },
    /// An item came without its key.
    #[error("an item came without its key")]
    Unkeyed,
    /// A record cannot be written as an item.
    #[error("a record cannot be written")]
    Unwritable(#[source] serde_dynamo::Error),
}

impl StoreError {
    pub(super) fn unavailable(
        operation: &'static str,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self::Unavailable { operation, source: Box::new(source) }
    }

    /// Tells throttling from other failures.
    pub(super) fn of(
        operation: &'static str,
        error: impl Error + ProvideErrorMetadata + Send + Sync + 'static,
    ) -> Self {
        match error.code() {
            Some(code) if THROTTLED.contains(&code) => Self::Throttled(operation),
            Some(_) | None => Self::unavailable(operation, error),
        }
    }
}

const THROTTLED: &[&str] =
    &["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"];
