//! Items: the only file that knows how a record lies in the table.
//!
//! Every item has its key, its `version`, the `nonce` of its last write and the `schema` that it was
//! written in; a record lies in `record` as a map, so that its owner can read it in any console, and `ttl`
//! says when it can be swept out.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Versioned;
use super::error::StoreError;
use crate::flow::{Client, Timestamp, UserId};

/// The attributes of an item.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// A record as it lies in the table.
#[derive(Serialize, Deserialize)]
struct RecordItem<T> {
    pk: String,
    version: u64,
    nonce: String,
    schema: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    record: T,
}

/// A claimed identifier as it lies in the table.
#[derive(Serialize, Deserialize)]
struct ClaimItem {
    pk: String,
    nonce: String,
    schema: u32,
    user_id: UserId,
}

/// The item of a record's next version.
pub(super) fn write<T: Serialize>(
    pk: String,
    record: &T,
    version: u64,
    nonce: &str,
    ttl: Option<Timestamp>,
) -> Result<Attributes, StoreError> {
    let nonce = nonce.to_owned();
    let ttl = ttl.map(Timestamp::seconds);
    let item = RecordItem { pk, version, nonce, schema: SCHEMA, ttl, record };
    serde_dynamo::to_item(item).map_err(StoreError::Unwritable)
}

/// The item that claims an identifier.
pub(super) fn claim(pk: String, owner: &UserId, nonce: &str) -> Result<Attributes, StoreError> {
    let item = ClaimItem { pk, nonce: nonce.to_owned(), schema: SCHEMA, user_id: owner.clone() };
    serde_dynamo::to_item(item).map_err(StoreError::Unwritable)
}

/// Reads a record and its version.
pub(super) fn read<T: DeserializeOwned>(
    entity: &'static str,
    pk: String,
    item: Attributes,
) -> Result<Versioned<T>, StoreError> {
    let item: RecordItem<T> = serde_dynamo::from_item(item)
        .map_err(|source| StoreError::Corrupt { entity, key: pk, source })?;
    Ok(Versioned { record: item.record, version: Some(item.version) })
}

/// Reads who owns an identifier.
pub(super) fn owner(pk: String, item: Attributes) -> Result<UserId, StoreError> {
    let claim: ClaimItem = serde_dynamo::from_item(item).map_err(|source| StoreError::Corrupt {
        entity: "claim",
        key: pk,
        source,
    })?;
    Ok(claim.user_id)
}

/// The key of an item.
pub(super) fn pk(item: &Attributes) -> Result<String, StoreError> {
    item.get(PK).and_then(|value| value.as_s().ok()).cloned().ok_or(StoreError::Unkeyed)
}

/// Whether the last write of this item carried the nonce.
pub(super) fn was_written_by(item: &Attributes, nonce: &str) -> bool {
    item.get(NONCE).and_then(|value| value.as_s().ok()).is_some_and(|found| found == nonce)
}

/// When a client can be swept out: some time after the last thing on it is over.
pub(super) fn client_ttl(client: &Client) -> Timestamp {
    let sign_ups = client.sign_up.iter().chain(&client.completed_sign_up);
    let sign_ins = client.sign_in.iter().chain(&client.completed_sign_in);
    let ends = sign_ups
        .map(|sign_up| sign_up.abandon_at)
        .chain(sign_ins.map(|sign_in| sign_in.abandon_at))
        .chain(client.sessions.iter().map(|session| session.expire_at.min(session.abandon_at)));
    ends.fold(client.updated_at, Timestamp::max) + KEPT
}

pub(super) const PK: &str = "pk";
pub(super) const VERSION: &str = "version";
pub(super) const OWNER: &str = "user_id";
pub(super) const TTL: &str = "ttl";
const NONCE: &str = "nonce";
/// The shape in which items are written today; a reader of a later one can tell them apart.
const SCHEMA: u32 = 1;
/// How long a client is kept on which nothing is left.
const KEPT: std::time::Duration = std::time::Duration::from_hours(30 * 24);
