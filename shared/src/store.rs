//! The table: one concrete store over the AWS SDK.
//!
//! Three rules hold for everything here. Reads are strongly consistent, and what belongs together is read
//! in one call. Every write is conditional: on the version that was read, on absence, or on the owner. And
//! every write carries a nonce, so that one whose answer was lost is told from one that lost a race.
//!
//! Which attributes an item has is known in `item` alone, which counters there are in `counter`.

use std::collections::BTreeMap;
use std::pin::Pin;

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use crate::flow::{Client, ClientId, Identifier, User, UserId};

pub use commit::{Commit, Committed};
pub use counter::{Counted, Reserved};
pub use error::StoreError;
pub use key::IpKey;

mod commit;
mod counter;
mod error;
mod item;
mod key;
mod key_ring;
pub mod table;

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    dynamodb: DynamoDb,
    table: String,
}

/// A record and the version in which it was read; without a version it was never stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub record: T,
    /// Its version.
    pub version: Option<u64>,
}

/// What is to be read in one call.
#[derive(Clone, Debug, Default)]
pub struct Keys<'a> {
    /// A client.
    pub client: Option<&'a ClientId>,
    /// Users.
    pub users: Vec<&'a UserId>,
    /// Identifiers whose owners are asked for.
    pub identifiers: Vec<&'a Identifier>,
}

/// What was read in one call.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The client, if there is one.
    pub client: Option<Versioned<Client>>,
    /// The users that exist.
    pub users: BTreeMap<UserId, Versioned<User>>,
    /// The owners of the identifiers that have one.
    pub owners: BTreeMap<Identifier, UserId>,
}

impl Store {
    /// The table of this name.
    #[must_use]
    pub fn new(dynamodb: DynamoDb, table: impl Into<String>) -> Self {
        Self { dynamodb, table: table.into() }
    }

    /// The SDK's client, for what is not on a request's path.
    #[must_use]
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.dynamodb
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Reads all of these in one call, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table does not answer, [`StoreError::Corrupt`] if a record cannot
    /// be read.
    pub async fn load(&self, keys: &Keys<'_>) -> Result<Loaded, StoreError> {
        let wanted = keys.to_items();
        let items = match wanted.as_slice() {
            [] => Vec::new(),
            [key] => self.get(key).await?.into_iter().collect(),
            _ => self.get_all(wanted).await?,
        };
        items.into_iter().try_fold(Loaded::default(), |loaded, item| loaded.with(item, keys))
    }

    async fn get(&self, pk: &str) -> Result<Option<item::Attributes>, StoreError> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.table)
            .key(item::PK, AttributeValue::S(pk.to_owned()))
            .consistent_read(true);
        let output = boxed(get.send()).await.map_err(|error| StoreError::of("GetItem", error))?;
        Ok(output.item)
    }

    async fn get_all(&self, pks: Vec<String>) -> Result<Vec<item::Attributes>, StoreError> {
        let mut items = Vec::with_capacity(pks.len());
        let mut request = Some(keys_and_attributes(pks)?);
        for _ in 0..UNPROCESSED_TRIES {
            let Some(wanted) = request.take() else { break };
            let get = self.dynamodb.batch_get_item().request_items(&self.table, wanted);
            let mut output =
                boxed(get.send()).await.map_err(|error| StoreError::of("BatchGetItem", error))?;
            let found = output.responses.as_mut().and_then(|found| found.remove(&self.table));
            items.extend(found.unwrap_or_default());
            request = output.unprocessed_keys.as_mut().and_then(|left| left.remove(&self.table));
        }
        match request {
            None => Ok(items),
            Some(_) => Err(StoreError::Throttled("BatchGetItem")),
        }
    }
}

impl Keys<'_> {
    fn to_items(&self) -> Vec<String> {
        let mut wanted: Vec<String> = self.client.iter().map(|id| key::client(id)).collect();
        wanted.extend(self.users.iter().map(|id| key::user(id)));
        wanted.extend(self.identifiers.iter().map(|identifier| key::identifier(identifier)));
        // BatchGetItem refuses a key that is named twice.
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }
}

impl Loaded {
    fn with(mut self, item: item::Attributes, keys: &Keys<'_>) -> Result<Self, StoreError> {
        let pk = item::pk(&item)?;
        if pk.starts_with(key::CLIENT) {
            self.client = Some(item::read("client", pk, item)?);
        } else if pk.starts_with(key::USER) {
            let user: Versioned<User> = item::read("user", pk, item)?;
            self.users.insert(user.record.id.clone(), user);
        } else {
            let asked =
                keys.identifiers.iter().find(|identifier| key::identifier(identifier) == pk);
            if let Some(identifier) = asked {
                self.owners.insert((*identifier).clone(), item::owner(pk, item)?);
            }
        }
        Ok(self)
    }
}

impl<T> Versioned<T> {
    /// A record that was never stored.
    #[must_use]
    pub fn new(record: T) -> Self {
        Self { record, version: None }
    }
}

fn keys_and_attributes(pks: Vec<String>) -> Result<KeysAndAttributes, StoreError> {
    let keys = pks
        .into_iter()
        .map(|pk| [(item::PK.to_owned(), AttributeValue::S(pk))].into_iter().collect())
        .collect();
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|error| StoreError::unavailable("BatchGetItem", error))
}

/// Puts a call behind a pointer: the SDK's futures are kilobytes, and as deep as a compiler can follow.
fn boxed<'a, T>(
    call: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(call)
}

/// How often keys that DynamoDB left over are asked for again.
const UNPROCESSED_TRIES: usize = 4;
