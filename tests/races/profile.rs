//! One user, changed from many places.

use std::time::Duration;

use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_that_was_answered_is_there_afterwards() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let replies = crowd((0..20).map(|number| note(&browser.stolen(), number))).await;
    let shown = browser.get("/v1/me").await.ok();
    for (number, reply) in replies.iter().enumerate() {
        let kept = shown.at(&format!("/response/unsafe_metadata/note{number}"));
        match reply.status.as_u16() {
            200 => assert_eq!(kept, number, "{}", shown.text),
            409 => assert!(kept.is_null(), "{number} was refused, and is there"),
            _ => panic!("{}: {}", reply.status, reply.text),
        }
    }
    assert!(answers(&replies).contains_key("ok"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tabs_that_change_at_once_both_succeed() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let replies = crowd((0..2).map(|number| note(&browser, number))).await;
    assert_eq!(answers(&replies), [("ok".to_owned(), 2)].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tabs_that_touch_refresh_and_change_lose_nothing() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, "jane@example.com", &[]).await;
    let session = done.text_at("/response/created_session_id");
    // Old enough for a touch and a refresh to write.
    instance.wait(Duration::from_hours(2));
    let touch = format!("/v1/client/sessions/{session}/touch");
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    let mut tabs: Vec<std::pin::Pin<Box<dyn Future<Output = Reply> + Send>>> = Vec::new();
    for number in 0..4 {
        tabs.push(Box::pin(post(&browser, &touch)));
        tabs.push(Box::pin(post(&browser, &tokens)));
        tabs.push(Box::pin(note(&browser, number)));
    }
    let replies = crowd(tabs).await;
    for reply in &replies {
        assert!([200, 409].contains(&reply.status.as_u16()), "{}: {}", reply.status, reply.text);
    }
    let me = browser.get("/v1/me").await.ok();
    for (number, reply) in replies.iter().skip(2).step_by(3).enumerate() {
        let kept = me.at(&format!("/response/unsafe_metadata/note{number}"));
        assert_eq!(kept.is_number(), reply.status == 200, "note{number}: {}", me.text);
    }
    let client = browser.get("/v1/client").await.ok();
    assert_eq!(client.at("/response/sessions/0/id"), *session);
    assert_eq!(client.at("/response/sessions/0/last_active_at"), instance.now());
}

fn note(browser: &Browser, number: usize) -> impl Future<Output = Reply> + Send + use<> {
    let browser = browser.clone();
    async move {
        let patch = format!("{{\"note{number}\":{number}}}");
        browser.patch("/v1/me/metadata", &[("unsafe_metadata", &patch)]).await
    }
}

fn post(browser: &Browser, path: &str) -> impl Future<Output = Reply> + Send + use<> {
    let (browser, path) = (browser.clone(), path.to_owned());
    async move { browser.post(&path, &[]).await }
}
