//! CORS: which pages may read an answer.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY,
};
use http::{Method, StatusCode};
use postern::settings::OriginPattern;
use postern_tests::{Browser, Instance, Reply};

use crate::EMAIL;

#[tokio::test]
async fn a_page_that_may_call_reads_every_answer() {
    let instance = instance().await;
    let page = page(&instance, "https://app.example.com");
    let session = page.sign_up(&instance, EMAIL, &[]).await.session();
    for reply in [
        page.client().await,
        page.token(&session).await.ok(),
        page.get("/v1/environment").await.ok(),
        page.get("/v1/nothing").await.refused(404, "resource_not_found"),
        page.get("/v1/client/sign_ups").await.refused(405, "method_not_allowed"),
        page.token("sess_000000000000000000000000000000000")
            .await
            .refused(401, "authentication_invalid"),
        page.post("/v1/client/sign_ups", &[]).await.refused(400, "session_exists"),
        page.get("/v1/client/handshake").await.refused(422, "form_param_value_invalid"),
        page.get("/v1/client/touch?redirect_url=https%3A%2F%2Fapp.example.com").await,
        page.post("/v1/client", &[("x", &*"x".repeat(70_000))]).await,
        page.send(Method::OPTIONS, "/v1/client", None).await.ok(),
    ] {
        assert_readable(&reply, "https://app.example.com");
    }
}

#[tokio::test]
async fn a_star_stands_for_every_host_below() {
    let instance = instance().await;
    for origin in ["https://pr-1.preview.example.com", "https://a.b.preview.example.com"] {
        assert_readable(&page(&instance, origin).post("/v1/client", &[]).await.ok(), origin);
    }
    for origin in [
        "https://preview.example.com",
        "https://evilpreview.example.com",
        "https://pr-1.preview.example.com.evil.example",
        "http://pr-1.preview.example.com",
        "https://pr-1.preview.example.com:8443",
        "https://.preview.example.com",
        "https://*.preview.example.com",
    ] {
        let refused = page(&instance, origin).post("/v1/client", &[]).await;
        assert_unreadable(&refused.refused(400, "origin_invalid"));
    }
}

#[tokio::test]
async fn where_a_redirect_may_lead_pages_may_not_call() {
    let instance = instance().await;
    let refused = page(&instance, "https://www.example.com").post("/v1/client", &[]).await;
    assert_unreadable(&refused.refused(400, "origin_invalid"));
}

#[tokio::test]
async fn a_preflight_is_answered_without_looking_further() {
    let instance = instance().await;
    let page = page(&instance, "https://app.example.com");
    for path in ["/v1/client", "/v1/client/sign_ups", "/v1/me/", "/v1/nothing"] {
        let reply = page.send(Method::OPTIONS, path, None).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""), "{path}");
        assert_eq!(reply.headers[ACCESS_CONTROL_ALLOW_METHODS], "GET, POST, PUT, PATCH, DELETE");
        assert_eq!(reply.headers[ACCESS_CONTROL_ALLOW_HEADERS], "authorization, content-type");
    }
}

#[tokio::test]
async fn a_preflight_of_a_foreign_page_grants_nothing() {
    let instance = instance().await;
    let foreign = page(&instance, "https://evil.example");
    let reply = foreign.send(Method::OPTIONS, "/v1/client", None).await;
    assert_unreadable(&reply);
    assert_eq!(reply.headers.get(ACCESS_CONTROL_ALLOW_METHODS), None);
}

#[tokio::test]
async fn a_caller_that_is_no_page_is_served() {
    let instance = instance().await;
    let mut server = instance.browser();
    server.origin = None;
    let reply = server.post("/v1/client", &[]).await.ok();
    assert_unreadable(&reply);
    assert_eq!(reply.headers[VARY], "Origin");
}

#[tokio::test]
async fn on_a_laptop_every_port_of_it_may_call() {
    let instance = Instance::start().await;
    for origin in ["http://localhost:3000", "http://localhost", "http://127.0.0.1:8080"] {
        assert_readable(&page(&instance, origin).post("/v1/client", &[]).await.ok(), origin);
    }
}

async fn instance() -> Instance {
    let pattern = |text| OriginPattern::parse(text).unwrap();
    Instance::builder()
        .settings(|settings| {
            settings.access.allowed_origins =
                vec![pattern("https://app.example.com"), pattern("https://*.preview.example.com")];
            settings.access.redirect_origins = vec![pattern("https://www.example.com")];
        })
        .start()
        .await
}

fn page(instance: &Instance, origin: &str) -> Browser {
    let mut page = instance.browser();
    page.origin = Some(origin.to_owned());
    page
}

#[track_caller]
fn assert_readable(reply: &Reply, origin: &str) {
    let headers = &reply.headers;
    assert_eq!(headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().count(), 1);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], origin, "{}", reply.text);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    let exposed = headers[ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
    for name in ["Authorization", "Clerk-Db-Jwt", "Retry-After", "X-Country"] {
        assert!(exposed.contains(name), "{name} in {exposed}");
    }
    assert_eq!(headers[VARY], "Origin");
}

#[track_caller]
fn assert_unreadable(reply: &Reply) {
    assert_eq!(reply.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN), None);
    assert_eq!(reply.headers.get(ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
}
