//! Sessions that end while they are used.

use std::time::Duration;

use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_refreshes_once_the_sign_out_was_answered() {
    sign_out_while_refreshing("/v1/client/sessions?_method=DELETE", Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_that_writes_brings_no_session_back() {
    let hours = Duration::from_hours(2);
    sign_out_while_refreshing("/v1/client/sessions?_method=DELETE", hours).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_that_writes_brings_no_client_back() {
    let hours = Duration::from_hours(2);
    sign_out_while_refreshing("/v1/client?_method=DELETE", hours).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_was_removed_is_not_refreshed() {
    let hours = Duration::from_hours(2);
    sign_out_while_refreshing("/v1/client/sessions/{session}/remove", hours).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_sign_in_that_was_answered_lives() {
    let instance = Instance::start().await;
    let password = ("password", "correct horse battery");
    instance.browser().sign_up(&instance, "jane@example.com", &[password]).await;
    let browsers: Vec<_> = (0..8).map(|_| instance.browser()).collect();
    let sign_ins = browsers.iter().map(|browser| {
        let browser = browser.clone();
        async move { browser.sign_in("jane@example.com", password.1).await }
    });
    let replies = crowd(sign_ins).await;
    for (browser, reply) in browsers.iter().zip(&replies) {
        let client = browser.get("/v1/client").await.ok();
        match reply.status.as_u16() {
            200 => assert_eq!(
                client.at("/response/sessions/0/id"),
                reply.at("/response/created_session_id")
            ),
            409 => assert!(client.at("/response/sessions/0").is_null(), "{}", client.text),
            _ => panic!("{}: {}", reply.status, reply.text),
        }
    }
    assert!(answers(&replies).contains_key("ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_sign_outs_end_the_session_once() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let tabs = (0..8).map(|_| post(&browser.stolen(), "/v1/client/sessions?_method=DELETE"));
    for reply in crowd(tabs).await {
        assert!([200, 409].contains(&reply.status.as_u16()), "{}: {}", reply.status, reply.text);
    }
    let client = browser.get("/v1/client").await.ok();
    assert_eq!(client.at("/response/sessions"), serde_json::json!([]));
    assert_eq!(instance.whole_users().await, 1);
}

async fn sign_out_while_refreshing(path: &str, age: Duration) {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, "jane@example.com", &[]).await;
    let session = done.text_at("/response/created_session_id");
    instance.wait(age);
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    let path = path.replace("{session}", &session);
    let refreshing: Vec<_> =
        (0..10).map(|_| tokio::spawn(post(&browser.stolen(), &tokens))).collect();
    // A person who is refused presses the button again.
    while browser.stolen().post(&path, &[]).await.status == 409 {}
    for _ in 0..3 {
        let late = browser.stolen().post(&tokens, &[]).await;
        assert_eq!(late.status, 401, "{}", late.text);
    }
    for refreshed in refreshing {
        let reply = refreshed.await.unwrap();
        let known = [200, 401, 409].contains(&reply.status.as_u16());
        assert!(known, "{}: {}", reply.status, reply.text);
    }
    assert_eq!(browser.stolen().post(&tokens, &[]).await.status, 401);
    let user = instance.item(&instance.keys("USER#").await[0]).await.unwrap();
    assert!(!user["record"].as_m().unwrap().contains_key("sessions"), "{user:?}");
}

fn post(browser: &Browser, path: &str) -> impl Future<Output = Reply> + Send + use<> {
    let (browser, path) = (browser.clone(), path.to_owned());
    async move { browser.post(&path, &[]).await }
}
