//! What a visitor does: signs up by an e-mail code, and refreshes the session's token.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::connection::Connection;

/// Somebody who has signed up.
pub(crate) struct Visitor {
    connection: Connection,
    tokens: String,
    /// How long the five requests took, without looking into the mailbox.
    pub(crate) took: Duration,
}

impl Visitor {
    /// Signs up, from an address and a connection of their own.
    pub(crate) async fn sign_up(port: u16) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let email = format!("visitor-{number}@example.com");
        let mut connection = Connection::open(Ipv4Addr::from(FIRST_ADDRESS + number), port).await;
        let start = Instant::now();
        let created = connection.post("/v1/client/sign_ups", &[("email_address", &email)]).await;
        let path = format!("/v1/client/sign_ups/{}", text(&created, "/response/id"));
        let prepare = format!("{path}/prepare_verification");
        connection.post(&prepare, &[("strategy", "email_code")]).await;
        let mut took = start.elapsed();
        let messages = connection.get(&format!("/dev/messages?to={email}")).await;
        let form = [("strategy", "email_code"), ("code", text(&messages, "/0/code"))];
        let start = Instant::now();
        let attempted = connection.post(&format!("{path}/attempt_verification"), &form).await;
        let session = text(&attempted, "/response/created_session_id");
        let path = format!("/v1/client/sessions/{session}");
        connection.post(&format!("{path}/touch"), &[("intent", "select_session")]).await;
        let tokens = format!("{path}/tokens");
        connection.post(&tokens, &[]).await;
        took += start.elapsed();
        Self { connection, tokens, took }
    }

    /// Refreshes the session's token; says how long it took.
    pub(crate) async fn refresh(&mut self) -> Duration {
        let start = Instant::now();
        let answer = self.connection.post(&self.tokens, &[]).await;
        assert!(!text(&answer, "/jwt").is_empty());
        start.elapsed()
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

static NEXT: AtomicU32 = AtomicU32::new(0);
/// 127.1.0.0
const FIRST_ADDRESS: u32 = 0x7f01_0000;
