//! Instances that ask for more, or for less.

use postern::settings::Settings;
use postern_tests::Instance;
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_required_password_must_be_supplied() {
    let instance = with(|settings| settings.attributes.password.required = true).await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let proved = browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();
    assert_eq!(proved.at("/response/missing_fields"), json!(["password"]));
    let path = format!("/v1/client/sign_ups/{id}");
    let done = browser.patch(&path, &[("password", PASSWORD)]).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
}

#[tokio::test]
async fn an_instance_without_passwords_takes_none() {
    let instance = with(|settings| settings.attributes.password.enabled = false).await;
    let form = [("email_address", EMAIL), ("password", PASSWORD)];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    let refused = refused.refused(422, "form_param_unknown");
    assert_eq!(refused.at("/errors/0/meta/param_name"), "password");

    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    let refused = browser.prepare_sign_in(&id, "reset_password_email_code").await;
    refused.refused(422, "strategy_for_user_invalid");
    browser.prepare_sign_in(&id, "email_code").await.ok();
}

#[tokio::test]
async fn names_may_be_required_and_then_not_be_emptied_again() {
    let instance = with(|settings| {
        settings.attributes.first_name.required = true;
        settings.attributes.last_name.required = true;
        settings.attributes.username.required = true;
    })
    .await;
    let browser = instance.browser();
    let more = [("first_name", "Jane"), ("last_name", "Doe"), ("username", "jane_doe")];
    browser.sign_up(&instance, EMAIL, &more).await;
    for field in ["first_name", "last_name", "username"] {
        let refused = browser.patch("/v1/me", &[(field, "")]).await;
        let refused = refused.refused(422, "form_param_nil");
        assert_eq!(refused.at("/errors/0/meta/param_name"), field);
    }
}

#[tokio::test]
async fn what_the_instance_does_not_use_is_refused_at_sign_up_and_later() {
    let instance = with(|settings| {
        settings.attributes.first_name.enabled = false;
        settings.attributes.last_name.enabled = false;
        settings.attributes.username.enabled = false;
    })
    .await;
    let browser = instance.browser();
    for field in ["first_name", "last_name", "username"] {
        let form = [("email_address", EMAIL), (field, "jane_doe")];
        let refused = browser.post("/v1/client/sign_ups", &form).await;
        refused.refused(422, "form_param_unknown");
    }
    browser.sign_up(&instance, EMAIL, &[]).await;
    for field in ["first_name", "last_name", "username"] {
        let refused = browser.patch("/v1/me", &[(field, "jane_doe")]).await;
        let refused = refused.refused(422, "form_param_unknown");
        assert_eq!(refused.at("/errors/0/meta/param_name"), field);
    }
}

#[tokio::test]
async fn an_address_that_need_not_be_verified_completes_at_once_and_gets_no_mail() {
    let instance =
        with(|settings| settings.attributes.email_address.verify_at_sign_up = false).await;
    let form = [("email_address", EMAIL), ("password", PASSWORD)];
    let done = instance.browser().post("/v1/client/sign_ups", &form).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    assert!(instance.services.outbox().all().is_empty());
    let user = done.at("/client/sessions/0/user");
    assert_eq!(user["email_addresses"][0]["verification"], Value::Null);
    assert_eq!(user["primary_email_address_id"], Value::Null);
}

#[tokio::test]
async fn an_unverified_address_gets_no_code_to_sign_in_by() {
    let instance =
        with(|settings| settings.attributes.email_address.verify_at_sign_up = false).await;
    let form = [("email_address", EMAIL), ("password", PASSWORD)];
    instance.browser().post("/v1/client/sign_ups", &form).await.ok();
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    for strategy in ["email_code", "reset_password_email_code"] {
        let refused = browser.prepare_sign_in(&id, strategy).await;
        refused.refused(422, "strategy_for_user_invalid");
    }
    browser.attempt_sign_in(&id, "password", PASSWORD).await.ok();
}

#[tokio::test]
async fn an_instance_of_usernames_needs_no_address() {
    let instance = with(|settings| {
        let attributes = &mut settings.attributes;
        attributes.email_address.required = false;
        attributes.username.required = true;
        attributes.password.required = true;
    })
    .await;
    let form = [("username", "jane_doe"), ("password", PASSWORD)];
    let browser = instance.browser();
    let done = browser.post("/v1/client/sign_ups", &form).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    instance.browser().sign_in("jane_doe", PASSWORD).await.ok();
    // Without a name nobody could sign in as them again.
    browser.patch("/v1/me", &[("username", "")]).await.refused(422, "form_param_nil");
}

#[tokio::test]
async fn an_optional_address_must_be_proved_once_it_is_given() {
    let instance = with(|settings| settings.attributes.email_address.required = false).await;
    let browser = instance.browser();
    let form = [("username", "jane_doe"), ("password", PASSWORD), ("email_address", EMAIL)];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    assert_eq!(created.at("/response/unverified_fields"), json!(["email_address"]));
    let path = format!("/v1/client/sign_ups/{}", created.id());
    let done = browser.patch(&path, &[("email_address", "")]).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
}

#[tokio::test]
async fn the_terms_must_be_accepted_where_the_instance_asks() {
    let instance = with(|settings| settings.sign_up.legal_consent = true).await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[("legal_accepted", "false")]).await;
    let proved = browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();
    assert_eq!(proved.at("/response/missing_fields"), json!(["legal_accepted"]));
    let path = format!("/v1/client/sign_ups/{id}");
    let done = browser.patch(&path, &[("legal_accepted", "true")]).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
    let accepted = done.at("/client/sessions/0/user/legal_accepted_at");
    assert_eq!(accepted, json!(instance.now()));
}

#[tokio::test]
async fn an_identifier_that_is_not_for_signing_in_signs_nobody_in() {
    let instance = with(|settings| settings.attributes.username.used_for_sign_in = false).await;
    let more = [("username", "jane_doe"), ("password", PASSWORD)];
    instance.browser().sign_up(&instance, EMAIL, &more).await;
    let refused = instance.browser().sign_in("jane_doe", PASSWORD).await;
    refused.refused(422, "form_param_value_invalid");
    let empty = instance.browser().post("/v1/client/sign_ins", &[]).await.ok();
    assert_eq!(empty.at("/response/supported_identifiers"), json!(["email_address"]));
}

#[tokio::test]
async fn without_codes_as_a_factor_a_password_is_the_way() {
    let instance = with(|settings| settings.attributes.email_address.first_factors.clear()).await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    let refused = browser.prepare_sign_in(&id, "email_code").await;
    refused.refused(422, "strategy_for_user_invalid");
    browser.attempt_sign_in(&id, "password", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_test_address_is_verified_by_the_known_code_where_the_instance_allows_it() {
    const TEST: &str = "jane+clerk_test@example.com";
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(TEST, &[]).await;
    browser.attempt_sign_up(&id, "424242").await.ok();
    assert!(instance.services.outbox().all().is_empty());

    let instance = with(|settings| settings.test_mode = false).await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(TEST, &[]).await;
    assert_eq!(instance.messages(TEST).len(), 1);
    let refused = browser.attempt_sign_up(&id, "424242").await;
    refused.refused(422, "form_code_incorrect");
}

#[tokio::test]
async fn a_username_can_be_changed_and_the_old_one_is_free() {
    let instance = Instance::start().await;
    let (jane, john) = (instance.browser(), instance.browser());
    jane.sign_up(&instance, EMAIL, &[("username", "jane_doe")]).await;
    john.sign_up(&instance, "john@example.com", &[]).await;
    let taken = john.patch("/v1/me", &[("username", "Jane_Doe")]).await;
    taken.refused(422, "form_identifier_exists");
    jane.patch("/v1/me", &[("username", "janet")]).await.ok();
    john.patch("/v1/me", &[("username", "jane_doe")]).await.ok();
    assert_eq!(instance.whole_users().await, 2);
}

async fn with(change: impl FnOnce(&mut Settings)) -> Instance {
    Instance::builder().settings(change).start().await
}
