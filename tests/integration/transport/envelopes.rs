//! What an answer looks like around its resource.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use postern_tests::{Instance, Reply, wrong};
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_resource_comes_with_the_client_as_it_is_afterwards() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let created = browser.post("/v1/client/sign_ups", &[("email_address", EMAIL)]).await.ok();
    assert_eq!(created.at("/response"), created.at("/client/sign_up"));
    let done = browser.sign_up(&instance, EMAIL, &[]).await;
    assert_eq!(done.at("/response/status"), "complete");
    assert_eq!(done.at("/client/sign_up"), Value::Null);
    assert_eq!(done.at("/client/sessions/0/id"), done.at("/response/created_session_id"));
    assert_eq!(done.at("/client/sessions/0/user/object"), "user");
    assert_eq!(keys(&done.body), ["client", "response"]);
}

#[tokio::test]
async fn a_client_is_the_response_itself() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    assert_eq!(browser.client().await.body, json!({ "response": null, "client": null }));
    for reply in [
        browser.post("/v1/client", &[]).await.ok(),
        browser.get("/v1/client").await.ok(),
        browser.delete("/v1/client/sessions").await.ok(),
        browser.delete("/v1/client").await.ok(),
    ] {
        assert_eq!(reply.at("/response/object"), "client");
        assert_eq!(reply.at("/response/sessions"), json!([]));
        assert_eq!(reply.at("/client"), Value::Null);
        assert_eq!(keys(&reply.body), ["client", "response"]);
    }
}

#[tokio::test]
async fn documents_and_tokens_come_bare() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    assert_eq!(browser.get("/v1/environment").await.ok().at("/object"), "environment");
    assert_eq!(browser.token(&session).await.ok().at("/object"), "token");
    let keys = browser.get("/.well-known/jwks.json").await.ok();
    assert_eq!(keys.at("/keys/0/kty"), "RSA");
    for private in ["d", "p", "q"] {
        assert_eq!(keys.at(&format!("/keys/0/{private}")), Value::Null);
    }
    let found = browser.get("/.well-known/openid-configuration").await.ok();
    assert_eq!(found.at("/issuer"), "https://accounts.postern.test");
}

#[tokio::test]
async fn a_refusal_says_what_why_and_where() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let refused = browser.attempt_sign_up(&id, &wrong(&instance.code(EMAIL))).await;
    assert_eq!(keys(&refused.body), ["clerk_trace_id", "errors", "meta"]);
    assert_eq!(
        refused.at("/errors"),
        json!([{
            "code": "form_code_incorrect",
            "message": "is incorrect",
            "long_message": "The code is incorrect.",
            "meta": { "param_name": "code" },
        }])
    );
    let attempts = "/meta/client/sign_up/verifications/email_address/attempts";
    assert_eq!(refused.at(attempts), 1);
    assert_eq!(refused.text_at("/clerk_trace_id").len(), 32);
}

#[tokio::test]
async fn a_refusal_that_is_no_fields_names_none() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    let refused = browser.post("/v1/client/sign_ups", &[("email_address", "x@example.com")]).await;
    let refused = refused.refused(400, "session_exists");
    assert_eq!(refused.at("/errors/0/meta"), json!({}));
    assert_eq!(refused.at("/meta/client/object"), "client");
}

#[tokio::test]
async fn every_field_of_a_form_is_judged_at_once() {
    let instance = Instance::start().await;
    let form = [
        ("email_address", "nobody"),
        ("username", "a b c d"),
        ("password", "short"),
        ("first_name", &*"x".repeat(300)),
        ("unsafe_metadata", "[]"),
        ("phone_number", "+41446681800"),
    ];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    assert_eq!(refused.status, 422);
    let mut named: Vec<_> = (0..refused.count_at("/errors"))
        .map(|at| refused.text_at(&format!("/errors/{at}/meta/param_name")))
        .collect();
    named.sort_unstable();
    assert_eq!(
        named,
        ["email_address", "first_name", "password", "phone_number", "unsafe_metadata", "username"]
    );
}

#[tokio::test]
async fn two_refusals_have_two_names_in_the_log() {
    let instance = Instance::start().await;
    let mut names = vec![];
    for _ in 0..3 {
        names.push(instance.browser().get("/v1/nothing").await.text_at("/clerk_trace_id"));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 3);
}

#[tokio::test]
async fn answers_are_json_and_nobody_keeps_them() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    for reply in [
        browser.client().await,
        browser.token(&session).await,
        browser.get("/v1/environment").await,
        browser.get("/v1/me").await,
        browser.get("/v1/nothing").await,
        browser.post("/v1/client/sign_ups", &[]).await,
        instance.browser().get("/v1/me").await,
    ] {
        assert_eq!(reply.headers[CONTENT_TYPE], "application/json");
        assert_eq!(reply.headers[CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers.get_all(CONTENT_TYPE).iter().count(), 1);
    }
}

#[tokio::test]
async fn public_documents_may_be_kept_for_minutes() {
    let instance = Instance::start().await;
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let reply = instance.browser().get(path).await.ok();
        assert_eq!(reply.headers[CACHE_CONTROL], "public, max-age=300", "{path}");
        assert_eq!(reply.headers.get(SET_COOKIE), None);
    }
}

#[tokio::test]
async fn what_is_asked_for_too_often_says_when_to_come_back() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let refused = browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers[RETRY_AFTER], "30");
    assert_eq!(refused.at("/meta/client/sign_up/id"), id);
}

#[tokio::test]
async fn a_wrong_credential_is_never_a_missing_one() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    let refused = instance.browser().sign_in(EMAIL, "not the password").await;
    refused.refused(422, "form_password_incorrect");
    let refused = instance.browser().sign_in("nobody@example.com", PASSWORD).await;
    refused.refused(422, "form_identifier_not_found");
}

#[tokio::test]
async fn times_rise_with_every_change() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let path = format!("/v1/client/sign_ups/{id}");
    let mut times = vec![];
    // The clock stands still.
    for name in ["Jane", "Janet", "Jan"] {
        let reply = browser.patch(&path, &[("first_name", name)]).await.ok();
        times.push(updated(&reply, "/client"));
    }
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");

    browser.sign_up(&instance, EMAIL, &[]).await;
    let one = browser.patch("/v1/me", &[("first_name", "Jane")]).await.ok();
    let two = browser.patch("/v1/me", &[("first_name", "Janet")]).await.ok();
    assert!(updated(&one, "/response") < updated(&two, "/response"));
}

fn updated(reply: &Reply, pointer: &str) -> i64 {
    reply.at(&format!("{pointer}/updated_at")).as_i64().unwrap()
}

fn keys(body: &Value) -> Vec<&str> {
    body.as_object().unwrap().keys().map(String::as_str).collect()
}
