//! One session a browser, or several beside each other.

use postern_tests::{Browser, Instance};
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn who_is_signed_in_must_sign_out_first() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    browser.sign_in(EMAIL, PASSWORD).await.refused(400, "session_exists");
    let form = [("email_address", "john@example.com")];
    browser.post("/v1/client/sign_ups", &form).await.refused(400, "session_exists");
    browser.delete("/v1/client/sessions").await.ok();
    browser.sign_in(EMAIL, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_session_that_is_over_is_in_nobodys_way() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    instance.wait(std::time::Duration::from_hours(7 * 24));
    browser.sign_in(EMAIL, PASSWORD).await.ok();
    assert_eq!(browser.client().await.count_at("/response/sessions"), 1);
}

#[tokio::test]
async fn of_two_tabs_the_one_that_began_last_signs_in() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, "john@example.com", &[("password", PASSWORD)]).await;
    let browser = instance.browser();
    let (one, other) = (browser.clone(), browser.clone());
    let first = one.begin_sign_in("john@example.com").await;
    let second = other.begin_sign_up(EMAIL, &[]).await;
    let late = one.attempt_sign_in(&first, "password", PASSWORD).await;
    late.refused(404, "resource_not_found");
    let jane = other.attempt_sign_up(&second, &instance.code(EMAIL)).await.ok().session();
    one.sign_in("john@example.com", PASSWORD).await.refused(400, "session_exists");
    assert_eq!(sessions(&browser).await, json!([jane]));
}

#[tokio::test]
async fn several_users_may_be_signed_in_beside_each_other() {
    let (instance, browser) = multi().await;
    let jane = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let john = browser.sign_up(&instance, "john@example.com", &[]).await.session();
    assert_eq!(sessions(&browser).await, json!([jane, john]));
    assert_eq!(active(&browser).await, json!(john));
    browser.touch(&jane).await.ok();
    assert_eq!(active(&browser).await, json!(jane));

    let me = |session: &str| format!("/v1/me?_clerk_session_id={session}");
    for (session, email) in [(&jane, EMAIL), (&john, "john@example.com")] {
        let me = browser.get(&me(session)).await.ok();
        assert_eq!(me.at("/response/email_addresses/0/email_address"), email);
        browser.token(session).await.ok();
    }
    let me = browser.get("/v1/me").await.ok();
    assert_eq!(me.at("/response/email_addresses/0/email_address"), EMAIL);
}

#[tokio::test]
async fn a_window_that_comes_to_the_front_chooses_no_session() {
    let (instance, browser) = multi().await;
    let jane = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let john = browser.sign_up(&instance, "john@example.com", &[]).await.session();
    let path = format!("/v1/client/sessions/{jane}/touch");
    browser.post(&path, &[("intent", "focus")]).await.ok();
    assert_eq!(active(&browser).await, json!(john));
}

#[tokio::test]
async fn ending_one_of_several_sessions_leaves_the_others() {
    let (instance, browser) = multi().await;
    let jane = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let john = browser.sign_up(&instance, "john@example.com", &[]).await.session();
    let ended = browser.post(&format!("/v1/client/sessions/{john}/end"), &[]).await.ok();
    assert_eq!(ended.at("/response/status"), "ended");
    assert_eq!(ended.at("/client/last_active_session_id"), json!(jane));
    assert_eq!(sessions(&browser).await, json!([jane]));
    browser.token(&jane).await.ok();
}

#[tokio::test]
async fn one_user_is_signed_in_once_a_browser() {
    let (instance, browser) = multi().await;
    let jane = browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await.session();
    let refused = browser.sign_in(EMAIL, PASSWORD).await;
    let refused = refused.refused(400, "identifier_already_signed_in");
    assert_eq!(refused.at("/errors/0/meta/session_id"), json!(jane));
}

#[tokio::test]
async fn signing_out_of_everything_ends_all_sessions_of_the_browser_and_no_others() {
    let (instance, browser) = multi().await;
    browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    browser.sign_up(&instance, "john@example.com", &[]).await;
    let elsewhere = instance.browser();
    let other = elsewhere.sign_in(EMAIL, PASSWORD).await.ok().session();
    let before = browser.client().await.at("/response/id");
    browser.delete("/v1/client/sessions").await.ok();
    assert_eq!(sessions(&browser).await, json!([]));
    assert_eq!(browser.client().await.at("/response/id"), before);
    elsewhere.token(&other).await.ok();
}

#[tokio::test]
async fn a_session_tells_how_long_ago_its_factor_was_proved() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    instance.wait(std::time::Duration::from_secs(125));
    let age = browser.client().await.at("/response/sessions/0/factor_verification_age");
    assert_eq!(age, json!([2, -1]));
}

async fn multi() -> (Instance, Browser) {
    let instance = Instance::builder().settings(|s| s.sessions.single = false).start().await;
    let browser = instance.browser();
    (instance, browser)
}

async fn sessions(browser: &Browser) -> Value {
    let sessions = browser.client().await.at("/response/sessions");
    sessions.as_array().unwrap().iter().map(|session| session["id"].clone()).collect()
}

async fn active(browser: &Browser) -> Value {
    browser.client().await.at("/response/last_active_session_id")
}
