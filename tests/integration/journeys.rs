//! The main flows, from a browser's first request to its session.

mod progressive;
mod reset;
mod sessions;
mod settings;
mod sign_in;

use postern_tests::Instance;

#[tokio::test]
async fn a_code_makes_a_user_and_a_session() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, "jane@example.com", &[]).await;
    assert_eq!(done.at("/response/status"), "complete");
    let session = done.text_at("/response/created_session_id");
    let touched = browser
        .post(&format!("/v1/client/sessions/{session}/touch"), &[("intent", "select_session")])
        .await
        .ok();
    assert_eq!(touched.at("/response/status"), "active");
    let token = browser.post(&format!("/v1/client/sessions/{session}/tokens"), &[]).await.ok();
    assert_eq!(token.text_at("/jwt").split('.').count(), 3);
}

#[tokio::test]
async fn a_password_signs_in_where_no_session_is() {
    let instance = Instance::start().await;
    let password = ("password", "correct horse battery");
    instance.browser().sign_up(&instance, "jane@example.com", &[password]).await;
    let done = instance.browser().sign_in("Jane@Example.com", password.1).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    assert_eq!(done.at("/client/last_authentication_strategy"), "password");
}
