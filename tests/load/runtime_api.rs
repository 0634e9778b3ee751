//! The runtime API of Lambda, as far as one function at a time needs it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use postern_local::serve::{Listeners, Stop, serve};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::process;

/// A function that has been started and asks for events.
pub(crate) struct Function {
    child: Child,
    events: UnboundedSender<String>,
    polls: UnboundedReceiver<Instant>,
    answers: UnboundedReceiver<String>,
    /// From the start of the process to its first question for an event.
    pub(crate) start: Duration,
}

/// Our side of the runtime API.
struct Desk {
    events: Mutex<UnboundedReceiver<String>>,
    polls: UnboundedSender<Instant>,
    answers: UnboundedSender<String>,
}

impl Function {
    /// Starts the binary in its directory and waits until it asks for an event.
    pub(crate) async fn start(directory: &Path, environment: &[(&str, String)]) -> Self {
        let (events, received) = unbounded_channel();
        let (poll, mut polls) = unbounded_channel();
        let (answer, answers) = unbounded_channel();
        let desk = Desk { events: Mutex::new(received), polls: poll, answers: answer };
        let listeners = Listeners::loopback(0).await.unwrap();
        let api = format!("127.0.0.1:{}", listeners.port());
        tokio::spawn(serve(listeners, router(Arc::new(desk)), Stop::when(std::future::pending())));
        let mut command = Command::new(directory.join("bootstrap"));
        command
            .current_dir(directory)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().unwrap();
        let first = tokio::time::timeout(PATIENCE, polls.recv()).await.unwrap().unwrap();
        Self { child, events, polls, answers, start: first - begun }
    }

    /// Hands over an event; answers with the answer, and how long it took.
    pub(crate) async fn invoke(&mut self, event: String) -> (Value, Duration) {
        let begun = Instant::now();
        self.events.send(event).unwrap();
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await.unwrap().unwrap();
        let took = begun.elapsed();
        tokio::time::timeout(PATIENCE, self.polls.recv()).await.unwrap().unwrap();
        (serde_json::from_str(&answer).unwrap(), took)
    }

    /// Its resident memory in KiB: now, and at the most.
    pub(crate) fn resident(&self) -> (u64, u64) {
        process::resident(self.child.id())
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
        .fallback(failed)
        .with_state(desk)
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    desk.polls.send(Instant::now()).unwrap();
    let Some(event) = desk.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:f",
        ),
        ("content-type", "application/json"),
    ];
    (headers, event).into_response()
}

async fn answered(State(desk): State<Arc<Desk>>, body: String) -> StatusCode {
    desk.answers.send(body).unwrap();
    StatusCode::ACCEPTED
}

/// Whatever else a function reports is that it failed.
async fn failed(body: String) -> StatusCode {
    panic!("the function failed: {body}")
}

const PATIENCE: Duration = Duration::from_secs(10);
