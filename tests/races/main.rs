//! Races through the API: many at once, and each outcome must be one that some order would have given.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use postern_tests::{Instance, Reply};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_right_codes_make_one_user_and_one_session() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let form = [("email_address", "jane@example.com"), ("strategy", "email_code")];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.id());
    let code = instance.code("jane@example.com");
    let mut attempts = JoinSet::new();
    for _ in 0..50 {
        // A copy of the cookies each: none of them learns the new secret from another's answer.
        let (tab, path, code) = (browser.stolen(), path.clone(), code.clone());
        attempts.spawn(async move {
            tab.post(&path, &[("strategy", "email_code"), ("code", &code)]).await
        });
    }
    let replies: Vec<Reply> = attempts.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(won.len(), 1);
    assert_eq!(won.first().unwrap().at("/client/sessions").as_array().unwrap().len(), 1);
    for reply in lost {
        assert!(reply.status.is_client_error(), "{}: {}", reply.status, reply.text);
    }
}
