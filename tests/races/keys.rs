//! Processes that start at once on an empty table.

use postern_tests::{Instance, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cold_starts_at_once_agree_on_one_key() {
    let instance = Instance::builder().without_keys().start().await;
    let mut processes = Vec::new();
    for _ in 0..3 {
        processes.push(instance.another_process().await);
    }
    let asking = processes.iter().chain([&instance]).map(|process| {
        let browser = process.browser();
        async move { browser.get("/.well-known/jwks.json").await }
    });
    let published: Vec<_> =
        crowd(asking).await.into_iter().map(|reply| reply.ok().at("/keys")).collect();
    for keys in &published {
        assert_eq!(keys.as_array().unwrap().len(), 1);
        assert_eq!(keys, &published[0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_of_one_process_is_right_in_another() {
    let instance = Instance::builder().without_keys().start().await;
    let other = instance.another_process().await;
    let browser = instance.browser();
    let warm = other.browser();
    let form = [("email_address", "jane@example.com"), ("strategy", "email_code")];
    let (created, keys) = tokio::join!(
        browser.post("/v1/client/sign_ups", &form),
        warm.get("/.well-known/jwks.json")
    );
    let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.ok().id());
    let code = instance.code("jane@example.com");
    let form = [("strategy", "email_code"), ("code", code.as_str())];
    let done = browser.via(&other).post(&path, &form).await.ok();
    let token = done.text_at("/client/sessions/0/last_active_token/jwt");
    let header =
        data_encoding::BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header["kid"], keys.ok().at("/keys/0/kid"));
}
