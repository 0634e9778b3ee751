//! One-time codes: guessed, stolen, late, early and misspelt.

use std::time::Duration;

use postern_tests::{Browser, Instance, wrong};
use serde_json::{Value, json};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn the_right_code_is_worth_nothing_after_five_wrong_ones() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    for _ in 0..5 {
        let refused = browser.attempt_sign_up(&id, &wrong(&code)).await;
        refused.refused(422, "form_code_incorrect");
    }
    browser.attempt_sign_up(&id, &code).await.refused(400, "verification_failed");
    assert_eq!(instance.keys("USER#").await, [""; 0]);
}

#[tokio::test]
async fn the_guesses_for_an_address_are_bounded_over_all_attempts_of_a_day() {
    let instance = Instance::start().await;
    for _ in 0..4 {
        let browser = instance.browser();
        let id = browser.begin_sign_up(EMAIL, &[]).await;
        guess_wrong(&instance, &browser, &id, 5).await;
    }
    // The hour's messages come back, the day's guesses do not.
    instance.wait(Duration::from_hours(1));
    let form = [("email_address", EMAIL), ("strategy", "email_code")];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    refused.refused(429, "too_many_requests");
    assert_eq!(instance.messages(EMAIL).len(), 4);

    instance.wait(Duration::from_hours(11));
    instance.browser().begin_sign_up(EMAIL, &[]).await;
}

#[tokio::test]
async fn a_resend_does_not_give_the_guesses_of_the_day_back() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.wrong_codes_per_address_day = 7)
        .start()
        .await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    guess_wrong(&instance, &browser, &id, 4).await;
    instance.wait(Duration::from_secs(30));
    browser.prepare_sign_up(&id).await.ok();
    guess_wrong(&instance, &browser, &id, 3).await;
    instance.wait(Duration::from_secs(30));
    browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn codes_asked_for_in_advance_bring_no_further_guesses_and_no_right_one() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.wrong_codes_per_address_day = 6)
        .start()
        .await;
    let (one, two, three) = (instance.browser(), instance.browser(), instance.browser());
    let first = one.begin_sign_up(EMAIL, &[]).await;
    let second = two.begin_sign_up(EMAIL, &[]).await;
    let third = three.begin_sign_up(EMAIL, &[]).await;
    let right = instance.code(EMAIL);
    guess_wrong(&instance, &one, &first, 3).await;
    guess_wrong(&instance, &two, &second, 3).await;
    let refused = three.attempt_sign_up(&third, &wrong(&right)).await;
    refused.refused(429, "too_many_requests");
    let refused = three.attempt_sign_up(&third, &right).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers["retry-after"], "43200", "until the day ends");
    // Neither the answer nor what can be seen afterwards tells which of them was right.
    let shown = three.get(&format!("/v1/client/sign_ups/{third}")).await.ok();
    let verification = shown.at("/response/verifications/email_address");
    assert_eq!(
        (&verification["status"], &verification["attempts"]),
        (&json!("unverified"), &json!(2))
    );
    assert_eq!(instance.keys("USER#").await, [""; 0]);

    instance.wait(Duration::from_hours(12));
    three.prepare_sign_up(&third).await.ok();
    three.attempt_sign_up(&third, &instance.code(EMAIL)).await.ok();
}

#[tokio::test]
async fn a_sign_in_shares_the_guesses_of_its_address() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.wrong_codes_per_address_day = 2)
        .start()
        .await;
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    browser.prepare_sign_in(&id, "email_code").await.ok();
    let right = instance.code(EMAIL);
    for _ in 0..2 {
        let refused = browser.attempt_sign_in(&id, "email_code", &wrong(&right)).await;
        refused.refused(422, "form_code_incorrect");
    }
    let refused = browser.attempt_sign_in(&id, "email_code", &right).await;
    refused.refused(429, "too_many_requests");
    assert_eq!(browser.client().await.count_at("/response/sessions"), 0);
}

#[tokio::test]
async fn one_who_guesses_for_many_addresses_is_stopped() {
    let instance = Instance::builder()
        .settings(|settings| settings.limits.wrong_guesses_per_ip_hour = 6)
        .start()
        .await;
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        let attacker = instance.browser().at("198.51.100.7");
        let id = attacker.begin_sign_up(email, &[]).await;
        for _ in 0..2 {
            attacker.attempt_sign_up(&id, &wrong(&instance.code(email))).await;
        }
    }
    let attacker = instance.browser().at("198.51.100.7");
    let form = [("email_address", EMAIL), ("strategy", "email_code")];
    attacker.post("/v1/client/sign_ups", &form).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn a_code_is_worth_nothing_at_another_attempt() {
    let instance = Instance::start().await;
    let (one, other) = (instance.browser(), instance.browser());
    let first = one.begin_sign_up(EMAIL, &[]).await;
    let of_first = instance.code(EMAIL);
    let second = other.begin_sign_up(EMAIL, &[]).await;
    let of_second = instance.code(EMAIL);
    assert_ne!(of_first, of_second);

    other.attempt_sign_up(&second, &of_first).await.refused(422, "form_code_incorrect");
    one.attempt_sign_up(&first, &of_second).await.refused(422, "form_code_incorrect");
    one.attempt_sign_up(&second, &of_second).await.refused(404, "resource_not_found");
    one.attempt_sign_up(&first, &of_first).await.ok();
}

#[tokio::test]
async fn a_code_to_sign_in_allows_no_new_password() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    browser.prepare_sign_in(&id, "email_code").await.ok();
    let code = instance.code(EMAIL);

    let crossed = browser.attempt_sign_in(&id, "reset_password_email_code", &code).await;
    crossed.refused(400, "verification_missing");
    let form = [("password", "a new long password")];
    browser.reset_password(&id, &form).await.refused(400, "sign_in_state_invalid");
    browser.attempt_sign_in(&id, "email_code", &code).await.ok();
}

#[tokio::test]
async fn a_code_works_to_the_end_of_its_ten_minutes_and_no_longer() {
    let instance = Instance::start().await;
    let (early, late) = (instance.browser(), instance.browser());
    let first = early.begin_sign_up("early@example.com", &[]).await;
    let second = late.begin_sign_up("late@example.com", &[]).await;

    instance.wait(Duration::from_millis(10 * 60 * 1000 - 1));
    early.attempt_sign_up(&first, &instance.code("early@example.com")).await.ok();
    instance.wait(Duration::from_millis(1));
    let refused = late.attempt_sign_up(&second, &instance.code("late@example.com")).await;
    refused.refused(400, "verification_expired");
}

#[tokio::test]
async fn the_newest_code_alone_works() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let old = instance.code(EMAIL);
    instance.wait(Duration::from_secs(30));
    browser.prepare_sign_up(&id).await.ok();
    let new = instance.code(EMAIL);
    assert_ne!(old, new);

    browser.attempt_sign_up(&id, &old).await.refused(422, "form_code_incorrect");
    browser.attempt_sign_up(&id, &new).await.ok();
}

#[tokio::test]
async fn a_code_works_once() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(EMAIL).await;
    browser.prepare_sign_in(&id, "email_code").await.ok();
    let code = instance.code(EMAIL);
    browser.attempt_sign_in(&id, "email_code", &code).await.ok();
    let again = browser.attempt_sign_in(&id, "email_code", &code).await;
    again.refused(400, "verification_already_verified");
    assert_eq!(browser.client().await.count_at("/response/sessions"), 1);
}

#[tokio::test]
async fn what_is_no_code_is_refused_and_costs_no_try() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    let wide: String = code.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    let (longer, many) = (format!("0{code}"), code.repeat(2000));
    let (nul, half) = (format!("{code}\0"), &code[..5]);
    let texts =
        ["", "   ", &wide, &longer, &many, &nul, half, "🦀🦀🦀", "-12345", "+12345", "1e5000"];
    for text in texts {
        let refused = browser.attempt_sign_up(&id, text).await;
        assert_eq!(refused.status, 422, "{text:?}: {}", refused.text);
        assert_eq!(refused.at("/errors/0/meta/param_name"), "code", "{text:?}");
    }
    let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await.ok();
    assert_eq!(shown.at("/response/verifications/email_address/attempts"), 0);
    browser.attempt_sign_up(&id, &code).await.ok();
}

#[tokio::test]
async fn spaces_around_and_within_a_code_do_not_count() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    let spaced = format!(" {} {}\n", &code[..3], &code[3..]);
    browser.attempt_sign_up(&id, &spaced).await.ok();
}

#[tokio::test]
async fn a_zero_in_front_is_part_of_a_code() {
    let instance = Instance::start().await;
    // One code in ten begins with a zero.
    for number in 0..300 {
        let (browser, email) = (instance.browser(), format!("zero{number}@example.com"));
        let id = browser.begin_sign_up(&email, &[]).await;
        let code = instance.code(&email);
        if let Some(rest) = code.strip_prefix('0') {
            browser.attempt_sign_up(&id, rest).await.refused(422, "form_code_incorrect");
            browser.attempt_sign_up(&id, &code).await.ok();
            return;
        }
    }
    panic!("no code begins with a zero");
}

#[tokio::test]
async fn nothing_can_be_proved_before_it_is_asked_for() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let created = browser.post("/v1/client/sign_ups", &[("email_address", EMAIL)]).await.ok();
    let id = created.id();
    let before = state(&browser).await;
    browser.attempt_sign_up(&id, "123456").await.refused(400, "verification_missing");
    assert_eq!(state(&browser).await, before);
}

#[tokio::test]
async fn nothing_is_left_to_prove_of_what_is_complete() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, EMAIL, &[]).await;
    let before = state(&browser).await;
    let again = browser.attempt_sign_up(&done.id(), &instance.code(EMAIL)).await;
    again.refused(400, "verification_already_verified");
    let again = browser.prepare_sign_up(&done.id()).await;
    again.refused(400, "verification_already_verified");
    assert_eq!(state(&browser).await, before);
    assert_eq!(instance.whole_users().await, 1);
}

#[tokio::test]
async fn an_abandoned_attempt_is_gone() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    instance.wait(Duration::from_hours(24));
    browser.attempt_sign_up(&id, &code).await.refused(404, "resource_not_found");
    browser.prepare_sign_up(&id).await.refused(404, "resource_not_found");
    assert_eq!(browser.client().await.at("/response/sign_up"), Value::Null);
    assert_eq!(instance.messages(EMAIL).len(), 1);
}

#[tokio::test]
async fn an_attempt_of_another_browser_cannot_be_found() {
    let instance = Instance::start().await;
    let owner = instance.browser();
    let id = owner.begin_sign_up(EMAIL, &[]).await;
    let stranger = instance.browser();
    stranger.begin_sign_up("eve@example.com", &[]).await;
    let code = instance.code(EMAIL);
    stranger.attempt_sign_up(&id, &code).await.refused(404, "resource_not_found");
    let read = stranger.get(&format!("/v1/client/sign_ups/{id}")).await;
    read.refused(404, "resource_not_found");
    owner.attempt_sign_up(&id, &code).await.ok();
}

async fn guess_wrong(instance: &Instance, browser: &Browser, id: &str, times: usize) {
    let code = wrong(&instance.code(EMAIL));
    for _ in 0..times {
        browser.attempt_sign_up(id, &code).await.refused(422, "form_code_incorrect");
    }
}

/// All that a browser knows of itself, but for the token, which is new each time.
async fn state(browser: &Browser) -> Value {
    let mut client = browser.client().await.at("/response");
    for session in client["sessions"].as_array_mut().unwrap() {
        session["last_active_token"] = Value::Null;
    }
    client
}
