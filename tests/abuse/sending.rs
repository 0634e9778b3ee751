//! Mail that somebody else pays for, or that says what somebody else wrote.

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use postern_tests::{Browser, Instance, Reply};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn an_address_gets_five_messages_an_hour_whoever_asks() {
    let instance = Instance::start().await;
    instance.wait(Duration::from_mins(15));
    for _ in 0..5 {
        ask(&instance.browser(), EMAIL).await.ok();
    }
    let refused = ask(&instance.browser(), EMAIL).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers[RETRY_AFTER], "2700");
    assert_eq!(instance.messages(EMAIL).len(), 5);

    instance.wait(Duration::from_mins(45));
    ask(&instance.browser(), EMAIL).await.ok();
}

#[tokio::test]
async fn an_address_gets_twenty_messages_a_day_whoever_asks() {
    let instance = Instance::start().await;
    for _ in 0..4 {
        for _ in 0..5 {
            ask(&instance.browser(), EMAIL).await.ok();
        }
        instance.wait(Duration::from_hours(1));
    }
    let refused = ask(&instance.browser(), EMAIL).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers[RETRY_AFTER], "28800");
    assert_eq!(instance.messages(EMAIL).len(), 20);
}

#[tokio::test]
async fn one_who_asks_for_many_addresses_is_stopped() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.messages_per_ip_hour = 3)
        .start()
        .await;
    for number in 0..3 {
        let browser = instance.browser().at("198.51.100.7");
        ask(&browser, &format!("victim{number}@example.com")).await.ok();
    }
    let browser = instance.browser().at("198.51.100.7");
    ask(&browser, EMAIL).await.refused(429, "too_many_requests");
    assert_eq!(instance.messages(EMAIL).len(), 0);
    // What was refused is not counted for the victim.
    for _ in 0..5 {
        ask(&instance.browser(), EMAIL).await.ok();
    }
}

#[tokio::test]
async fn messages_to_reset_a_password_count_with_all_others() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    for strategy in ["email_code", "reset_password_email_code", "email_code", "email_code"] {
        let browser = instance.browser();
        let id = browser.begin_sign_in(EMAIL).await;
        browser.prepare_sign_in(&id, strategy).await.ok();
    }
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    let refused = browser.prepare_sign_in(&id, "reset_password_email_code").await;
    refused.refused(429, "too_many_requests");
}

#[tokio::test]
async fn the_next_code_can_be_had_after_thirty_seconds() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    instance.wait(Duration::from_millis(500));
    let refused = browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers[RETRY_AFTER], "30");
    instance.wait(Duration::from_millis(29_499));
    browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    instance.wait(Duration::from_millis(1));
    browser.prepare_sign_up(&id).await.ok();
}

#[tokio::test]
async fn one_attempt_asks_for_ten_codes_at_most() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.messages_per_address_hour = 50)
        .start()
        .await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    for _ in 1..10 {
        instance.wait(Duration::from_secs(30));
        browser.prepare_sign_up(&id).await.ok();
    }
    instance.wait(Duration::from_secs(30));
    browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    assert_eq!(instance.messages(EMAIL).len(), 10);
}

#[tokio::test]
async fn a_code_that_was_refused_leaves_the_one_before_alive() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.messages_per_address_hour = 1)
        .start()
        .await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    instance.wait(Duration::from_secs(30));
    browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();
}

#[tokio::test]
async fn an_address_that_is_more_than_one_line_gets_no_mail() {
    let instance = Instance::start().await;
    for email in [
        "jane@example.com\r\nBcc: eve@example.com",
        "jane@example.com\nBcc: eve@example.com",
        "jane@example.com,eve@example.com",
        "jane@example.com;eve@example.com",
        "jane@example.com eve@example.com",
        "<jane@example.com>",
        "jane\0@example.com",
        "jane\u{202e}@example.com",
        "jane@example.com\u{2066}",
        "\"jane\"@example.com",
        "jane@[127.0.0.1]",
        "jane@localhost",
    ] {
        let refused = ask(&instance.browser(), email).await;
        refused.refused(422, "form_param_format_invalid");
    }
    assert!(instance.services.outbox().all().is_empty());
}

#[tokio::test]
async fn a_name_keeps_no_mark_that_breaks_or_turns_a_line() {
    let instance = Instance::start().await;
    for mark in MARKS {
        let name = format!("Ja{mark}ne");
        let form = [("first_name", name.as_str()), ("last_name", &*name)];
        let created = instance.browser().post("/v1/client/sign_ups", &form).await.ok();
        for field in ["/response/first_name", "/response/last_name"] {
            assert_eq!(created.at(field), "Jane", "{:x}", u32::from(mark));
        }
    }
}

#[tokio::test]
async fn a_name_can_be_cleaned_of_its_marks_later_too() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, EMAIL, &[]).await;
    for mark in MARKS {
        let changed = browser.patch("/v1/me", &[("first_name", &*format!("Ja{mark}ne"))]).await;
        let name = changed.ok().at("/response/first_name");
        assert_eq!(name, "Jane", "{:x}", u32::from(mark));
    }
}

#[tokio::test]
async fn what_somebody_wrote_reaches_neither_mail_nor_headers() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let evil = "<script>evil()</script>\r\nX-Evil: 1";
    let metadata = serde_json::json!({ evil: evil }).to_string();
    let more = [
        ("first_name", evil),
        ("last_name", evil),
        ("locale", evil),
        ("timezone", evil),
        ("unsafe_metadata", &*metadata),
        ("password", PASSWORD),
    ];
    let done = browser.sign_up(&instance, EMAIL, &more).await;
    let reset = instance.browser();
    let id = reset.begin_reset(&instance, EMAIL).await;
    reset.reset_password(&id, &[("password", "a new long password")]).await.ok();

    for (name, value) in &done.headers {
        let value = value.to_str().unwrap();
        assert!(!value.contains("evil") && name != "x-evil", "{name}: {value}");
    }
    let messages = instance.messages(EMAIL);
    assert_eq!(messages.len(), 3);
    for message in messages {
        let whole = format!("{message:?}").to_lowercase();
        assert!(!whole.contains("evil"), "{whole}");
    }
}

#[tokio::test]
async fn a_picture_of_a_hostile_name_holds_no_markup() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let more = [("first_name", "<script>"), ("last_name", "\"&'")];
    let done = browser.sign_up(&instance, EMAIL, &more).await;
    let url = done.text_at("/client/sessions/0/user/image_url");
    let path = url.strip_prefix("http://localhost:3000").unwrap();
    let picture = browser.get(path).await.ok();
    assert_eq!(picture.headers[CONTENT_TYPE], "image/svg+xml");
    assert!(!picture.text.contains("<script") && !picture.text.contains("><<"), "{}", picture.text);
    assert!(
        picture.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
}

/// Begins a sign-up with a code.
async fn ask(browser: &Browser, email: &str) -> Reply {
    let form = [("email_address", email), ("strategy", "email_code")];
    browser.post("/v1/client/sign_ups", &form).await
}

/// Line ends, NUL, and every mark of Unicode TR9.
const MARKS: [char; 18] = [
    '\r', '\n', '\0', '\u{1b}', '\u{85}', '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}',
    '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];
