//! Whatever ends a session is felt by its very next request.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use postern_tests::{Browser, Instance};
use serde_json::Value;

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_session_that_was_ended_gives_no_token() {
    for how in ["end", "remove"] {
        let (instance, browser, session) = signed_in().await;
        let ended = browser.post(&format!("/v1/client/sessions/{session}/{how}"), &[]).await.ok();
        assert_ne!(ended.at("/response/status"), "active");
        assert_dead(&instance, &browser, &session).await;
    }
}

#[tokio::test]
async fn signing_out_ends_every_session() {
    for path in ["/v1/client/sessions", "/v1/client"] {
        let (instance, browser, session) = signed_in().await;
        let before = browser.stolen();
        browser.delete(path).await.ok();
        assert_dead(&instance, &browser, &session).await;
        assert_dead(&instance, &before, &session).await;
    }
}

#[tokio::test]
async fn a_copied_cookie_does_not_outlive_the_session() {
    let (instance, browser, session) = signed_in().await;
    let thief = browser.stolen();
    thief.token(&session).await.ok();
    browser.post(&format!("/v1/client/sessions/{session}/remove"), &[]).await.ok();
    assert_dead(&instance, &thief, &session).await;
}

#[tokio::test]
async fn a_session_ends_with_its_lifetime_however_active() {
    let (instance, browser, session) = signed_in().await;
    for _ in 0..6 {
        instance.wait(DAY);
        browser.token(&session).await.ok();
    }
    instance.wait(DAY.saturating_sub(Duration::from_millis(1)));
    browser.token(&session).await.ok();
    instance.wait(Duration::from_millis(1));
    assert_dead(&instance, &browser, &session).await;
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let instance = Instance::builder().settings(|s| s.sessions.inactivity = DAY).start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    instance.wait(DAY / 2);
    browser.token(&session).await.ok();
    instance.wait(DAY.saturating_sub(Duration::from_millis(1)));
    browser.token(&session).await.ok();
    instance.wait(DAY);
    assert_dead(&instance, &browser, &session).await;
}

#[tokio::test]
async fn a_session_ends_with_its_user() {
    let (instance, browser, session) = signed_in().await;
    let store = instance.app.store();
    for key in instance.keys("USER#").await {
        let delete = store.dynamodb().delete_item().table_name(store.table());
        delete.key("pk", AttributeValue::S(key)).send().await.unwrap();
    }
    assert_dead(&instance, &browser, &session).await;
    let refused = instance.browser().sign_in(EMAIL, PASSWORD).await;
    refused.refused(422, "form_identifier_not_found");
}

#[tokio::test]
async fn an_end_elsewhere_is_felt_here() {
    let (instance, browser, session) = signed_in().await;
    let other = instance.browser();
    let id = other.begin_reset(&instance, EMAIL).await;
    other.reset_password(&id, &[("password", "a new long password")]).await.ok();
    assert_dead(&instance, &browser, &session).await;
}

#[tokio::test]
async fn one_user_cannot_end_anothers_session() {
    let (instance, victim, session) = signed_in().await;
    let attacker = instance.browser();
    attacker.sign_up(&instance, "eve@example.com", &[]).await;
    for how in ["end", "remove", "touch", "tokens"] {
        let refused = attacker.post(&format!("/v1/client/sessions/{session}/{how}"), &[]).await;
        refused.refused(401, "authentication_invalid");
    }
    let me = attacker.get(&format!("/v1/me?_clerk_session_id={session}")).await;
    me.refused(401, "authentication_invalid");
    victim.token(&session).await.ok();
}

#[track_caller]
fn assert_nobody(shown: &Value) {
    let sessions = shown.pointer("/sessions").cloned().unwrap_or_else(|| Value::Array(vec![]));
    assert_eq!(sessions, Value::Array(vec![]), "no session is shown");
}

/// Checks that a session is worth nothing any more, in this process and in any other.
async fn assert_dead(instance: &Instance, browser: &Browser, session: &str) {
    let elsewhere = instance.another_process().await;
    for browser in [browser.clone(), browser.clone().via(&elsewhere)] {
        browser.token(session).await.refused(401, "authentication_invalid");
        browser.touch(session).await.refused(401, "authentication_invalid");
        browser.get("/v1/me").await.refused(401, "authentication_invalid");
        let read = browser.get(&format!("/v1/client/sessions/{session}")).await;
        assert!(read.status == 404 || read.status == 401, "{}", read.text);
        assert_nobody(&browser.client().await.at("/response"));
    }
}

async fn signed_in() -> (Instance, Browser, String) {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await.session();
    (instance, browser, session)
}

const DAY: Duration = Duration::from_hours(24);
