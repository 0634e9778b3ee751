//! Request bodies.

use axum::body::Body;
use http::Request;
use http::header::CONTENT_TYPE;
use postern_tests::{Instance, Reply};
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_form_may_name_its_charset_and_its_type_in_any_case() {
    let instance = Instance::start().await;
    for media in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
    ] {
        let created = send(&instance, Some(media), "first_name=Jane").await.ok();
        assert_eq!(created.at("/response/first_name"), "Jane", "{media}");
    }
    let created = send(&instance, None, "first_name=Jane").await.ok();
    assert_eq!(created.at("/response/first_name"), "Jane");
}

#[tokio::test]
async fn an_empty_body_may_have_any_type() {
    let instance = Instance::start().await;
    send(&instance, Some("application/json"), "").await.ok();
    send(&instance, Some("text/plain;charset=UTF-8"), "").await.ok();
}

#[tokio::test]
async fn keys_that_nobody_knows_are_ignored() {
    let instance = Instance::start().await;
    let form = [("email_address", EMAIL), ("captcha_token", "x"), ("__clerk_protect", "{}")];
    instance.browser().post("/v1/client/sign_ups", &form).await.ok();
}

#[tokio::test]
async fn an_empty_value_clears_a_field_and_an_absent_one_leaves_it() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let form = [("email_address", EMAIL), ("first_name", "Jane"), ("last_name", "Doe")];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    let path = format!("/v1/client/sign_ups/{}", created.id());
    let patched = browser.patch(&path, &[("last_name", "")]).await.ok();
    assert_eq!(patched.at("/response/first_name"), "Jane");
    assert_eq!(patched.at("/response/last_name"), Value::Null);
    let patched = browser.patch(&path, &[("email_address", "")]).await.ok();
    assert_eq!(patched.at("/response/verifications/email_address"), Value::Null);
}

#[tokio::test]
async fn an_empty_value_on_a_new_attempt_is_none() {
    let instance = Instance::start().await;
    let form = [
        ("email_address", ""),
        ("username", ""),
        ("password", ""),
        ("strategy", ""),
        ("unsafe_metadata", ""),
        ("legal_accepted", ""),
        ("transfer", ""),
    ];
    instance.browser().post("/v1/client/sign_ups", &form).await.ok();
    let form = [("identifier", ""), ("password", ""), ("strategy", "")];
    let created = instance.browser().post("/v1/client/sign_ins", &form).await.ok();
    assert_eq!(created.at("/response/status"), "needs_identifier");
}

#[tokio::test]
async fn yes_and_no_have_two_spellings_each() {
    let instance = Instance::builder().settings(|s| s.sign_up.legal_consent = true).start().await;
    for (text, accepted) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        let form = [("legal_accepted", text)];
        let created = instance.browser().post("/v1/client/sign_ups", &form).await.ok();
        assert_eq!(created.at("/response/legal_accepted_at").is_number(), accepted, "{text}");
    }
    let form = [("legal_accepted", "maybe")];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    refused.refused(422, "form_param_value_invalid");
}

#[tokio::test]
async fn metadata_is_one_json_object_in_one_value() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let text = r#"{"plan":"pro","nested":{"camelCase":[1,2.5,null,true]}}"#;
    let done = browser.sign_up(&instance, EMAIL, &[("unsafe_metadata", text)]).await;
    let metadata = json!({ "plan": "pro", "nested": { "camelCase": [1, 2.5, null, true] } });
    assert_eq!(done.at("/response/unsafe_metadata"), metadata);
    assert_eq!(done.at("/client/sessions/0/user/unsafe_metadata"), metadata);

    let patch = [("unsafe_metadata", r#"{"plan":null,"nested":{"b":1}}"#)];
    let patched = browser.patch("/v1/me/metadata", &patch).await.ok();
    let metadata = json!({ "nested": { "b": 1, "camelCase": [1, 2.5, null, true] } });
    assert_eq!(patched.at("/response/unsafe_metadata"), metadata);
}

#[tokio::test]
async fn text_beyond_ascii_arrives_as_it_was_typed() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let name = "Zoë 🦀 李 + & = %";
    browser
        .sign_up(&instance, EMAIL, &[("first_name", name), ("password", "pässwörd 🦀 李")])
        .await;
    let me = browser.get("/v1/me").await.ok();
    assert_eq!(me.at("/response/first_name"), name);
    instance.browser().sign_in(EMAIL, "pa\u{308}sswo\u{308}rd 🦀 李").await.ok();
}

#[tokio::test]
async fn a_password_counts_to_its_last_character() {
    let instance = Instance::start().await;
    let password = format!("{}x", "correct horse battery ".repeat(3));
    instance.browser().sign_up(&instance, EMAIL, &[("password", &password)]).await;
    for other in [&password[..password.len() - 1], &*format!("{password} "), PASSWORD] {
        let refused = instance.browser().sign_in(EMAIL, other).await;
        refused.refused(422, "form_password_incorrect");
    }
    instance.browser().sign_in(EMAIL, &password).await.ok();
}

async fn send(instance: &Instance, media: Option<&str>, body: &'static str) -> Reply {
    let mut request = Request::post("/v1/client/sign_ups");
    if let Some(media) = media {
        request = request.header(CONTENT_TYPE, media);
    }
    instance.browser().call(request.body(Body::from(body)).unwrap()).await
}
