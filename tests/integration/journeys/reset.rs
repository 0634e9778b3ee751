//! Forgotten passwords.

use postern_tests::Instance;

use crate::{EMAIL, PASSWORD};

const NEW: &str = "a new long password";

#[tokio::test]
async fn a_code_allows_a_new_password_which_signs_in() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    let due = browser.get(&format!("/v1/client/sign_ins/{id}")).await.ok();
    assert_eq!(due.at("/response/status"), "needs_new_password");
    let done = browser.reset_password(&id, &[("password", NEW)]).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    assert_eq!(done.count_at("/client/sessions"), 1);

    let old = instance.browser().sign_in(EMAIL, PASSWORD).await;
    old.refused(422, "form_password_incorrect");
    instance.browser().sign_in(EMAIL, NEW).await.ok();
}

#[tokio::test]
async fn the_owner_is_told_of_the_new_password() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    browser.reset_password(&id, &[("password", NEW)]).await.ok();
    let newest = instance.messages(EMAIL).remove(0);
    assert_eq!(newest.subject.as_deref(), Some("Your Example password was changed"));
    assert_eq!(newest.code, None);
}

#[tokio::test]
async fn a_reset_ends_the_users_sessions_in_other_browsers() {
    let instance = with_jane().await;
    let elsewhere = instance.browser();
    let session = elsewhere.sign_in(EMAIL, PASSWORD).await.ok().session();
    let bystander = instance.browser();
    let other = bystander.sign_up(&instance, "john@example.com", &[]).await.session();

    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    let own = browser.reset_password(&id, &[("password", NEW)]).await.ok().session();
    elsewhere.token(&session).await.refused(401, "authentication_invalid");
    browser.token(&own).await.ok();
    bystander.token(&other).await.ok();
}

#[tokio::test]
async fn a_new_password_must_be_good_enough() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    for (password, code) in [
        ("", "form_param_nil"),
        ("short", "form_password_length_too_short"),
        ("password123", "form_password_pwned"),
        ("JANE@example.com", "form_password_matches_identifier"),
    ] {
        browser.reset_password(&id, &[("password", password)]).await.refused(422, code);
    }
    browser.reset_password(&id, &[("password", NEW)]).await.ok();
}

#[tokio::test]
async fn no_password_can_be_set_before_a_code_allows_it() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    let early = browser.reset_password(&id, &[("password", NEW)]).await;
    early.refused(400, "sign_in_state_invalid");
    browser.prepare_sign_in(&id, "reset_password_email_code").await.ok();
    let early = browser.reset_password(&id, &[("password", NEW)]).await;
    early.refused(400, "sign_in_state_invalid");
    instance.browser().sign_in(EMAIL, PASSWORD).await.ok();
}

#[tokio::test]
async fn who_has_no_password_gets_one_by_a_reset() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    browser.reset_password(&id, &[("password", NEW)]).await.ok();
    instance.browser().sign_in(EMAIL, NEW).await.ok();
}

#[tokio::test]
async fn a_completed_reset_cannot_be_completed_again() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, EMAIL).await;
    browser.reset_password(&id, &[("password", NEW)]).await.ok();
    let again = browser.reset_password(&id, &[("password", "yet another password")]).await;
    again.refused(400, "sign_in_state_invalid");
    instance.browser().sign_in(EMAIL, NEW).await.ok();
}

async fn with_jane() -> Instance {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    instance
}
