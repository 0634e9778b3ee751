//! Requests under way with a secret that was just replaced.

use std::time::Duration;

use postern_tests::{Browser, Instance, Reply};

#[tokio::test]
async fn an_old_secret_sees_no_session_that_began_after_it() {
    let (instance, old, new) = signed_in_meanwhile().await;
    let seen = old.get("/v1/client").await.ok();
    assert_eq!(seen.at("/response/sessions"), serde_json::json!([]));
    assert!(seen.at("/response/sign_up").is_null());
    let session = session_of(&new).await;
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    let refused = old.post(&tokens, &[]).await;
    assert!([401, 409].contains(&refused.status.as_u16()), "{}", refused.text);
    assert_eq!(old.get(&format!("/v1/client/sessions/{session}")).await.status, 404);
    assert!(old.get("/v1/me").await.status.is_client_error());
    drop(instance);
}

#[tokio::test]
async fn an_old_secret_sees_the_sessions_that_it_had() {
    let several = |settings: &mut postern::settings::Settings| settings.sessions.single = false;
    let instance = Instance::builder().settings(several).start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let first = session_of(&browser).await;
    let id = browser.begin_sign_up("john@example.com", &[]).await;
    let old = browser.stolen();
    browser.attempt_sign_up(&id, &instance.code("john@example.com")).await.ok();
    let seen = old.get("/v1/client").await.ok();
    let sessions = seen.at("/response/sessions");
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{}", seen.text);
    assert_eq!(sessions[0]["id"], *first);
    old.post(&format!("/v1/client/sessions/{first}/tokens"), &[]).await.ok();
}

#[tokio::test]
async fn an_answer_to_an_old_secret_leaves_the_cookies_alone() {
    let (_instance, old, new) = signed_in_meanwhile().await;
    let session = session_of(&new).await;
    let replies = [
        old.get("/v1/client").await,
        old.get("/v1/me").await,
        old.get("/v1/client/touch").await,
        old.post("/v1/client", &[]).await,
        old.post(&format!("/v1/client/sessions/{session}/tokens"), &[]).await,
        old.post(&format!("/v1/client/sessions/{session}/touch"), &[]).await,
        old.post("/v1/client/sign_ins", &[("identifier", "jane@example.com")]).await,
        old.post("/v1/client/sessions?_method=DELETE", &[]).await,
        old.post("/v1/client?_method=DELETE", &[]).await,
    ];
    for (number, reply) in replies.iter().enumerate() {
        assert_eq!(cookies(reply), [""; 0], "request {number}: {}", reply.text);
        assert!(!reply.status.is_server_error(), "{}", reply.text);
    }
    // Nor did any of them do anything.
    assert_eq!(session_of(&new).await, session);
}

#[tokio::test]
async fn an_old_secret_is_forgotten_after_a_minute() {
    let (instance, old, _new) = signed_in_meanwhile().await;
    instance.wait(Duration::from_millis(59_999));
    assert!(!old.get("/v1/client").await.ok().at("/response").is_null());
    instance.wait(Duration::from_millis(1));
    assert!(old.get("/v1/client").await.ok().at("/response").is_null());
}

#[tokio::test]
async fn who_never_got_the_answer_of_an_attempt_begins_again_and_stays_signed_in() {
    let several = |settings: &mut postern::settings::Settings| settings.sessions.single = false;
    let instance = Instance::builder().settings(several).start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let session = session_of(&browser).await;
    for _ in 0..3 {
        // What the server answers is lost on the way: the browser keeps the secret that it has.
        browser.stolen().post("/v1/client/sign_ups", &[]).await.ok();
    }
    let id = browser.begin_sign_up("john@example.com", &[]).await;
    instance.wait(Duration::from_hours(1));
    browser.token(&session).await.ok();
    assert_eq!(session_of(&browser).await, session);
    browser.prepare_sign_up(&id).await.ok();
    browser.attempt_sign_up(&id, &instance.code("john@example.com")).await.ok();
    assert_eq!(browser.client().await.count_at("/response/sessions"), 2);
}

#[tokio::test]
async fn whoever_begins_with_an_old_secret_touches_nothing_of_the_new_ones_client() {
    let several = |settings: &mut postern::settings::Settings| settings.sessions.single = false;
    let instance = Instance::builder().settings(several).start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let old = browser.stolen();
    let id = browser.begin_sign_up("john@example.com", &[]).await;
    for _ in 0..5 {
        old.stolen().post("/v1/client/sign_ups", &[]).await.ok();
    }
    browser.attempt_sign_up(&id, &instance.code("john@example.com")).await.ok();
    assert_eq!(browser.client().await.count_at("/response/sessions"), 2);
}

/// A tab whose requests are under way with the secret of a moment ago, and the browser that just signed up.
async fn signed_in_meanwhile() -> (Instance, Browser, Browser) {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up("jane@example.com", &[]).await;
    let old = browser.stolen();
    browser.attempt_sign_up(&id, &instance.code("jane@example.com")).await.ok();
    (instance, old, browser)
}

async fn session_of(browser: &Browser) -> String {
    browser.get("/v1/client").await.ok().text_at("/response/sessions/0/id")
}

fn cookies(reply: &Reply) -> Vec<&str> {
    let lines = reply.headers.get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}
