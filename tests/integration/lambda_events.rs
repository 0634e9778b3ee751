//! The gateway's events: what it sends reaches the same router, and what that answers is what it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service};
use postern::settings::OriginPattern;
use postern_tests::Instance;
use serde_json::Value;

#[tokio::test]
async fn one_persons_events_reach_the_endpoints_and_come_back_as_the_gateway_takes_them() {
    let mut gateway = Gateway::start().await;
    let environment = gateway.send("environment", 200).await;
    assert_eq!(environment.body["object"], "environment");
    let nobody = gateway.send("client", 200).await;
    assert_eq!(nobody.body["response"], Value::Null);

    let created = gateway.send("sign-up", 200).await;
    assert_eq!(created.body["response"]["email_address"], "ada@example.com");
    let id = created.body["response"]["id"].as_str().unwrap().to_owned();
    gateway.values.insert("sign_up", id);
    assert_eq!(gateway.send("sign-up-patched", 200).await.body["response"]["first_name"], "Ada");

    gateway.send("sign-up-prepared", 200).await;
    let code = gateway.instance.code("ada@example.com");
    gateway.values.insert("code", postern_tests::wrong(&code));
    gateway.send("sign-up-attempted", 422).await.refused("form_code_incorrect");
    gateway.values.insert("code", code);
    let done = gateway.send("sign-up-attempted", 200).await;
    let session = done.body["response"]["created_session_id"].as_str().unwrap().to_owned();
    gateway.values.insert("session", session);

    let touched = gateway.send("session-touched", 200).await;
    assert_eq!(touched.body["response"]["object"], "session");
    assert_eq!(gateway.send("session-token", 200).await.body["object"], "token");
    assert_eq!(gateway.send("me", 200).await.body["response"]["first_name"], "Ada");

    let refused = gateway.send("session-touched-without-client", 401).await;
    refused.refused("authentication_invalid");
    gateway.send("me-without-session", 401).await.refused("authentication_invalid");
    gateway.send("unknown-route", 404).await.refused("resource_not_found");
    gateway.send("wrong-method", 405).await.refused("method_not_allowed");
    assert_eq!(gateway.send("options", 204).await.body, Value::Null);
    gateway.assert_all_were_sent();
}

#[tokio::test]
async fn cookies_stand_in_their_own_list() {
    let mut gateway = Gateway::start().await;
    let created = gateway.send("sign-up", 200).await;
    assert_eq!(created.cookies.len(), 3);
    assert!(created.cookies[0].starts_with("__client=client_"), "{:?}", created.cookies);
    assert!(created.cookies[1].starts_with("__client_uat=0; "), "{:?}", created.cookies);
    assert!(!created.headers.contains_key("set-cookie"), "{:?}", created.headers);
}

#[tokio::test]
async fn the_gateway_says_where_a_request_comes_from() {
    let mut gateway = Gateway::start().await;
    let created = gateway.send("sign-up", 200).await;
    let id = created.body["response"]["id"].as_str().unwrap().to_owned();
    gateway.values.insert("sign_up", id);
    gateway.send("sign-up-prepared", 200).await;
    let counted = gateway.instance.keys("COUNT#IP#").await;
    assert_eq!(counted.len(), 1);
    assert!(counted[0].starts_with("COUNT#IP#203.0.113.7#"), "{counted:?}");
}

#[tokio::test]
async fn a_forged_header_in_an_event_moves_nobody() {
    let mut gateway = Gateway::start().await;
    gateway.forged = Some("198.51.100.66, 203.0.113.7");
    let created = gateway.send("sign-up", 200).await;
    let id = created.body["response"]["id"].as_str().unwrap().to_owned();
    gateway.values.insert("sign_up", id);
    gateway.send("sign-up-prepared", 200).await;
    let counted = gateway.instance.keys("COUNT#IP#").await;
    assert!(counted[0].starts_with("COUNT#IP#203.0.113.7#"), "{counted:?}");
}

/// Sends the events, and keeps what later ones need.
struct Gateway {
    instance: Instance,
    values: BTreeMap<&'static str, String>,
    forged: Option<&'static str>,
    sent: BTreeSet<String>,
}

/// What the gateway is given back.
#[derive(Debug)]
struct Given {
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: Value,
}

impl Gateway {
    async fn start() -> Self {
        let origin = OriginPattern::parse("https://app.example.com").unwrap();
        let instance = Instance::builder()
            .settings(|settings| settings.access.allowed_origins = vec![origin])
            .reached_at("https://accounts.example.com")
            .start()
            .await;
        Self { instance, values: BTreeMap::new(), forged: None, sent: BTreeSet::new() }
    }

    async fn send(&mut self, name: &str, status: u16) -> Given {
        let mut text = fs::read_to_string(events().join(format!("{name}.json"))).unwrap();
        for (key, value) in &self.values {
            text = text.replace(&format!("${{{key}}}"), value);
        }
        if let Some(forged) = self.forged {
            let honest = "\"x-forwarded-for\": \"203.0.113.7\"";
            assert!(text.contains(honest), "{name}");
            text = text.replace(honest, &format!("\"x-forwarded-for\": \"{forged}\""));
        }
        let payload: LambdaRequest = serde_json::from_str(&text).unwrap();
        let mut adapter = Adapter::from(self.instance.api.clone());
        let given = match adapter.call(LambdaEvent::new(payload, Context::default())).await {
            Ok(given) => serde_json::to_value(given).unwrap(),
            Err(never) => match never {},
        };
        self.sent.insert(name.to_owned());
        let given = Given::read(&given, name, status);
        let client = given.cookies.iter().find_map(|line| line.strip_prefix("__client="));
        if let Some(client) = client.and_then(|line| line.split(';').next()) {
            self.values.insert("client", client.to_owned());
        }
        given
    }

    #[track_caller]
    fn assert_all_were_sent(&self) {
        let written: BTreeSet<_> = fs::read_dir(events())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .collect();
        assert_eq!(self.sent, written);
    }
}

impl Given {
    #[track_caller]
    fn read(given: &Value, name: &str, status: u16) -> Self {
        assert_eq!(given["statusCode"], status, "{name}: {given}");
        assert_eq!(given["isBase64Encoded"], false, "{name}");
        let headers: BTreeMap<String, String> =
            serde_json::from_value(given["headers"].clone()).unwrap();
        assert_eq!(headers["access-control-allow-origin"], "https://app.example.com", "{name}");
        let body = given["body"].as_str().unwrap_or_default();
        let cookies = serde_json::from_value(given["cookies"].clone()).unwrap_or_default();
        Self { headers, cookies, body: serde_json::from_str(body).unwrap_or_default() }
    }

    #[track_caller]
    fn refused(&self, code: &str) {
        assert_eq!(self.body["errors"][0]["code"], code, "{}", self.body);
        assert!(self.body["clerk_trace_id"].is_string(), "{}", self.body);
    }
}

fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("events")
}
