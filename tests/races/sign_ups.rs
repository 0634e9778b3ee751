//! Many sign-ups, one identifier.

use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_sign_ups_with_one_address_one_becomes_a_user() {
    one_address(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_sign_ups_with_one_address_one_becomes_a_user() {
    one_address(20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_lost_an_address_signs_up_with_another() {
    let instance = open_instance().await;
    let (sign_ups, _) = raced_for(&instance, 2).await;
    for (browser, id) in &sign_ups {
        let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await;
        if shown.at("/response/status") == "complete" {
            continue;
        }
        let path = format!("/v1/client/sign_ups/{id}");
        browser.patch(&path, &[("email_address", "other@example.com")]).await.ok();
        let prepare = format!("{path}/prepare_verification");
        browser.post(&prepare, &[("strategy", "email_code")]).await.ok();
        let done = attempt(browser, id, &instance.code("other@example.com")).await.ok();
        assert_eq!(done.at("/response/status"), "complete");
    }
    assert_eq!(instance.whole_users().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_sign_ups_with_one_username_one_has_it() {
    let instance = open_instance().await;
    let mut attempts = Vec::new();
    let mut browsers = Vec::new();
    for number in 0..10 {
        let address = format!("jane{number}@example.com");
        let (browser, id) = asked(&instance, &address, &[("username", "jane_doe")]).await;
        attempts.push(attempt(&browser, &id, &instance.code(&address)));
        browsers.push((browser, id));
    }
    let replies = crowd(attempts).await;
    let expected = [("form_identifier_exists".to_owned(), 9), ("ok".to_owned(), 1)];
    assert_eq!(answers(&replies), expected.into());
    assert_eq!(instance.whole_users().await, 1);
    for (reply, (browser, id)) in replies.iter().zip(&browsers) {
        if reply.status == 200 {
            continue;
        }
        assert_eq!(reply.at("/errors/0/meta/param_name"), "username");
        // The address stays proved: another name is all that is missing.
        let name = format!("other_{}", &id[id.len() - 8..]);
        let path = format!("/v1/client/sign_ups/{id}");
        let done = browser.patch(&path, &[("username", &name)]).await.ok();
        assert_eq!(done.at("/response/status"), "complete");
    }
    assert_eq!(instance.whole_users().await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_five_users_who_take_one_username_one_has_it() {
    let instance = Instance::start().await;
    let mut changes = Vec::new();
    for number in 0..5 {
        let browser = instance.browser();
        let former = format!("former_{number}");
        let address = format!("jane{number}@example.com");
        browser.sign_up(&instance, &address, &[("username", &former)]).await;
        changes.push(async move { browser.patch("/v1/me", &[("username", "jane_doe")]).await });
    }
    let replies = crowd(changes).await;
    let expected = [("form_identifier_exists".to_owned(), 4), ("ok".to_owned(), 1)];
    assert_eq!(answers(&replies), expected.into());
    assert_eq!(instance.whole_users().await, 5);
    assert_eq!(instance.keys("USERNAME#").await.len(), 5, "the former name is given up");
}

async fn one_address(count: usize) {
    let instance = open_instance().await;
    let (sign_ups, replies) = raced_for(&instance, count).await;
    let expected = [("form_identifier_exists".to_owned(), count - 1), ("ok".to_owned(), 1)];
    assert_eq!(answers(&replies), expected.into());
    assert_eq!(instance.whole_users().await, 1);
    for ((browser, id), reply) in sign_ups.iter().zip(&replies) {
        if reply.status == 200 {
            continue;
        }
        assert_eq!(reply.status, 422);
        let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await.ok();
        assert_eq!(
            shown.at("/response/verifications/email_address/status"),
            serde_json::Value::Null
        );
        assert_eq!(shown.at("/response/verifications/email_address/next_action"), "needs_prepare");
        assert_eq!(shown.at("/response/created_user_id"), serde_json::Value::Null);
    }
}

/// Sign-ups of one address that all try their right codes at once.
async fn raced_for(instance: &Instance, count: usize) -> (Vec<(Browser, String)>, Vec<Reply>) {
    let mut sign_ups = Vec::new();
    let mut attempts = Vec::new();
    for _ in 0..count {
        let (browser, id) = asked(instance, "jane@example.com", &[]).await;
        attempts.push(attempt(&browser, &id, &instance.code("jane@example.com")));
        sign_ups.push((browser, id));
    }
    let replies = crowd(attempts).await;
    (sign_ups, replies)
}

/// A browser that asked for a code, and its sign-up.
async fn asked(instance: &Instance, address: &str, more: &[(&str, &str)]) -> (Browser, String) {
    let browser = instance.browser();
    let mut form = vec![("email_address", address), ("strategy", "email_code")];
    form.extend_from_slice(more);
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    (browser, created.id())
}

fn attempt(browser: &Browser, id: &str, code: &str) -> impl Future<Output = Reply> + Send + use<> {
    let path = format!("/v1/client/sign_ups/{id}/attempt_verification");
    let (browser, code) = (browser.clone(), code.to_owned());
    async move { browser.post(&path, &[("strategy", "email_code"), ("code", &code)]).await }
}

/// An instance that sends as many messages to one address as a test asks for.
async fn open_instance() -> Instance {
    let open = |settings: &mut postern::settings::Settings| {
        settings.limits.messages_per_address_hour = 1_000;
        settings.limits.messages_per_address_day = 1_000;
    };
    Instance::builder().settings(open).start().await
}
