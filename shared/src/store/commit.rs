//! Writes: a client and everything that goes with it, all or nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use super::error::StoreError;
use super::{Store, Versioned, boxed, counter, item, key};
use crate::flow::{Client, Identifier, User, UserId, Write};

/// What is to be written.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The client as it was read.
    pub before: &'a Versioned<Client>,
    /// The client as it is to be; the same client needs no write.
    pub next: &'a Client,
    /// What is written with it.
    pub writes: &'a [Write],
    /// The versions in which the users were read.
    pub users: &'a BTreeMap<UserId, Versioned<User>>,
    /// What no other write carries: 128 random bits, hexadecimal.
    pub nonce: &'a str,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Everything is written; the client has this version.
    Done(Option<u64>),
    /// Nothing is written: somebody else was quicker.
    Raced,
    /// Nothing is written: these identifiers are somebody's already.
    Taken(Vec<Identifier>),
    /// Nothing is written: too many wrong codes came for an address today.
    Spent {
        /// When the day ends.
        retry_after: Duration,
    },
}

/// One conditional write, in the shape that both calls take.
struct Change {
    kind: Kind,
    pk: String,
    condition: String,
    values: Vec<(&'static str, AttributeValue)>,
    /// What it means if the condition fails.
    refusal: Refusal,
}

enum Kind {
    Put(item::Attributes),
    Delete,
    Check,
    Update(String),
}

/// What a failed condition means.
#[derive(Clone)]
enum Refusal {
    /// Somebody else changed the item.
    Raced,
    /// The identifier is somebody's already.
    Taken(Identifier),
    /// Too many wrong codes came today.
    Spent { retry_after: Duration },
}

/// What became of a write whose conditions may have failed.
enum Outcome {
    Written,
    Refused(Vec<Refusal>),
}

impl Store {
    /// Writes the client and what goes with it, all or nothing.
    ///
    /// A change that needs no write makes no call; the client alone is a single conditional put.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Throttled`] if the table does not answer.
    pub async fn commit(&self, commit: &Commit<'_>) -> Result<Committed, StoreError> {
        let changes = commit.changes()?;
        let version = commit.next_version();
        let outcome = match <[Change; 1]>::try_from(changes) {
            Ok([change]) => self.write_one(change, commit.nonce).await?,
            Err(changes) if changes.is_empty() => Outcome::Written,
            Err(changes) => self.write_all(changes, commit.nonce).await?,
        };
        Ok(match outcome {
            Outcome::Written => Committed::Done(version),
            Outcome::Refused(refusals) => Committed::refused(refusals),
        })
    }

    async fn write_one(&self, change: Change, nonce: &str) -> Result<Outcome, StoreError> {
        let Change { kind: Kind::Put(attributes), condition, values, refusal, .. } = change else {
            return self.write_all(vec![change], nonce).await;
        };
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(attributes))
            .condition_expression(condition)
            .set_expression_attribute_values(attribute_values(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match boxed(put.send()).await {
            Ok(_) => return Ok(Outcome::Written),
            Err(SdkError::ServiceError(error)) => error.into_err(),
            Err(error) => return Err(StoreError::unavailable("PutItem", error)),
        };
        if let PutItemError::ConditionalCheckFailedException(failure) = error {
            let ours = failure.item.is_some_and(|found| item::was_written_by(&found, nonce));
            return Ok(if ours { Outcome::Written } else { Outcome::Refused(vec![refusal]) });
        }
        if error.is_transaction_conflict_exception() {
            return Ok(Outcome::Refused(Vec::new()));
        }
        Err(StoreError::of("PutItem", error))
    }

    async fn write_all(&self, changes: Vec<Change>, nonce: &str) -> Result<Outcome, StoreError> {
        let refusals: Vec<_> = changes.iter().map(|change| change.refusal.clone()).collect();
        let items = changes
            .into_iter()
            .map(|change| change.into_transaction(&self.table))
            .collect::<Result<_, _>>()?;
        let send = self
            .dynamodb
            .transact_write_items()
            .set_transact_items(Some(items))
            // DynamoDB takes a repetition with the same token for the same call, for ten minutes.
            .client_request_token(nonce)
            .send();
        let error = match boxed(send).await {
            Ok(_) => return Ok(Outcome::Written),
            Err(SdkError::ServiceError(error)) => error.into_err(),
            Err(error) => return Err(StoreError::unavailable("TransactWriteItems", error)),
        };
        if let TransactWriteItemsError::TransactionCanceledException(cancelled) = &error {
            let reasons = cancelled.cancellation_reasons();
            return outcome_of(reasons, refusals, nonce);
        }
        if error.is_transaction_in_progress_exception() {
            return Ok(Outcome::Refused(Vec::new()));
        }
        Err(StoreError::of("TransactWriteItems", error))
    }
}

/// Why a transaction was cancelled: it was our own that had gone through, or conditions failed.
fn outcome_of(
    reasons: &[CancellationReason],
    refusals: Vec<Refusal>,
    nonce: &str,
) -> Result<Outcome, StoreError> {
    let is = |reason: &CancellationReason, code: &str| reason.code.as_deref() == Some(code);
    let ours = |reason: &CancellationReason| {
        reason.item.as_ref().is_some_and(|found| item::was_written_by(found, nonce))
    };
    if reasons.iter().any(ours) {
        return Ok(Outcome::Written);
    }
    let throttled = |reason: &CancellationReason| {
        is(reason, "ThrottlingError") || is(reason, "ProvisionedThroughputExceeded")
    };
    if reasons.iter().any(throttled) {
        return Err(StoreError::Throttled("TransactWriteItems"));
    }
    if !reasons.iter().any(|r| is(r, "ConditionalCheckFailed") || is(r, "TransactionConflict")) {
        return Err(StoreError::Throttled("TransactWriteItems"));
    }
    let failed = reasons
        .iter()
        .zip(refusals)
        .filter(|(reason, _)| is(reason, "ConditionalCheckFailed"))
        .map(|(_, refusal)| refusal)
        .collect();
    Ok(Outcome::Refused(failed))
}

impl Committed {
    /// What nobody else's write can have caused comes first; a race is what is left.
    fn refused(refusals: Vec<Refusal>) -> Self {
        let mut taken = Vec::new();
        for refusal in refusals {
            match refusal {
                Refusal::Spent { retry_after } => return Self::Spent { retry_after },
                Refusal::Taken(identifier) => taken.push(identifier),
                Refusal::Raced => {}
            }
        }
        if taken.is_empty() { Self::Raced } else { Self::Taken(taken) }
    }
}

impl Commit<'_> {
    fn changes(&self) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::with_capacity(1 + self.writes.len());
        if self.writes.contains(&Write::DeleteClient) {
            changes.extend(self.before.version.map(|version| Change {
                kind: Kind::Delete,
                pk: key::client(&self.next.id),
                condition: unchanged(),
                values: vec![(":version", AttributeValue::N(version.to_string()))],
                refusal: Refusal::Raced,
            }));
        } else if self.before.version.is_none() || self.before.record != *self.next {
            changes.push(self.client()?);
        }
        for write in self.writes {
            changes.extend(self.change(write)?);
        }
        Ok(changes)
    }

    fn client(&self) -> Result<Change, StoreError> {
        let ttl = Some(item::client_ttl(self.next));
        self.put(key::client(&self.next.id), self.next, self.before.version, ttl)
    }

    fn change(&self, write: &Write) -> Result<Option<Change>, StoreError> {
        Ok(Some(match write {
            Write::CreateUser(user) => self.put(key::user(&user.id), user, None, None)?,
            Write::UpdateUser(user) => {
                let version = self.users.get(&user.id).and_then(|read| read.version);
                self.put(key::user(&user.id), user, version, None)?
            }
            Write::Claim(identifier, owner) => {
                let pk = key::identifier(identifier);
                Change {
                    kind: Kind::Put(item::claim(pk.clone(), owner, self.nonce)?),
                    pk,
                    condition: format!("attribute_not_exists({}) OR {}", item::PK, is_owner()),
                    values: vec![(":owner", AttributeValue::S(owner.to_string()))],
                    refusal: Refusal::Taken(identifier.clone()),
                }
            }
            Write::Release(identifier, owner) => Change {
                kind: Kind::Delete,
                pk: key::identifier(identifier),
                condition: is_owner(),
                values: vec![(":owner", AttributeValue::S(owner.to_string()))],
                refusal: Refusal::Raced,
            },
            Write::WithinGuesses { of, at, most } => Change {
                kind: Kind::Check,
                pk: key::identifier_day(of, *at),
                condition: counter::wrong_below_most(),
                values: vec![(":most", AttributeValue::N(most.to_string()))],
                refusal: Refusal::Spent { retry_after: key::rest(*at, key::DAY) },
            },
            Write::ForgetGuesses { guess, at } => Change {
                kind: Kind::Update(counter::no_failures()),
                pk: key::guess(guess),
                condition: String::new(),
                values: counter::no_failures_from(*at),
                refusal: Refusal::Raced,
            },
            Write::DeleteClient => return Ok(None),
        }))
    }

    fn put<T: serde::Serialize>(
        &self,
        pk: String,
        record: &T,
        version: Option<u64>,
        ttl: Option<crate::flow::Timestamp>,
    ) -> Result<Change, StoreError> {
        let next = version.map_or(1, |version| version + 1);
        let attributes = item::write(pk.clone(), record, next, self.nonce, ttl)?;
        Ok(match version {
            Some(version) => Change {
                kind: Kind::Put(attributes),
                pk,
                condition: unchanged(),
                values: vec![(":version", AttributeValue::N(version.to_string()))],
                refusal: Refusal::Raced,
            },
            None => Change {
                kind: Kind::Put(attributes),
                pk,
                condition: format!("attribute_not_exists({})", item::PK),
                values: Vec::new(),
                refusal: Refusal::Raced,
            },
        })
    }

    /// The version that the client has afterwards.
    fn next_version(&self) -> Option<u64> {
        if self.before.version.is_some() && self.before.record == *self.next {
            self.before.version
        } else {
            Some(self.before.version.map_or(1, |version| version + 1))
        }
    }
}

impl Change {
    fn into_transaction(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let values = attribute_values(self.values);
        let item = TransactWriteItem::builder();
        let failed = |error| StoreError::unavailable("TransactWriteItems", error);
        Ok(match self.kind {
            Kind::Put(attributes) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(attributes))
                    .condition_expression(self.condition)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(
                        ReturnValuesOnConditionCheckFailure::AllOld,
                    )
                    .build()
                    .map_err(failed)?,
            ),
            Kind::Update(expression) => item.update(
                Update::builder()
                    .table_name(table)
                    .key(item::PK, AttributeValue::S(self.pk))
                    .update_expression(expression)
                    .expression_attribute_names("#ttl", item::TTL)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(failed)?,
            ),
            Kind::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .key(item::PK, AttributeValue::S(self.pk))
                    .condition_expression(self.condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(failed)?,
            ),
            Kind::Delete => item.delete(
                Delete::builder()
                    .table_name(table)
                    .key(item::PK, AttributeValue::S(self.pk))
                    .condition_expression(self.condition)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(failed)?,
            ),
        }
        .build())
    }
}

fn attribute_values(
    values: Vec<(&'static str, AttributeValue)>,
) -> Option<std::collections::HashMap<String, AttributeValue>> {
    let values: std::collections::HashMap<_, _> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    (!values.is_empty()).then_some(values)
}

/// The condition that a record is still as it was read.
fn unchanged() -> String {
    format!("{} = :version", item::VERSION)
}

/// The condition that an identifier is this user's.
fn is_owner() -> String {
    format!("{} = :owner", item::OWNER)
}
