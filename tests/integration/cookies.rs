//! The cookies that browsers are given, and those that servers are told to give.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::header::SET_COOKIE;
use postern_tests::{Instance, Reply};
use serde_json::Value;

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn a_deployed_instance_sets_its_cookies_for_tls_alone() {
    let instance = deployed().await;
    let done = instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let client = line(&done, "__client=");
    let (_, flags) = client.split_once("; ").unwrap();
    insta::assert_snapshot!(flags, @"Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure");
    insta::assert_snapshot!(
        line(&done, "__client_uat="),
        @"__client_uat=1767268800; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure"
    );
    insta::assert_snapshot!(
        line(&done, "__client_uat_"),
        @"__client_uat_ZjieQoSA=1767268800; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure"
    );
    assert_eq!(lines(&done).len(), 3);
}

#[tokio::test]
async fn on_a_laptop_cookies_belong_to_its_host() {
    let instance = Instance::start().await;
    let done = instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let client = line(&done, "__client=");
    let (_, flags) = client.split_once("; ").unwrap();
    insta::assert_snapshot!(flags, @"Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    insta::assert_snapshot!(
        line(&done, "__client_uat="),
        @"__client_uat=1767268800; Path=/; Max-Age=31536000; SameSite=Lax"
    );
}

#[tokio::test]
async fn the_first_request_of_a_browser_gets_a_client_which_later_ones_keep() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let form = [("email_address", EMAIL)];
    let first = browser.post("/v1/client/sign_ups", &form).await.ok();
    line(&first, "__client=");
    let path = format!("/v1/client/sign_ups/{}", first.id());
    let second = browser.patch(&path, &[("first_name", "Jane")]).await.ok();
    assert_eq!(lines(&second), [""; 0]);
    let third = browser.post("/v1/client/sign_ups", &form).await.ok();
    assert_eq!(third.at("/client/id"), first.at("/client/id"));
}

#[tokio::test]
async fn only_looking_gives_a_visitor_no_cookie() {
    let instance = Instance::start().await;
    for path in ["/v1/client", "/v1/environment", "/.well-known/jwks.json", "/v1/health"] {
        assert_eq!(lines(&instance.browser().get(path).await), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn pages_see_when_somebody_signed_in_and_that_nobody_is() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let uat = || browser.cookie("__client_uat").unwrap();
    browser.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    assert_eq!(uat(), "1767268800");
    browser.delete("/v1/client/sessions").await.ok();
    assert_eq!(uat(), "0");
    instance.wait(Duration::from_secs(90));
    let session = browser.sign_in(EMAIL, PASSWORD).await.ok().session();
    assert_eq!(uat(), "1767268890");
    instance.wait(Duration::from_secs(90));
    browser.token(&session).await.ok();
    browser.client().await;
    assert_eq!(uat(), "1767268890", "a refresh is no sign-in");
    browser.post(&format!("/v1/client/sessions/{session}/remove"), &[]).await.ok();
    assert_eq!(uat(), "0");
}

#[tokio::test]
async fn reading_the_client_renews_its_cookies() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    let held = browser.cookie("__client").unwrap();
    let read = browser.client().await;
    assert_eq!(lines(&read).len(), 2, "the secret has just been handed out: {:?}", lines(&read));
    instance.wait(Duration::from_hours(25));
    let read = browser.client().await;
    assert!(line(&read, "__client=").starts_with(&format!("__client={held}; ")));
    assert_eq!(lines(&read).len(), 3);
}

#[tokio::test]
async fn a_cookie_that_is_worth_nothing_is_taken_away() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.set_cookie("__client", "client_unknown.secret");
    let read = browser.client().await;
    assert_eq!(read.at("/response"), Value::Null);
    insta::assert_snapshot!(
        line(&read, "__client="),
        @"__client=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"
    );
    assert_eq!(browser.cookie("__client"), None);
    assert_eq!(browser.cookie("__client_uat").as_deref(), Some("0"));
}

#[tokio::test]
async fn forgetting_the_client_takes_its_cookie_away() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    browser.delete("/v1/client").await.ok();
    assert_eq!(browser.cookie("__client"), None);
    assert_eq!(browser.cookie("__client_uat").as_deref(), Some("0"));
}

#[tokio::test]
async fn a_request_that_lost_to_a_sign_in_does_not_undo_its_cookies() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let under_way = browser.stolen();
    let done = browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();
    for late in [
        under_way.get("/v1/client").await,
        under_way.get("/v1/me").await,
        under_way.token(&done.session()).await,
        under_way.post("/v1/client", &[]).await,
        under_way.prepare_sign_up(&id).await,
        under_way.get(HANDSHAKE).await,
    ] {
        let own: Vec<_> =
            lines(&late).into_iter().filter(|line| line.starts_with("__client")).collect();
        assert_eq!(own, [""; 0], "{}", late.text);
    }
}

#[tokio::test]
async fn a_handshake_tells_the_server_which_cookies_to_set() {
    let instance = deployed().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    instance.wait(Duration::from_secs(30));
    let reply = browser.get(HANDSHAKE).await;
    assert_eq!(reply.status, 307);
    let (directives, flags) = handed_over(&reply);
    assert_eq!(flags, "Path=/; Max-Age=60; SameSite=Lax; Domain=example.com; HttpOnly; Secure");

    let token = directives[0].strip_prefix("__session=").unwrap().split(';').next().unwrap();
    let claims = part_of(token, 1);
    assert_eq!(claims["sid"], session);
    assert_eq!(claims["azp"], "http://localhost:4000");
    assert!(claims["iat"].as_i64() >= Some(1_767_268_800), "not before the sign-in");
    let shown: Vec<_> = directives.iter().map(|line| line.replace(token, "[token]")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    __session=[token]; Path=/; Max-Age=31536000; SameSite=Lax; Secure
    __session_ZjieQoSA=[token]; Path=/; Max-Age=31536000; SameSite=Lax; Secure
    __client_uat=1767268800; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure
    __client_uat_ZjieQoSA=1767268800; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure
    __clerk_handshake=; Path=/; Max-Age=0; SameSite=Lax; Domain=example.com; HttpOnly; Secure
    ");
}

#[tokio::test]
async fn a_handshake_of_nobody_signs_the_server_out() {
    let instance = deployed().await;
    let (stranger, signed_out) = (instance.browser(), instance.browser());
    signed_out.sign_up(&instance, EMAIL, &[]).await;
    signed_out.delete("/v1/client/sessions").await.ok();
    let mut shown = vec![];
    for browser in [stranger, signed_out] {
        let (directives, _) = handed_over(&browser.get(HANDSHAKE).await);
        shown.push(directives.join("\n"));
    }
    assert_eq!(shown[0], shown[1]);
    insta::assert_snapshot!(shown[0], @r"
    __session=; Path=/; Max-Age=0; SameSite=Lax; Secure
    __session_ZjieQoSA=; Path=/; Max-Age=0; SameSite=Lax; Secure
    __client_uat=0; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure
    __client_uat_ZjieQoSA=0; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example.com; Secure
    __clerk_handshake=; Path=/; Max-Age=0; SameSite=Lax; Domain=example.com; HttpOnly; Secure
    ");
}

#[tokio::test]
async fn a_handshake_is_signed_by_the_published_key() {
    let instance = Instance::start().await;
    let reply = instance.browser().get(HANDSHAKE).await;
    let cookie = line(&reply, "__clerk_handshake=");
    let jwt = cookie.strip_prefix("__clerk_handshake=").unwrap().split(';').next().unwrap();
    let header = part_of(jwt, 0);
    let keys = instance.browser().get("/.well-known/jwks.json").await.ok();
    assert_eq!(header["kid"], keys.at("/keys/0/kid"));
    assert_eq!((&header["alg"], &header["typ"]), (&"RS256".into(), &"JWT".into()));
    assert_eq!(header.get("cat"), None);
}

#[tokio::test]
async fn a_touch_renews_the_cookies_on_the_way() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    instance.wait(Duration::from_hours(25));
    let touch = HANDSHAKE.replace("handshake", "touch");
    assert_eq!(lines(&browser.get(&touch).await).len(), 3);
    assert_eq!(lines(&instance.browser().get(&touch).await), [""; 0]);
}

/// An instance as it is reached when it is deployed.
async fn deployed() -> Instance {
    Instance::builder()
        .settings(|settings| settings.instance.cookie_domain = Some("example.com".to_owned()))
        .reached_at("https://accounts.example.com")
        .start()
        .await
}

/// What a handshake hands over, and the flags of the cookie that carries it.
#[track_caller]
fn handed_over(reply: &Reply) -> (Vec<String>, String) {
    let cookie = line(reply, "__clerk_handshake=");
    let (value, flags) = cookie.split_once("; ").unwrap();
    let claims = part_of(value.strip_prefix("__clerk_handshake=").unwrap(), 1);
    let directives = claims["handshake"].as_array().unwrap().iter();
    (directives.map(|line| line.as_str().unwrap().to_owned()).collect(), flags.to_owned())
}

fn part_of(jwt: &str, part: usize) -> Value {
    let text = jwt.split('.').nth(part).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
}

fn lines(reply: &Reply) -> Vec<&str> {
    reply.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
}

/// The one cookie that begins like this.
#[track_caller]
fn line(reply: &Reply, start: &str) -> String {
    let found: Vec<_> = lines(reply).into_iter().filter(|line| line.starts_with(start)).collect();
    let [line] = found.as_slice() else { panic!("{start} in {:?}", lines(reply)) };
    (*line).to_owned()
}

const HANDSHAKE: &str = "/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A4000%2Fa";
