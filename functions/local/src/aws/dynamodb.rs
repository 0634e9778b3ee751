//! DynamoDB inside the process.

use std::path::Path;

use dynoxide::{Database, DynoxideError};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::call::Service;
use super::open_error::OpenError;

/// The embedded tables.
#[derive(Clone)]
pub(super) struct Tables {
    database: Database,
    durable: bool,
}

impl Tables {
    pub(super) fn in_memory() -> Result<Self, OpenError> {
        let database = Database::memory().map_err(OpenError::Database)?;
        Ok(Self { database, durable: false })
    }

    pub(super) fn at(path: &Path) -> Result<Self, OpenError> {
        let path = path.to_str().ok_or_else(|| OpenError::Name { path: path.to_owned() })?;
        let database = Database::new(path).map_err(OpenError::Database)?;
        Ok(Self { database, durable: true })
    }

    /// Answers one operation. A durable write waits for the disk, so it leaves the async threads.
    pub(super) async fn answer(&self, operation: &str, body: Vec<u8>) -> Answer {
        if !self.durable {
            return answer(&self.database, operation, &body);
        }
        let (database, operation) = (self.database.clone(), operation.to_owned());
        tokio::task::spawn_blocking(move || answer(&database, &operation, &body))
            .await
            .unwrap_or_else(|error| Answer::failure(Service::DynamoDb, &error.to_string()))
    }

    pub(super) async fn sweep_expired(&self) {
        let database = self.database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(deleted)) => tracing::debug!(deleted, "swept expired items"),
            Ok(Err(error)) => tracing::warn!(%error, "could not sweep expired items"),
            Err(error) => tracing::warn!(%error, "the sweep of expired items broke off"),
        }
    }
}

fn answer(db: &Database, operation: &str, body: &[u8]) -> Answer {
    match operation {
        "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
        "CreateTable" => run(body, |request| db.create_table(request)),
        "DeleteItem" => run(body, |request| db.delete_item(request)),
        "DeleteTable" => run(body, |request| db.delete_table(request)),
        "DescribeTable" => run(body, |request| db.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| db.describe_time_to_live(request)),
        "GetItem" => run(body, |request| db.get_item(request)),
        "ListTables" => run(body, |request| db.list_tables(request)),
        "PutItem" => run(body, |request| db.put_item(request)),
        "Query" => run(body, |request| db.query(request)),
        "Scan" => run(body, |request| db.scan(request)),
        "TransactGetItems" => run(body, |request| db.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
        "UpdateItem" => run(body, |request| db.update_item(request)),
        "UpdateTable" => run(body, |request| db.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| db.update_time_to_live(request)),
        other => Answer::unknown_operation(Service::DynamoDb, other),
    }
}

fn run<Q, A>(body: &[u8], operation: impl FnOnce(Q) -> dynoxide::Result<A>) -> Answer
where
    Q: DeserializeOwned,
    A: Serialize,
{
    let answer =
        serde_json::from_slice(body).map_err(|error| unreadable(&error)).and_then(operation);
    match answer {
        Ok(answer) => Answer::json(Service::DynamoDb, &answer),
        Err(error) => refuse(&error),
    }
}

/// The library marks, in its decoder's messages, which of DynamoDB's errors a malformed request is.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    let marked = ["VALIDATION:", "VALIDATION_REQUEST:"];
    match marked.iter().find_map(|mark| message.strip_prefix(mark)) {
        Some(rest) => DynoxideError::ValidationException(rest.to_owned()),
        None => DynoxideError::SerializationException(message),
    }
}

fn refuse(error: &DynoxideError) -> Answer {
    let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
    Answer::ready(Service::DynamoDb, status, error.to_json())
}
