//! Clients that are no browsers: `Authorization` both ways, and no cookies.

use http::header::{AUTHORIZATION, SET_COOKIE};
use postern_tests::{Browser, Instance, Reply};
use serde_json::Value;

use crate::EMAIL;

#[tokio::test]
async fn a_native_client_is_handed_its_token_in_a_header() {
    let instance = Instance::start().await;
    let (reply, _) = begun(&instance).await;
    assert_eq!(reply.headers.get(SET_COOKIE), None);
    let token = token(&reply);
    assert!(token.starts_with("client_") && token.contains('.'), "{token}");
}

#[tokio::test]
async fn a_native_client_signs_up_without_cookies() {
    let instance = Instance::start().await;
    let (begun, native) = begun(&instance).await;
    let first = token(&begun);
    let native = with_token(&native, &first);
    let path = format!("/v1/client/sign_ups/{}/attempt_verification?_is_native=1", begun.id());
    let code = instance.code(EMAIL);
    let done = native.post(&path, &[("strategy", "email_code"), ("code", &code)]).await.ok();
    assert_eq!(done.headers.get(SET_COOKIE), None);
    let second = token(&done);
    assert_ne!(first, second, "the secret changes with the privilege");

    for text in [second.clone(), format!("Bearer {second}")] {
        let native = with_token(&native, &text);
        let read = native.get("/v1/client?_is_native=true").await.ok();
        assert_eq!(read.count_at("/response/sessions"), 1);
    }
}

#[tokio::test]
async fn a_native_clients_cookies_count_for_nothing() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    let read = browser.get("/v1/client?_is_native=1").await.ok();
    assert_eq!(read.at("/response"), Value::Null);
    assert_eq!(read.headers.get(SET_COOKIE), None);
}

#[tokio::test]
async fn a_browsers_authorization_counts_for_nothing() {
    let instance = Instance::start().await;
    let (begun, native) = begun(&instance).await;
    let browser = with_token(&native, &token(&begun));
    assert_eq!(browser.get("/v1/client").await.ok().at("/response"), Value::Null);
    assert_ne!(browser.get("/v1/client?_is_native=1").await.ok().at("/response"), Value::Null);
}

#[tokio::test]
async fn a_header_that_is_no_token_is_nobody() {
    let instance = Instance::start().await;
    for text in ["", "Bearer", "Bearer x", "Basic YTpi", "client_a.b", "sk_live_tests"] {
        let native = with_token(&instance.browser(), text);
        let read = native.get("/v1/client?_is_native=1").await.ok();
        assert_eq!(read.at("/response"), Value::Null, "{text}");
        native.get("/v1/me?_is_native=1").await.refused(401, "authentication_invalid");
    }
}

#[tokio::test]
async fn the_key_set_for_servers_needs_the_secret_key() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.get("/v1/jwks").await.refused(401, "authentication_invalid");
    for text in ["Bearer sk_live_wrong", "sk_live_tests", "Bearer ", "Bearer sk_live_testsx"] {
        let server = with_token(&browser, text);
        server.get("/v1/jwks").await.refused(401, "authentication_invalid");
    }
    let server = with_token(&browser, "Bearer sk_live_tests");
    assert_eq!(server.get("/v1/jwks").await.ok().count_at("/keys"), 1);
}

async fn begun(instance: &Instance) -> (Reply, Browser) {
    let mut native = instance.browser();
    native.origin = None;
    let form = [("email_address", EMAIL), ("strategy", "email_code")];
    (native.post("/v1/client/sign_ups?_is_native=1", &form).await.ok(), native)
}

fn with_token(browser: &Browser, text: &str) -> Browser {
    browser.clone().with_header("authorization", text)
}

#[track_caller]
fn token(reply: &Reply) -> String {
    reply.headers.get(AUTHORIZATION).expect("a token").to_str().unwrap().to_owned()
}
