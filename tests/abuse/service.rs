//! The service as a whole: repeated events, absurd requests, the limiter, the lock-out.

use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request};
use postern_tests::{Browser, Instance, Reply, wrong};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn an_event_that_comes_twice_makes_one_user_and_one_session() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let again = browser.stolen();
    let code = instance.code(EMAIL);
    browser.attempt_sign_up(&id, &code).await.ok();
    let twice = again.attempt_sign_up(&id, &code).await;
    assert!(twice.status.is_client_error(), "{}", twice.text);
    assert_eq!(instance.whole_users().await, 1);
    assert_eq!(browser.client().await.count_at("/response/sessions"), 1);
}

#[tokio::test]
async fn an_event_that_comes_twice_ends_a_session_once() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let session = browser.sign_up(&instance, EMAIL, &[]).await.session();
    let path = format!("/v1/client/sessions/{session}/remove");
    browser.post(&path, &[]).await.ok();
    browser.post(&path, &[]).await.refused(401, "authentication_invalid");
    browser.delete("/v1/client").await.ok();
    assert!(browser.delete("/v1/client").await.status.as_u16() < 500);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_unread() {
    let instance = Instance::start().await;
    let name = "x".repeat(70_000);
    let form = [("first_name", name.as_str())];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    refused.refused(413, "request_body_too_large");
    assert_eq!(instance.keys("CLIENT#").await, [""; 0]);
}

#[tokio::test]
async fn a_field_that_is_too_long_is_named() {
    let instance = Instance::start().await;
    let (name, local) = ("x".repeat(257), "x".repeat(300));
    let (email, password) = (format!("{local}@example.com"), "x".repeat(73));
    let metadata = format!("{{\"a\":\"{}\"}}", "x".repeat(9000));
    for (field, value, code) in [
        ("first_name", &name, "form_param_max_length_exceeded"),
        ("last_name", &name, "form_param_max_length_exceeded"),
        ("email_address", &email, "form_param_max_length_exceeded"),
        ("username", &local, "form_username_invalid_length"),
        ("password", &password, "form_password_length_too_long"),
        ("unsafe_metadata", &metadata, "form_param_max_length_exceeded"),
        ("locale", &local, "form_param_max_length_exceeded"),
        ("timezone", &local, "form_param_max_length_exceeded"),
    ] {
        let refused = instance.browser().post("/v1/client/sign_ups", &[(field, value)]).await;
        let refused = refused.refused(422, code);
        assert_eq!(refused.at("/errors/0/meta/param_name"), field);
    }
}

#[tokio::test]
async fn json_may_be_deep_only_so_far() {
    let instance = Instance::start().await;
    for depth in [30, 200, 4_000] {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let refused =
            instance.browser().post("/v1/client/sign_ups", &[("unsafe_metadata", &*deep)]).await;
        refused.refused(422, "form_param_format_invalid");
    }
}

#[tokio::test]
async fn an_absurd_query_or_header_is_a_clients_fault() {
    let instance = Instance::start().await;
    let long = "x".repeat(60_000);
    let browser = instance.browser();
    browser.get(&format!("/v1/client?a={long}")).await.ok();
    browser.get(&format!("/v1/client?_clerk_session_id={long}")).await.ok();
    browser.get(&format!("/v1/client/sessions/{long}")).await.refused(404, "resource_not_found");
    for name in ["cookie", "authorization", "x-forwarded-for", "user-agent", "referer"] {
        let reply = instance.browser().with_header(name, &long).get("/v1/client").await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text);
    }
    for secret in [long.as_str(), "", "a", ".", "client_.", "client_a.b.c", "client_🦀.x"] {
        let mut browser = instance.browser();
        let cookie = format!("__client={secret}; __client=; __client");
        browser.headers.insert("cookie", cookie.as_bytes().try_into().unwrap());
        let reply = browser.get("/v1/client").await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_or_replaced() {
    let instance = Instance::start().await;
    let raw = b"first_name=\xff\xfe".to_vec();
    send(&instance, FORM, raw).await.refused(400, "request_body_invalid");
    let escaped = send(&instance, FORM, b"first_name=%ff%fe%00".to_vec()).await.ok();
    assert_eq!(escaped.at("/response/first_name"), "\u{fffd}\u{fffd}");
    for odd in ["%", "%zz=1", "=", "&&&", "a=b=c", "first_name=%C3%28"] {
        send(&instance, FORM, odd.as_bytes().to_vec()).await.ok();
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let instance = Instance::start().await;
    for media in
        ["application/json", "text/plain", "multipart/form-data; boundary=x", "x", "\u{e9}"]
    {
        let refused = send(&instance, media, b"{\"first_name\":\"Jane\"}".to_vec()).await;
        refused.refused(415, "unsupported_media_type");
    }
    assert_eq!(instance.keys("CLIENT#").await, [""; 0]);
}

#[tokio::test]
async fn of_a_field_that_comes_twice_the_last_counts() {
    let instance = Instance::start().await;
    let form = [("first_name", "Eve"), ("first_name", "Jane")];
    let created = instance.browser().post("/v1/client/sign_ups", &form).await.ok();
    assert_eq!(created.at("/response/first_name"), "Jane");
}

#[tokio::test]
async fn a_path_that_no_id_looks_like_is_not_found() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.begin_sign_up(EMAIL, &[]).await;
    for id in ["x", "sua_", "sia_abc", "sua_%00", "sua_..%2f..", "%F0%9F%A6%80", "%ff", "sua_a%20b"]
    {
        let reply = browser.attempt_sign_up(id, "123456").await;
        reply.refused(404, "resource_not_found");
    }
}

#[tokio::test]
async fn a_forged_forwarding_header_moves_no_limit() {
    let instance = limited(0).await;
    for number in 0..3 {
        let spoofed = format!("203.0.113.{number}");
        let browser = instance
            .browser()
            .at("198.51.100.7")
            .with_header("x-forwarded-for", &spoofed)
            .with_header("x-real-ip", &spoofed)
            .with_header("forwarded", &format!("for={spoofed}"));
        assert_eq!(asks(&browser, number).await, number < 2, "{number}");
    }
}

#[tokio::test]
async fn behind_an_own_proxy_the_address_that_it_saw_counts() {
    let instance = limited(1).await;
    for number in 0..3 {
        let hops = format!("203.0.113.{number}, 198.51.100.7");
        let browser = instance.browser().with_header("x-forwarded-for", &hops);
        assert_eq!(asks(&browser, number).await, number < 2, "{number}");
    }
    let other = instance.browser().with_header("x-forwarded-for", "198.51.100.7, 198.51.100.8");
    assert!(asks(&other, 3).await);
}

#[tokio::test]
async fn all_addresses_of_one_network_of_version_6_are_one() {
    let instance = limited(0).await;
    for (number, ip) in
        ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:2:a:b:c:d"].into_iter().enumerate()
    {
        assert_eq!(asks(&instance.browser().at(ip), number).await, number < 2, "{ip}");
    }
    assert!(asks(&instance.browser().at("2001:db8:1:3::1"), 3).await);
}

#[tokio::test]
async fn an_address_of_version_4_is_the_same_in_the_spelling_of_version_6() {
    let instance = limited(0).await;
    for (number, ip) in
        ["198.51.100.7", "::ffff:198.51.100.7", "::ffff:c633:6407"].into_iter().enumerate()
    {
        assert_eq!(asks(&instance.browser().at(ip), number).await, number < 2, "{ip}");
    }
}

#[tokio::test]
async fn a_guess_of_nobody_costs_its_neighbours_nothing() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.wrong_guesses_per_ip_hour = 2)
        .start()
        .await;
    let nobody = instance.browser().at("198.51.100.7");
    nobody.set_cookie("__client", "client_nobody.secret");
    for _ in 0..5 {
        let path = "/v1/client/sign_ups/sua_nobody/attempt_verification";
        let refused = nobody.post(path, &[("strategy", "email_code"), ("code", "000000")]).await;
        refused.refused(401, "authentication_invalid");
        nobody.set_cookie("__client", "client_nobody.secret");
    }
    let neighbour = instance.browser().at("198.51.100.7");
    let id = neighbour.begin_sign_up(EMAIL, &[]).await;
    let refused = neighbour.attempt_sign_up(&id, &wrong(&instance.code(EMAIL))).await;
    refused.refused(422, "form_code_incorrect");
}

#[tokio::test]
async fn no_password_is_hashed_for_what_is_refused_without_it() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.begin_sign_up("max@example.com", &[]).await;
    let password = [("password", PASSWORD)];
    browser
        .patch("/v1/client/sign_ups/sua_none", &password)
        .await
        .refused(404, "resource_not_found");
    browser.reset_password("sia_none", &password).await.refused(404, "resource_not_found");
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let id = browser.begin_sign_in(EMAIL).await;
    browser.reset_password(&id, &password).await.refused(400, "sign_in_state_invalid");
    assert_eq!(instance.app.passwords_hashed(), 0);
}

#[tokio::test]
async fn ten_wrong_passwords_lock_the_password_for_an_hour_and_nothing_else() {
    let instance = Instance::start().await;
    let owner = instance.browser();
    let session = owner.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await.session();
    for _ in 0..10 {
        let refused = instance.browser().sign_in(EMAIL, "not the password").await;
        refused.refused(422, "form_password_incorrect");
    }
    let locked = instance.browser().sign_in(EMAIL, PASSWORD).await.refused(403, "user_locked");
    assert_eq!(locked.at("/errors/0/meta/lockout_expires_in_seconds"), 3600);

    owner.token(&session).await.ok();
    instance.browser().sign_in_by_code(&instance, EMAIL).await;
    instance.browser().begin_reset(&instance, EMAIL).await;
    instance.browser().sign_in(EMAIL, PASSWORD).await.refused(403, "user_locked");

    instance.wait(Duration::from_hours(1));
    instance.browser().sign_in(EMAIL, PASSWORD).await.ok();
}

#[tokio::test]
async fn ten_wrong_codes_lock_codes_and_leave_the_password() {
    let instance = Instance::start().await;
    let owner = instance.browser();
    let session = owner.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await.session();
    let mut last = None;
    for _ in 0..2 {
        let attacker = instance.browser();
        let id = attacker.begin_sign_in(EMAIL).await;
        attacker.prepare_sign_in(&id, "email_code").await.ok();
        let code = wrong(&instance.code(EMAIL));
        for _ in 0..5 {
            let refused = attacker.attempt_sign_in(&id, "email_code", &code).await;
            refused.refused(422, "form_code_incorrect");
        }
        last = Some((attacker, id));
    }
    drop(last);
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    browser.prepare_sign_in(&id, "email_code").await.ok();
    let refused = browser.attempt_sign_in(&id, "email_code", &instance.code(EMAIL)).await;
    refused.refused(403, "user_locked");

    owner.token(&session).await.ok();
    browser.attempt_sign_in(&id, "password", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_right_password_forgets_the_wrong_ones() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    for _ in 0..2 {
        for _ in 0..9 {
            let refused = instance.browser().sign_in(EMAIL, "not the password").await;
            refused.refused(422, "form_password_incorrect");
        }
        instance.browser().sign_in(EMAIL, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn an_unknown_user_cannot_be_locked_and_costs_nobody_else() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    for _ in 0..12 {
        let refused = instance.browser().sign_in("nobody@example.com", PASSWORD).await;
        refused.refused(422, "form_identifier_not_found");
    }
    instance.browser().sign_in(EMAIL, PASSWORD).await.ok();
}

/// An instance where two messages an hour can be asked for from one address.
async fn limited(trusted_proxy_hops: usize) -> Instance {
    Instance::builder()
        .settings(|settings| {
            settings.limits.messages_per_ip_hour = 2;
            settings.access.trusted_proxy_hops = trusted_proxy_hops;
        })
        .start()
        .await
}

/// Whether a message can be asked for; if not, the answer says when.
async fn asks(browser: &Browser, number: usize) -> bool {
    let email = format!("jane{number}@example.com");
    let form = [("email_address", email.as_str()), ("strategy", "email_code")];
    let reply = browser.post("/v1/client/sign_ups", &form).await;
    if reply.status == 200 {
        return true;
    }
    assert_eq!(reply.refused(429, "too_many_requests").headers[RETRY_AFTER], "3600");
    false
}

/// A sign-up with a body of this media type.
async fn send(instance: &Instance, media: &str, body: Vec<u8>) -> Reply {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/client/sign_ups")
        .header(CONTENT_TYPE, media.as_bytes());
    instance.browser().call(request.body(Body::from(body)).unwrap()).await
}

const FORM: &str = "application/x-www-form-urlencoded";
