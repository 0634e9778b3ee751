//! Another implementation of DynamoDB, reached by `AWS_ENDPOINT_URL_DYNAMODB`, instead of the embedded one.

use std::env;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use postern::store::{Store, table};

/// The client for it, if there is one.
pub(crate) async fn dynamodb() -> Option<Client> {
    if !is_used() {
        return None;
    }
    Some(Client::new(&aws_config::defaults(BehaviorVersion::latest()).load().await))
}

/// What the seeds of this process begin with: nothing, so that a failure comes again in the next run. But
/// another implementation remembers the tokens of transactions, and must not take one run's for another's.
pub(crate) fn first_seed() -> u64 {
    if is_used() { u64::from(std::process::id()) << 48 } else { 0 }
}

/// Keeps the broom away: the tests' clock stands in its past.
pub(crate) async fn keep_items(store: &Store) {
    if !is_used() {
        return;
    }
    let off = TimeToLiveSpecification::builder()
        .attribute_name(table::TTL_ATTRIBUTE)
        .enabled(false)
        .build()
        .unwrap();
    store
        .dynamodb()
        .update_time_to_live()
        .table_name(store.table())
        .time_to_live_specification(off)
        .send()
        .await
        .unwrap();
}

fn is_used() -> bool {
    env::var_os("AWS_ENDPOINT_URL_DYNAMODB").is_some()
}
