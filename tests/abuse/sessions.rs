//! Sessions: planted, stolen, ended, foreign, and asked for by other sites' pages.

mod ended;
mod foreign;

use std::time::Duration;

use http::header::SET_COOKIE;
use postern_tests::{Browser, Instance, Reply};
use serde_json::Value;

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn the_secret_of_a_browser_changes_with_every_gain_of_privilege() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let mut secrets = vec![];
    let mut keep = |browser: &Browser| secrets.push(browser.cookie("__client").unwrap());

    browser.begin_sign_up(EMAIL, &[]).await;
    keep(&browser);
    browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    keep(&browser);
    browser.post("/v1/client/sessions?_method=DELETE", &[]).await.ok();
    browser.sign_in(EMAIL, PASSWORD).await.ok();
    keep(&browser);
    browser.post("/v1/client/sessions?_method=DELETE", &[]).await.ok();
    let id = browser.begin_reset(&instance, EMAIL).await;
    browser.reset_password(&id, &[("password", "a new long password")]).await.ok();
    keep(&browser);

    let ids: Vec<_> = secrets.iter().map(|cookie| cookie.split('.').next().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "one client: {ids:?}");
    secrets.sort_unstable();
    secrets.dedup();
    assert_eq!(secrets.len(), 4);
}

#[tokio::test]
async fn a_secret_holds_256_bits_and_no_other_browsers() {
    let instance = Instance::start().await;
    let mut secrets = vec![];
    for number in 0..5 {
        let browser = instance.browser();
        browser.begin_sign_up(&format!("jane{number}@example.com"), &[]).await;
        let cookie = browser.cookie("__client").unwrap();
        let (_, secret) = cookie.split_once('.').unwrap();
        assert_eq!(data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).unwrap().len(), 32);
        secrets.push(secret.to_owned());
    }
    secrets.sort_unstable();
    secrets.dedup();
    assert_eq!(secrets.len(), 5);
}

#[tokio::test]
async fn a_planted_cookie_sees_nothing_of_the_session_that_its_victim_opens() {
    let instance = Instance::start().await;
    let attacker = instance.browser();
    let bait = attacker.begin_sign_up("eve@example.com", &[]).await;
    let victim = attacker.stolen();
    let id = victim.begin_sign_up(EMAIL, &[]).await;
    let during = attacker.client().await;
    assert!(!during.text.contains(EMAIL), "{}", during.text);
    let done = victim.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();

    let session = done.session();
    for refused in [
        attacker.token(&session).await,
        attacker.touch(&session).await,
        attacker.get(&format!("/v1/client/sessions/{session}")).await,
        attacker.get(&format!("/v1/client/sign_ups/{id}")).await,
        attacker.prepare_sign_up(&bait).await,
        attacker.get("/v1/me").await,
        attacker.patch("/v1/me", &[("first_name", "Eve")]).await,
        attacker.delete("/v1/client/sessions").await,
    ] {
        assert!(refused.status.is_client_error(), "{}", refused.text);
        assert!(!refused.text.contains(EMAIL), "{}", refused.text);
    }
    let begun = attacker.post("/v1/client/sign_ins", &[("identifier", EMAIL)]).await;
    let begun = begun.refused(409, "conflict");
    assert_eq!(begun.at("/meta/client"), Value::Null);
    victim.token(&session).await.ok();
    assert_eq!(victim.client().await.count_at("/response/sessions"), 1);
}

#[tokio::test]
async fn a_cookie_that_is_planted_during_an_attempt_is_worth_nothing_after_it() {
    let instance = Instance::start().await;
    let victim = instance.browser();
    let id = victim.begin_sign_up(EMAIL, &[]).await;
    let attacker = victim.stolen();
    let done = victim.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();

    let seen = attacker.client().await;
    assert!(!seen.text.contains(&done.session()), "{}", seen.text);
    assert!(!seen.text.contains(EMAIL), "{}", seen.text);
    for refused in [
        attacker.token(&done.session()).await,
        attacker.get(&format!("/v1/client/sign_ups/{id}")).await,
        attacker.get("/v1/me").await,
        attacker.delete("/v1/client").await,
    ] {
        assert!(refused.status.is_client_error(), "{}", refused.text);
        assert_eq!(refused.headers.get(SET_COOKIE), None, "{}", refused.text);
    }
    instance.wait(Duration::from_mins(1));
    assert_eq!(attacker.client().await.at("/response"), Value::Null);
    victim.token(&done.session()).await.ok();
}

#[tokio::test]
async fn a_request_that_was_under_way_keeps_the_sessions_that_it_knew() {
    let instance = Instance::builder().settings(|s| s.sessions.single = false).start().await;
    let browser = instance.browser();
    let known = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let id = browser.begin_sign_up("john@example.com", &[]).await;
    let under_way = browser.stolen();
    let code = instance.code("john@example.com");
    let gained = browser.attempt_sign_up(&id, &code).await.ok().session();

    under_way.token(&known).await.ok();
    let refused = under_way.token(&gained).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    instance.wait(Duration::from_mins(1));
    under_way.token(&known).await.refused(401, "authentication_invalid");
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_in_a_browser_gives_way() {
    let instance = Instance::builder()
        .settings(|settings| {
            settings.sessions.single = false;
            settings.sessions.per_client = 2;
        })
        .start()
        .await;
    let browser = instance.browser();
    let mut sessions = vec![];
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        sessions.push(browser.sign_up(&instance, email, &[]).await.session());
    }
    assert_eq!(shown(&browser.client().await), sessions[1..]);
    browser.token(&sessions[0]).await.refused(401, "authentication_invalid");
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_of_a_user_gives_way() {
    let instance =
        Instance::builder().settings(|settings| settings.sessions.per_user = 2).start().await;
    let first = instance.browser();
    let oldest = first.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await.session();
    let mut others = vec![];
    for _ in 0..2 {
        let browser = instance.browser();
        let session = browser.sign_in(EMAIL, PASSWORD).await.ok().session();
        others.push((browser, session));
    }
    first.token(&oldest).await.refused(401, "authentication_invalid");
    assert_eq!(first.client().await.count_at("/response/sessions"), 0);
    for (browser, session) in others {
        browser.token(&session).await.ok();
    }
}

/// The sessions that a client shows.
fn shown(client: &Reply) -> Vec<String> {
    let sessions = client.at("/response/sessions");
    let ids = sessions.as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}
