//! Redirects that an attacker would like to lead elsewhere.

use http::header::{LOCATION, SET_COOKIE};
use postern::settings::OriginPattern;
use postern_tests::Instance;

use crate::EMAIL;

#[tokio::test]
async fn a_redirect_leads_to_allowed_origins_alone() {
    let instance = instance().await;
    let mut browser = instance.browser();
    browser.origin = None;
    browser.sign_up(&instance, EMAIL, &[]).await;
    for path in PATHS {
        for target in ALLOWED {
            let reply = browser.get(&to(path, target)).await;
            assert_eq!(reply.status, 307, "{path} to {target}: {}", reply.text);
            assert_eq!(reply.headers[LOCATION], target);
        }
        for target in FOREIGN {
            let reply = browser.get(&to(path, target)).await;
            assert_eq!(reply.status, 422, "{path} to {target:?}");
            assert_eq!(reply.at("/errors/0/meta/param_name"), "redirect_url");
            assert_eq!(reply.headers.get(LOCATION), None, "{path} to {target:?}");
            assert_eq!(reply.headers.get(SET_COOKIE), None, "{path} to {target:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_refused() {
    let instance = instance().await;
    for path in PATHS {
        instance.browser().get(path).await.refused(422, "form_param_value_invalid");
    }
}

#[tokio::test]
async fn the_last_of_two_targets_is_the_one_that_is_checked_and_taken() {
    let instance = instance().await;
    let (good, evil) = ("https%3A%2F%2Fapp.example.com", "https%3A%2F%2Fevil.example");
    for path in PATHS {
        let both = format!("{path}?redirect_url={good}&redirect_url={evil}");
        instance.browser().get(&both).await.refused(422, "form_param_value_invalid");
        let both = format!("{path}?redirect_url={evil}&redirect_url={good}");
        let reply = instance.browser().get(&both).await;
        assert_eq!(reply.headers[LOCATION], "https://app.example.com");
    }
}

#[tokio::test]
async fn scripts_are_fetched_from_their_own_packages_alone() {
    let instance = instance().await;
    let browser = instance.browser();
    let known = browser.get("/npm/@clerk/clerk-js@6/dist/clerk.browser.js").await;
    assert_eq!(known.status, 307);
    for path in [
        "/npm/evil@1/index.js",
        "/npm/@clerk/clerk-js-evil@6/x.js",
        "/npm/@clerk/clerk-js@6/../../evil@1/x.js",
        "/npm/@clerk/clerk-js@6/%2e%2e/%2e%2e/evil@1/x.js",
        "/npm/@clerk/clerk-js@6/%252e%252e/%252e%252e/gh/evil/repo@main/x.js",
        "/npm/@clerk/clerk-js@6/.%252e/evil@1/x.js",
        "/npm/@clerk/clerk-js@6/..%5cevil@1/x.js",
        "/npm/%5c%5cevil.example/x.js",
        "/npm/@clerk/clerk-js@6/x.js%0d%0aSet-Cookie:%20a=b",
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.status, 404, "{path}: {:?}", reply.headers.get(LOCATION));
    }
}

async fn instance() -> Instance {
    let origins = ["https://app.example.com", "https://*.preview.example.com"];
    Instance::builder()
        .settings(|settings| {
            settings.access.allowed_origins =
                origins.map(|origin| OriginPattern::parse(origin).unwrap()).into();
            settings.access.redirect_origins =
                vec![OriginPattern::parse("https://www.example.com").unwrap()];
        })
        .start()
        .await
}

fn to(path: &str, target: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("redirect_url", target)
        .finish();
    format!("{path}?{query}")
}

const PATHS: [&str; 2] = ["/v1/client/handshake", "/v1/client/touch"];
const ALLOWED: [&str; 6] = [
    "https://app.example.com",
    "https://app.example.com/a/b?c=d#e",
    "https://app.example.com:443/",
    "https://pr-1.preview.example.com/",
    "https://a.b.preview.example.com/?next=https://evil.example",
    "https://www.example.com/",
];
const FOREIGN: [&str; 38] = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:\\\\evil.example",
    "https:/evil.example",
    "https:evil.example",
    "https:///evil.example",
    "/relative",
    "app.example.com",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://app.example.com",
    "http://app.example.com",
    "https://app.example.com:444",
    "https://app.example.com:0443",
    "https://app.example.com:",
    "https://app.example.com@evil.example",
    "https://app.example.com:secret@evil.example",
    "https://user@app.example.com",
    "https://evil.example\\@app.example.com",
    "https://app.example.com\\.evil.example",
    "https://app.example.com.evil.example",
    "https://app.example.com.",
    "https://evilapp.example.com",
    "https://preview.example.com",
    "https://evilpreview.example.com",
    "https://evil.example#@app.example.com",
    "https://evil.example?https://app.example.com",
    "https://app.example.com%2eevil.example",
    "https://\u{430}pp.example.com",
    "https://app\u{3002}example.com",
    " https://app.example.com",
    "https://app.example.com\r\nSet-Cookie: a=b",
];
