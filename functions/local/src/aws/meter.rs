//! Counts calls, sequential round trips and consumed capacity, for the budget of each request.
//!
//! The application asks DynamoDB for no figures; the meter asks in its name and reads them off the
//! answers. DynamoDB reports none for a call that it refused, a failed condition for one, though it
//! charges for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value};

use super::call::{Call, Service};
use super::connector::recognise;

/// One call as it was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What was called.
    pub call: Call,
    /// Its place in the longest chain of calls to its service, each begun after the one before had ended.
    pub depth: usize,
    /// The HTTP status of its answer; none if there was no answer.
    pub status: Option<u16>,
    /// What it consumed.
    pub capacity: Capacity,
    under_way: bool,
}

/// Capacity units of DynamoDB.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Capacity {
    /// Units of reading.
    pub read: f64,
    /// Units of writing.
    pub write: f64,
}

/// What was measured since the last look.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Every call, in the order in which they began.
    pub calls: Vec<Measured>,
}

impl Reading {
    /// How many calls to the service could not run side by side.
    #[must_use]
    pub fn round_trips(&self, service: Service) -> usize {
        let to = self.calls.iter().filter(|measured| measured.call.service == service);
        to.map(|measured| measured.depth).max().unwrap_or_default()
    }

    /// How many calls went to the service.
    #[must_use]
    pub fn count(&self, service: Service) -> usize {
        self.calls.iter().filter(|measured| measured.call.service == service).count()
    }

    /// What all of them consumed.
    #[must_use]
    pub fn capacity(&self) -> Capacity {
        self.calls.iter().fold(Capacity::default(), |sum, measured| Capacity {
            read: sum.read + measured.capacity.read,
            write: sum.write + measured.capacity.write,
        })
    }
}

/// An HTTP client for the SDK that measures what passes through; clones share one reading.
///
/// On a runtime of one thread the figures are exact: the services of this crate give way once in each
/// call, so that calls which are joined have all begun before the first of them ends.
#[derive(Debug, Clone)]
pub struct Meter {
    next: SharedHttpClient,
    reading: Arc<Mutex<Reading>>,
}

impl Meter {
    /// Puts itself before `next`.
    #[must_use]
    pub fn before(next: SharedHttpClient) -> Self {
        Self { next, reading: Arc::default() }
    }

    /// The HTTP client to give to the SDK.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Takes the reading and starts anew; to be asked while no call is under way.
    #[must_use]
    pub fn take(&self) -> Reading {
        std::mem::take(&mut self.lock())
    }

    fn begin(&self, call: Call) -> usize {
        let mut reading = self.lock();
        let ended = reading
            .calls
            .iter()
            .filter(|other| other.call.service == call.service && !other.under_way);
        let depth = ended.map(|other| other.depth).max().unwrap_or_default() + 1;
        let capacity = Capacity::default();
        reading.calls.push(Measured { call, depth, status: None, capacity, under_way: true });
        reading.calls.len() - 1
    }

    fn end(&self, index: usize, status: Option<u16>, capacity: Capacity) {
        if let Some(measured) = self.lock().calls.get_mut(index) {
            measured.under_way = false;
            measured.status = status;
            measured.capacity = capacity;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpClient for Meter {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let next = self.next.http_connector(settings, components);
        SharedHttpConnector::new(Metered { meter: self.clone(), next })
    }
}

#[derive(Debug)]
struct Metered {
    meter: Meter,
    next: SharedHttpConnector,
}

impl HttpConnector for Metered {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let Some(call) = recognise(&request) else {
            return self.next.call(request);
        };
        let (meter, next) = (self.meter.clone(), self.next.clone());
        HttpConnectorFuture::new(async move {
            let writes = WRITES.contains(&call.operation.as_str());
            if writes || READS.contains(&call.operation.as_str()) {
                ask_for_capacity(&mut request);
            }
            let index = meter.begin(call);
            let answered = next.call(request).await;
            let (status, capacity) = match &answered {
                Ok(response) => {
                    let body = response.body().bytes().unwrap_or_default();
                    (Some(response.status().as_u16()), capacity(body, writes))
                }
                Err(_) => (None, Capacity::default()),
            };
            meter.end(index, status, capacity);
            answered
        })
    }
}

fn ask_for_capacity(request: &mut HttpRequest) {
    let body = request.body().bytes().unwrap_or_default();
    let Ok(mut params) = serde_json::from_slice::<Map<String, Value>>(body) else {
        return;
    };
    params.entry("ReturnConsumedCapacity").or_insert_with(|| "TOTAL".into());
    let body = Value::Object(params).to_string();
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

/// One figure for one table, or a list of them; a transaction's may say which kind its units are.
fn capacity(body: &[u8], writes: bool) -> Capacity {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let consumed = match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.as_slice(),
        Some(table) => std::slice::from_ref(table),
        None => &[],
    };
    consumed.iter().fold(Capacity::default(), |sum, table| {
        let units = |name: &str| table.get(name).and_then(Value::as_f64);
        let (read, write) = match (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
            (None, None) if writes => (0.0, units("CapacityUnits").unwrap_or_default()),
            (None, None) => (units("CapacityUnits").unwrap_or_default(), 0.0),
            (read, write) => (read.unwrap_or_default(), write.unwrap_or_default()),
        };
        Capacity { read: sum.read + read, write: sum.write + write }
    })
}

const READS: [&str; 5] = ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"];
const WRITES: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];
