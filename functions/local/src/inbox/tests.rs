use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::aws::{Call, Service, Services};

async fn sent(services: &Services, to: &str, subject: &str, html: &str) {
    let call = Call { service: Service::Ses, operation: "SendEmail".to_owned() };
    let params = json!({
        "FromEmailAddress": "no-reply@example.com",
        "Destination": { "ToAddresses": [to] },
        "Content": { "Simple": {
            "Subject": { "Data": subject },
            "Body": { "Text": { "Data": "Your code is 424242." }, "Html": { "Data": html } },
        }},
    });
    let answer = services.answer(&call, params.to_string().into_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

fn inbox(services: &Services) -> Router {
    let keys = DevKeys {
        publishable_key: "pk_live_x".to_owned(),
        secret_key: "sk_live_y".to_owned(),
        jwks_url: "http://localhost:3000/.well-known/jwks.json".to_owned(),
        issuer: "https://clerk.example.test".to_owned(),
    };
    let base_url = "http://localhost:3000".to_owned();
    Inbox { base_url, keys, outbox: services.outbox().clone(), keeps_users: true }.router()
}

async fn ask(router: &Router, host: &str, path: &str) -> (StatusCode, http::HeaderMap, String) {
    let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn body(router: &Router, path: &str) -> String {
    let (status, _, body) = ask(router, "localhost:3000", path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    body
}

async fn document(router: &Router, path: &str) -> Value {
    serde_json::from_str(&body(router, path).await).unwrap()
}

#[tokio::test]
async fn the_keys_are_a_document() {
    let router = inbox(&Services::in_memory().unwrap());
    let expected = json!({
        "publishable_key": "pk_live_x",
        "secret_key": "sk_live_y",
        "jwks_url": "http://localhost:3000/.well-known/jwks.json",
        "issuer": "https://clerk.example.test",
    });
    assert_eq!(document(&router, "/dev/keys").await, expected);
}

#[tokio::test]
async fn messages_are_found_by_their_address() {
    let services = Services::in_memory().unwrap();
    sent(&services, "ada+clerk_test@example.com", "424242 is your code", "<p>424242</p>").await;
    sent(&services, "bob@example.com", "Hello", "").await;
    let router = inbox(&services);
    let mut found = document(&router, "/dev/messages?to=ada%2Bclerk_test@example.com").await;
    assert_eq!(found, document(&router, "/dev/messages?to=ada+clerk_test@example.com").await);
    assert!(found[0]["id"].take().is_string());
    assert!(found[0]["sent_at"].take().is_u64());
    let expected = json!([{
        "id": null,
        "channel": "email",
        "to": "ada+clerk_test@example.com",
        "subject": "424242 is your code",
        "text": "Your code is 424242.",
        "html": "<p>424242</p>",
        "code": "424242",
        "link": null,
        "sent_at": null,
    }]);
    assert_eq!(found, expected);
    assert_eq!(document(&router, "/dev/messages").await.as_array().unwrap().len(), 2);
    assert_eq!(document(&router, "/dev/messages?to=eve@example.com").await, json!([]));
}

#[tokio::test]
async fn the_page_escapes_what_a_message_says() {
    let services = Services::in_memory().unwrap();
    sent(&services, "ada@example.com", "<script>alert(1)</script>", "").await;
    let page = body(&inbox(&services), "/").await;
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("&#60;script&#62;alert(1)"));
}

#[tokio::test]
async fn the_page_opens_the_newest_message_or_the_one_that_is_asked_for() {
    let services = Services::in_memory().unwrap();
    sent(&services, "ada@example.com", "First", "").await;
    sent(&services, "ada@example.com", "Second", "").await;
    let router = inbox(&services);
    assert!(body(&router, "/").await.contains("<h2>Second</h2>"));
    let first = services.outbox().all().pop().unwrap();
    assert!(body(&router, &format!("/?message={}", first.id)).await.contains("<h2>First</h2>"));
}

#[tokio::test]
async fn the_empty_page_says_what_will_come() {
    let page = body(&inbox(&Services::in_memory().unwrap()), "/").await;
    for shown in ["Nothing has been sent yet", "pk_live_x", "sk_live_y", "http://localhost:3000"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains("How to begin") && page.contains("users stay"));
}

#[tokio::test]
async fn how_to_connect_is_told_once_with_and_without_messages() {
    let services = Services::in_memory().unwrap();
    let router = inbox(&services);
    for _ in 0..2 {
        let page = body(&router, "/").await;
        for told in ["new Clerk(", "&lt;ClerkProvider", "createClerkClient({", "/attempt_"] {
            assert_eq!(page.matches(told).count(), 1, "{told}");
        }
        sent(&services, "ada@example.com", "Hello", "").await;
    }
}

#[tokio::test]
async fn a_code_that_leads_the_subject_is_not_shown_again_beside_it() {
    let services = Services::in_memory().unwrap();
    sent(&services, "ada@example.com", "424242 is your code", "").await;
    let router = inbox(&services);
    let page = body(&router, "/").await;
    assert!(page.contains("<h2><b>424242</b> is your code</h2>"));
    assert!(!page.contains("<output>"));
    sent(&services, "ada@example.com", "Your code", "").await;
    assert!(body(&router, "/").await.contains("<output>424242</output>"));
}

#[tokio::test]
async fn no_script_but_its_own_runs_on_the_page_and_none_in_a_mail() {
    let services = Services::in_memory().unwrap();
    sent(&services, "ada@example.com", "Hello", "<script>alert(1)</script>").await;
    let router = inbox(&services);
    let (_, headers, page) = ask(&router, "localhost:3000", "/").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'; script-src 'self';"));
    for inline in ["<style", " style=", " onclick=", "<script>"] {
        assert!(!page.contains(inline), "{inline}");
    }
    let path = format!("/dev/messages/{}", services.outbox().all()[0].id);
    let (_, headers, mail) = ask(&router, "localhost:3000", &path).await;
    assert_eq!(mail, "<script>alert(1)</script>");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"));
    assert!(policy.ends_with("; sandbox allow-same-origin"));
    assert!(page.contains(r#" sandbox="allow-same-origin" "#));
}

#[tokio::test]
async fn a_name_that_somebody_else_may_own_learns_nothing() {
    let router = inbox(&Services::in_memory().unwrap());
    for host in ["attacker.example:3000", "localhost.attacker.example", "127.0.0.1.nip.io", ""] {
        let (status, _, body) = ask(&router, host, "/dev/keys").await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!body.contains("sk_live_y"));
    }
    for host in ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "[::1]:3000", "app.localhost"] {
        let (status, ..) = ask(&router, host, "/dev/keys").await;
        assert_eq!(status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn what_the_page_loads_is_served() {
    let router = inbox(&Services::in_memory().unwrap());
    for (path, kind) in [("/dev/inbox.css", "text/css"), ("/dev/inbox.js", "text/javascript")] {
        let (status, headers, _) = ask(&router, "localhost", path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind));
    }
}
