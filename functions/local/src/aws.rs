//! The AWS services that the functions call, on this machine.
//!
//! [`Services`] holds an embedded DynamoDB and stand-ins for what we use of KMS, SES and SNS. One
//! function answers for all of them, [`Services::answer`]; two transports lead to it: a connector inside
//! the process ([`Services::http_client`]) and HTTP on a port ([`Services::endpoint`]).

mod answer;
mod call;
mod connector;
mod data_dir;
mod dynamodb;
mod endpoint;
pub mod faults;
mod kms;
pub mod meter;
mod open_error;
pub mod outbox;
mod ses;
mod sns;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::Router;

pub use self::answer::Answer;
pub use self::call::{Call, Service};
pub use self::open_error::OpenError;

use self::connector::InProcess;
use self::data_dir::DataDir;
use self::dynamodb::Tables;
use self::kms::MasterKey;
use self::outbox::Outbox;

/// DynamoDB, KMS, SES and SNS on this machine; clones share one state.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    tables: Tables,
    key: MasterKey,
    outbox: Outbox,
    /// Keeps other processes out of the directory for as long as the services live.
    _claim: Option<DataDir>,
}

impl Services {
    /// Opens services that forget everything with the process.
    ///
    /// # Errors
    /// [`OpenError::Database`] or [`OpenError::Random`].
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Self::new(Tables::in_memory()?, MasterKey::generate()?, None))
    }

    /// Opens services that keep tables and master key in `dir`, which is made if it is missing.
    ///
    /// # Errors
    /// [`OpenError::InUse`] while another process has it open; otherwise what cannot be read or made.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let claim = DataDir::claim(dir)?;
        let tables = Tables::at(&claim.database())?;
        let key = MasterKey::new(&claim.master_key()?);
        Ok(Self::new(tables, key, Some(claim)))
    }

    fn new(tables: Tables, key: MasterKey, claim: Option<DataDir>) -> Self {
        let outbox = Outbox::default();
        Self(Arc::new(Inner { tables, key, outbox, _claim: claim }))
    }

    /// The messages that were sent.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// An HTTP client for the AWS SDK that reaches these services without a socket.
    ///
    /// Each call gives way to other tasks once before it is answered, as a call over a network does, so
    /// that requests which race in the cloud race here too, even on one thread.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess::new(self.clone()))
    }

    /// The same services by HTTP, for whatever takes an endpoint URL.
    pub fn endpoint(&self) -> Router {
        endpoint::router(self.clone())
    }

    /// Answers one call; `body` is the request's.
    pub async fn answer(&self, call: &Call, body: Vec<u8>) -> Answer {
        match call.service {
            Service::DynamoDb => self.0.tables.answer(&call.operation, body).await,
            Service::Kms => self.0.key.answer(&call.operation, &body),
            Service::Ses => ses::answer(&self.0.outbox, &call.operation, &body),
            Service::Sns => sns::answer(&self.0.outbox, &call.operation, &body),
        }
    }

    /// A secret that stays the same for as long as the data does, one for each purpose.
    #[must_use]
    pub fn secret(&self, purpose: &str) -> String {
        self.0.key.derive(purpose)
    }

    /// Deletes the items whose time to live is over, as DynamoDB does by itself within days.
    pub async fn sweep_expired(&self) {
        self.0.tables.sweep_expired().await;
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
