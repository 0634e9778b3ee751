//! One event of the gateway, delivered twice.

use axum::body::Body;
use http::Request;
use postern_tests::{Browser, Instance, Reply, answers, crowd};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_code_delivered_twice_makes_one_user() {
    for at_once in [true, false] {
        let instance = Instance::start().await;
        let browser = instance.browser();
        let form = [("email_address", "jane@example.com"), ("strategy", "email_code")];
        let created = browser.post("/v1/client/sign_ups", &form).await.ok();
        let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.id());
        let body = format!("strategy=email_code&code={}", instance.code("jane@example.com"));
        let replies = twice(&browser, &event(&browser, &path, &body), at_once).await;
        assert_eq!(answers(&replies).get("ok"), Some(&1), "{:?}", answers(&replies));
        assert_eq!(instance.whole_users().await, 1);
        assert_eq!(instance.messages("jane@example.com").len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_prepare_delivered_twice_sends_one_message() {
    for at_once in [true, false] {
        let instance = Instance::start().await;
        let browser = instance.browser();
        let form = [("email_address", "jane@example.com")];
        let created = browser.post("/v1/client/sign_ups", &form).await.ok();
        let path = format!("/v1/client/sign_ups/{}/prepare_verification", created.id());
        let replies =
            twice(&browser, &event(&browser, &path, "strategy=email_code"), at_once).await;
        let expected = [("ok".to_owned(), 1), ("too_many_requests".to_owned(), 1)];
        assert_eq!(answers(&replies), expected.into());
        assert_eq!(instance.messages("jane@example.com").len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_code_delivered_twice_is_two_tries_at_most() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let form = [("email_address", "jane@example.com"), ("strategy", "email_code")];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.id());
    twice(&browser, &event(&browser, &path, "strategy=email_code&code=000000"), true).await;
    let shown = browser.get(&format!("/v1/client/sign_ups/{}", created.id())).await.ok();
    let tries = shown.at("/response/verifications/email_address/attempts");
    assert!((1..=2).contains(&tries.as_u64().unwrap()), "{tries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_out_delivered_twice_signs_out() {
    for at_once in [true, false] {
        let instance = Instance::start().await;
        let browser = instance.browser();
        browser.sign_up(&instance, "jane@example.com", &[]).await;
        let event = event(&browser, "/v1/client/sessions", "").replace("POST", "DELETE");
        let replies = twice(&browser, &event, at_once).await;
        assert_eq!(answers(&replies), [("ok".to_owned(), 2)].into());
        let client = browser.get("/v1/client").await.ok();
        assert_eq!(client.at("/response/sessions"), json!([]));
    }
}

/// Delivers an event twice, at once or one after the other.
async fn twice(browser: &Browser, event: &str, at_once: bool) -> Vec<Reply> {
    let deliver = || {
        let (browser, request) = (browser.stolen(), delivered(event));
        async move { browser.call(request).await }
    };
    if at_once {
        crowd([deliver(), deliver()]).await
    } else {
        vec![deliver().await, deliver().await]
    }
}

/// The request that the runtime makes of an event.
fn delivered(event: &str) -> Request<Body> {
    let request = lambda_http::request::from_str(event).unwrap();
    request.map(|body| Body::from(body.to_vec()))
}

/// A POST as the gateway hands it over, in payload format 2.0.
fn event(browser: &Browser, path: &str, body: &str) -> String {
    let event = json!({
        "version": "2.0",
        "routeKey": format!("POST {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "cookies": [format!("__client={}", browser.cookie("__client").unwrap())],
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "host": "accounts.example.com",
            "origin": browser.origin,
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "accounts.example.com",
            "domainPrefix": "accounts",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": browser.ip,
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": format!("POST {path}"),
            "stage": "$default",
            "time": "04/Jan/2026:15:49:17 +0000",
            "timeEpoch": 1_767_541_757_123_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    event.to_string()
}
