//! Faults on the way to a service, for tests of what the application does about them.
//!
//! [`Faults`] lies between the SDK and another HTTP client, and makes chosen calls fail as they fail in
//! the cloud. The SDK tries a throttled or broken call again: to make an operation fail for good, let the
//! fault strike as many calls as there are tries.

mod calls;
mod gate;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::StatusCode;
use serde_json::{Value, json};

pub use self::calls::Calls;
pub use self::gate::Gate;

use super::answer::Answer;
use super::call::{Call, Service};
use super::connector::recognise;

/// What happens to a call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The service asks to slow down; nothing was done.
    Throttled,
    /// The service is never reached.
    TimedOut,
    /// Another transaction holds an item; nothing was done. It strikes DynamoDB's writes and
    /// transactions alone.
    Conflict,
    /// The call is done, but its answer never arrives.
    AnswerLost,
    /// The service refuses for good: mail is rejected, access is denied.
    Refused,
    /// The call waits at the gate before it is made.
    Held(Gate),
}

/// An HTTP client for the SDK that makes chosen calls fail; clones share one plan.
#[derive(Debug, Clone)]
pub struct Faults {
    next: SharedHttpClient,
    plan: Arc<Mutex<Vec<(Calls, Fault)>>>,
    struck: Arc<AtomicUsize>,
}

impl Faults {
    /// Puts itself before `next`, with nothing planned.
    #[must_use]
    pub fn before(next: SharedHttpClient) -> Self {
        Self { next, plan: Arc::default(), struck: Arc::default() }
    }

    /// The HTTP client to give to the SDK.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Plans a fault. Of several that mean a call, the one planned first strikes.
    pub fn plan(&self, calls: Calls, fault: Fault) {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).push((calls, fault));
    }

    /// Forgets what is planned.
    pub fn clear(&self) {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many calls were struck so far: a test that expects a fault can prove that there was one.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.struck.load(Ordering::SeqCst)
    }

    fn due(&self, call: &Call) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |(calls, fault): &mut (Calls, Fault)| {
            let able = can_conflict(call) || !matches!(fault, Fault::Conflict);
            (able && calls.strike(call)).then(|| fault.clone())
        };
        let fault = plan.iter_mut().find_map(due)?;
        self.struck.fetch_add(1, Ordering::SeqCst);
        Some(fault)
    }
}

impl HttpClient for Faults {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let next = self.next.http_connector(settings, components);
        SharedHttpConnector::new(Faulty { faults: self.clone(), next })
    }
}

#[derive(Debug)]
struct Faulty {
    faults: Faults,
    next: SharedHttpConnector,
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let struck = recognise(&request).and_then(|call| Some((self.faults.due(&call)?, call)));
        let next = self.next.clone();
        match struck {
            Some((fault, call)) => HttpConnectorFuture::new(suffer(fault, call, request, next)),
            None => next.call(request),
        }
    }
}

async fn suffer(
    fault: Fault,
    call: Call,
    request: HttpRequest,
    next: SharedHttpConnector,
) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::Throttled => Ok(throttled(call.service).into_sdk()),
        Fault::TimedOut => Err(ConnectorError::timeout("the call took too long".into())),
        Fault::Conflict => Ok(conflict(&request).into_sdk()),
        Fault::AnswerLost => {
            next.call(request).await?;
            Err(ConnectorError::io("the connection broke before the answer came".into()))
        }
        Fault::Refused => Ok(refused(call.service).into_sdk()),
        Fault::Held(gate) => {
            gate.pass().await;
            next.call(request).await
        }
    }
}

fn throttled(service: Service) -> Answer {
    let (status, error) = match service {
        Service::DynamoDb => (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
        Service::Kms => (StatusCode::BAD_REQUEST, "ThrottlingException"),
        Service::Ses => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        Service::Sns => (StatusCode::TOO_MANY_REQUESTS, "Throttled"),
    };
    Answer::refusal(service, status, error, "Rate exceeded")
}

fn refused(service: Service) -> Answer {
    let error = match service {
        Service::DynamoDb | Service::Kms => "AccessDeniedException",
        Service::Ses => "MessageRejected",
        Service::Sns => "OptedOut",
    };
    Answer::refusal(service, StatusCode::BAD_REQUEST, error, "The call was refused")
}

fn can_conflict(call: &Call) -> bool {
    call.service == Service::DynamoDb && CONFLICTING.contains(&call.operation.as_str())
}

/// A transaction is cancelled with one reason for each of its items; a single write is just refused.
fn conflict(request: &HttpRequest) -> Answer {
    let body = request.body().bytes().unwrap_or_default();
    let params: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(items) = params.get("TransactItems").and_then(Value::as_array) else {
        let error = "TransactionConflictException";
        let message = "Transaction is ongoing for the item";
        return Answer::refusal(Service::DynamoDb, StatusCode::BAD_REQUEST, error, message);
    };
    let reasons: Vec<_> = (0..items.len()).map(reason).collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    Answer::ready(Service::DynamoDb, StatusCode::BAD_REQUEST, body.to_string())
}

fn reason(index: usize) -> Value {
    match index {
        0 => json!({
            "Code": "TransactionConflict",
            "Message": "Transaction is ongoing for the item",
        }),
        _ => json!({ "Code": "None" }),
    }
}

const CONFLICTING: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems"];
