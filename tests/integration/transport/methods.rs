//! Methods and paths.

use http::header::{ALLOW, CONTENT_TYPE};
use http::{Method, StatusCode};
use postern_tests::Instance;
use serde_json::Value;

use crate::EMAIL;

#[tokio::test]
async fn a_post_says_in_the_query_which_method_it_stands_for() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let path = format!("/v1/client/sign_ups/{id}");
    let form = [("first_name", "Jane")];
    for method in ["PATCH", "patch", "Patch"] {
        browser.post(&format!("{path}?_method={method}"), &form).await.ok();
        browser.post(&format!("{path}?a=b&_method={method}&c=d"), &form).await.ok();
    }
    let real = browser.send(Method::PATCH, &path, Some("first_name=Jane".to_owned())).await;
    assert_eq!(real.ok().at("/response/first_name"), "Jane");
}

#[tokio::test]
async fn every_method_that_changes_something_may_come_as_itself() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.send(Method::PUT, "/v1/client", None).await.ok();
    browser.send(Method::DELETE, "/v1/client/sessions", None).await.ok();
    browser.send(Method::DELETE, "/v1/client", None).await.ok();
    browser.send(Method::PATCH, "/v1/environment", None).await.ok();
}

#[tokio::test]
async fn a_method_in_the_query_counts_for_post_alone() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.begin_sign_up(EMAIL, &[]).await;
    browser.get("/v1/client?_method=DELETE").await.ok();
    assert_ne!(browser.client().await.at("/response/sign_up"), Value::Null);
}

#[tokio::test]
async fn a_method_that_is_none_is_refused() {
    let instance = Instance::start().await;
    for method in ["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "x", "DELETE,POST"] {
        let refused = instance.browser().post(&format!("/v1/client?_method={method}"), &[]).await;
        refused.refused(405, "method_not_allowed");
    }
    instance.browser().post("/v1/client?_method=", &[]).await.ok();
    instance.browser().post("/v1/client?_method=POST", &[]).await.ok();
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.get("/v1/client/").await.ok();
    browser.get("/v1/environment///").await.ok();
    let form = [("email_address", EMAIL)];
    let created = browser.post("/v1/client/sign_ups/?_is=1", &form).await.ok();
    let path = format!("/v1/client/sign_ups/{}/?_method=PATCH", created.id());
    browser.post(&path, &[("first_name", "Jane")]).await.ok();
    browser.get("/").await.refused(404, "resource_not_found");
}

#[tokio::test]
async fn an_unknown_path_is_not_found_in_the_envelope() {
    let instance = Instance::start().await;
    for path in ["/", "/v1", "/v1/nothing", "/v1/client/sign_ups/a/b/c", "/v2/client", "/V1/client"]
    {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let refused = instance.browser().send(method, path, None).await;
            refused.refused(404, "resource_not_found");
        }
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_named_so() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    for (method, path) in [
        (Method::POST, "/v1/environment"),
        (Method::GET, "/v1/client/sign_ups"),
        (Method::PUT, "/v1/client/sign_ins"),
        (Method::DELETE, "/v1/me"),
        (Method::POST, "/.well-known/jwks.json"),
        (Method::TRACE, "/v1/client"),
    ] {
        let refused = browser.send(method.clone(), path, None).await;
        let refused = refused.refused(405, "method_not_allowed");
        assert!(refused.headers.contains_key(ALLOW), "{method} {path}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    for path in [
        "/v1/client",
        "/v1/environment",
        "/.well-known/jwks.json",
        "/v1/health",
        "/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A4000",
        "/v1/client/touch?redirect_url=http%3A%2F%2Flocalhost%3A4000",
    ] {
        let (get, head) = (browser.get(path).await, browser.send(Method::HEAD, path, None).await);
        assert_eq!(head.status, get.status, "{path}: {}", head.text);
        assert_eq!(head.headers.get(CONTENT_TYPE), get.headers.get(CONTENT_TYPE), "{path}");
        assert_eq!(head.text, "", "{path}");
    }
}

#[tokio::test]
async fn a_refused_head_has_no_body_either() {
    let instance = Instance::start().await;
    let refused = instance.browser().send(Method::HEAD, "/v1/nothing", None).await;
    assert_eq!((refused.status, refused.text.as_str()), (StatusCode::NOT_FOUND, ""));
}

#[tokio::test]
async fn what_client_packages_add_to_every_query_is_ignored() {
    let instance = Instance::start().await;
    let query = "__clerk_api_version=2099-01-01&_clerk_js_version=99&_clerk_retry_attempt=3\
                 &__domain=x&debug=skip_cache&expired_token=x&__clerk_testing_token=x";
    instance.browser().get(&format!("/v1/client?{query}")).await.ok();
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    browser.post(&format!("/v1/client/sessions/{session}/tokens?{query}"), &[]).await.ok();
}
