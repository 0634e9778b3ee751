//! What comes from another instance, another kind of instance or another site.

use axum::body::Body;
use data_encoding::BASE64URL_NOPAD;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN,
};
use http::{Method, Request};
use postern_tests::{Browser, Instance};
use serde_json::Value;

use crate::EMAIL;

#[tokio::test]
async fn a_cookie_of_another_instance_is_nobodys() {
    let (one, other) = (Instance::start().await, Instance::start().await);
    let browser = one.browser();
    let session = browser.sign_up(&one, EMAIL, &[]).await.session();
    let lost = browser.stolen().via(&other);

    lost.token(&session).await.refused(401, "authentication_invalid");
    lost.get("/v1/me").await.refused(401, "authentication_invalid");
    assert_eq!(lost.client().await.at("/response"), Value::Null);
    assert_eq!(lost.cookie("__client"), None);
}

#[tokio::test]
async fn a_session_token_is_no_credential_here() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let jwt = browser.token(&session).await.ok().text_at("/jwt");
    let thief = instance.browser();
    for name in ["__client", "__session"] {
        thief.set_cookie(name, &jwt);
        thief.token(&session).await.refused(401, "authentication_invalid");
    }
    let mut native = instance.browser().with_header("authorization", &format!("Bearer {jwt}"));
    native.origin = None;
    let path = format!("/v1/client/sessions/{session}/tokens?_is_native=1");
    native.post(&path, &[]).await.refused(401, "authentication_invalid");
}

#[tokio::test]
async fn a_token_names_its_instance_and_the_page_that_asked() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let jwt = browser.token(&session).await.ok().text_at("/jwt");
    let [header, claims] = [0, 1].map(|part| part_of(&jwt, part));

    assert_eq!(header["alg"], "RS256");
    let keys = browser.get("/.well-known/jwks.json").await.ok();
    assert_eq!(header["kid"], keys.at("/keys/0/kid"));
    assert_eq!(claims["iss"], "https://accounts.postern.test");
    assert_eq!(claims["azp"], "http://localhost:4000");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
}

#[tokio::test]
async fn a_foreign_page_gets_no_token_in_its_own_name() {
    let instance = Instance::start().await;
    let mut browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    browser.origin = Some("https://evil.example".to_owned());
    let read = browser.get("/v1/client").await;
    assert_eq!(read.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN), None);
    assert_eq!(read.headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    let jwt = read.text_at("/response/sessions/0/last_active_token/jwt");
    assert_eq!(part_of(&jwt, 1).get("azp"), None);
}

#[tokio::test]
async fn the_token_of_a_development_browser_is_worth_nothing() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let secret = browser.cookie("__client").unwrap();
    for name in ["__clerk_db_jwt", "__dev_session"] {
        let thief = instance.browser();
        let path = format!("/v1/client/sessions/{session}/tokens?{name}={secret}");
        thief.post(&path, &[]).await.refused(401, "authentication_invalid");
        let read = thief.get(&format!("/v1/client?{name}={secret}")).await.ok();
        assert_eq!(read.at("/response"), Value::Null);
        thief.set_cookie(name, &secret);
        assert_eq!(thief.client().await.at("/response"), Value::Null);
    }
    let made = browser.post("/v1/dev_browser", &[]).await;
    made.refused(404, "resource_not_found");
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let before = instance.items().await;
    for origin in [
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example:4000",
        "http://localhost:4000.evil.example",
        "http://evil.example/http://localhost:4000",
        "http://evil@localhost:4000",
        "https://localhost:4000",
        "file://",
        "http://[::1]:4000",
    ] {
        let mut page = browser.clone();
        page.origin = Some(origin.to_owned());
        for path in [
            format!("/v1/client/sessions/{session}/remove"),
            format!("/v1/client/sessions/{session}/touch"),
            format!("/v1/client/sessions/{session}/tokens"),
            "/v1/client?_method=DELETE".to_owned(),
            "/v1/client/sessions?_method=DELETE".to_owned(),
            "/v1/me?_method=PATCH".to_owned(),
            "/v1/client/sign_ups".to_owned(),
            "/v1/client".to_owned(),
        ] {
            let refused = page.post(&path, &[("first_name", "Eve")]).await;
            let refused = refused.refused(400, "origin_invalid");
            assert_eq!(refused.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN), None, "{origin} {path}");
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            page.send(method, "/v1/client", None).await.refused(400, "origin_invalid");
        }
    }
    assert_eq!(instance.items().await, before);
}

#[tokio::test]
async fn two_origins_are_none() {
    let instance = Instance::start().await;
    let mut browser = instance.browser();
    browser.origin = None;
    let request = Request::post("/v1/client")
        .header(ORIGIN, "http://localhost:4000")
        .header(ORIGIN, "https://evil.example")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = browser.call(request.body(Body::empty()).unwrap()).await;
    reply.refused(400, "origin_invalid");
}

#[tokio::test]
async fn a_method_in_the_query_turns_no_read_into_a_change() {
    let instance = Instance::start().await;
    let mut browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    let before = instance.items().await;
    // What another site's picture or link could ask for.
    browser.origin = None;
    for path in ["/v1/client", "/v1/client/sessions", "/v1/me", "/v1/client/sign_ups"] {
        for method in ["DELETE", "POST", "PATCH"] {
            browser.get(&format!("{path}?_method={method}&first_name=Eve")).await;
        }
    }
    assert_eq!(instance.items().await, before);
    assert_eq!(sessions(&browser).await, 1);
}

async fn sessions(browser: &Browser) -> usize {
    browser.client().await.count_at("/response/sessions")
}

/// A part of a token, read.
fn part_of(jwt: &str, part: usize) -> Value {
    let text = jwt.split('.').nth(part).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
}
