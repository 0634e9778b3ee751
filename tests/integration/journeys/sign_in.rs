//! Signing in.

use postern_tests::Instance;
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_username_signs_in_by_password() {
    let instance = with_jane().await;
    let done = instance.browser().sign_in(" Jane_Doe ", PASSWORD).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    assert_eq!(done.at("/response/identifier"), "jane_doe");
}

#[tokio::test]
async fn a_username_signs_in_by_a_code_to_an_address_that_it_does_not_tell() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let named = browser.post("/v1/client/sign_ins", &[("identifier", "jane_doe")]).await.ok();
    let factors = named.at("/response/supported_first_factors");
    assert_eq!(factors[0]["safe_identifier"], "j••••@example.com");
    let id = named.id();
    browser.prepare_sign_in(&id, "email_code").await.ok();
    browser.attempt_sign_in(&id, "email_code", &instance.code(EMAIL)).await.ok();
}

#[tokio::test]
async fn the_factors_of_a_user_are_listed() {
    let instance = with_jane().await;
    let named = instance.browser().post("/v1/client/sign_ins", &[("identifier", EMAIL)]).await;
    let named = named.ok();
    let factors = named.at("/response/supported_first_factors");
    let strategies: Vec<_> =
        factors.as_array().unwrap().iter().map(|factor| &factor["strategy"]).collect();
    assert_eq!(strategies, ["email_code", "password", "reset_password_email_code"]);
    assert_eq!(factors[0]["safe_identifier"], EMAIL);
    assert_eq!(named.at("/response/first_factor_verification"), Value::Null);
}

#[tokio::test]
async fn a_sign_in_may_begin_with_nobody_and_name_them_in_the_next_request() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let empty = browser.post("/v1/client/sign_ins", &[]).await.ok();
    assert_eq!(empty.at("/response/status"), "needs_identifier");
    assert_eq!(empty.at("/response/supported_first_factors"), Value::Null);
    let early = browser.prepare_sign_in(&empty.id(), "email_code").await;
    early.refused(400, "sign_in_state_invalid");
    let named = browser.begin_sign_in(EMAIL).await;
    assert_ne!(named, empty.id());
    browser.attempt_sign_in(&named, "password", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_code_can_be_sent_with_the_name() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let form = [("identifier", EMAIL), ("strategy", "email_code")];
    let named = browser.post("/v1/client/sign_ins", &form).await.ok();
    assert_eq!(named.at("/response/first_factor_verification/status"), "unverified");
    let done = browser.attempt_sign_in(&named.id(), "email_code", &instance.code(EMAIL)).await.ok();
    assert_eq!(done.at("/client/last_authentication_strategy"), "email_code");
    assert_eq!(done.at("/client/sign_in"), Value::Null);
}

#[tokio::test]
async fn a_wrong_password_leaves_the_way_of_a_code_open() {
    let instance = with_jane().await;
    let browser = instance.browser();
    let refused = browser.sign_in(EMAIL, "not the password").await;
    let refused = refused.refused(422, "form_password_incorrect");
    let id = refused.text_at("/meta/client/sign_in/id");
    browser.prepare_sign_in(&id, "email_code").await.ok();
    browser
        .attempt_sign_in(&id, "password", "still not it")
        .await
        .refused(422, "form_password_incorrect");
    browser.attempt_sign_in(&id, "email_code", &instance.code(EMAIL)).await.ok();
}

#[tokio::test]
async fn who_signed_up_without_a_password_has_none_to_sign_in_by() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let refused = instance.browser().sign_in(EMAIL, PASSWORD).await;
    refused.refused(422, "strategy_for_user_invalid");
    let named = instance.browser().post("/v1/client/sign_ins", &[("identifier", EMAIL)]).await;
    let factors = named.ok().at("/response/supported_first_factors");
    assert!(factors.as_array().unwrap().iter().all(|factor| factor["strategy"] != "password"));
}

#[tokio::test]
async fn a_strategy_that_nobody_built_is_refused_by_name() {
    let instance = with_jane().await;
    for strategy in ["phone_code", "oauth_google", "passkey", "email_link", "x"] {
        let form = [("identifier", EMAIL), ("strategy", strategy)];
        let refused = instance.browser().post("/v1/client/sign_ins", &form).await;
        let refused = refused.refused(422, "form_param_value_invalid");
        assert_eq!(refused.at("/errors/0/meta"), json!({ "param_name": "strategy" }));
    }
}

#[tokio::test]
async fn the_time_of_the_last_sign_in_is_kept() {
    let instance = with_jane().await;
    instance.wait(std::time::Duration::from_secs(100));
    let browser = instance.browser();
    browser.sign_in(EMAIL, PASSWORD).await.ok();
    let me = browser.get("/v1/me").await.ok();
    assert_eq!(me.at("/response/last_sign_in_at"), instance.now());
}

async fn with_jane() -> Instance {
    let instance = Instance::start().await;
    let more = [("username", "jane_doe"), ("password", PASSWORD)];
    instance.browser().sign_up(&instance, EMAIL, &more).await;
    instance
}
