//! The mail service fails.

use std::time::Duration;

use postern_local::aws::Service;
use postern_local::aws::faults::{Calls, Fault, Gate};
use postern_tests::table::{key, number};
use postern_tests::{Browser, Instance, Reply};

use crate::flow::{JANE, PASSWORD};

#[tokio::test]
async fn a_refused_mail_says_so_and_costs_nothing() {
    for fault in [Fault::Refused, Fault::Throttled, Fault::TimedOut] {
        let instance = Instance::start().await;
        let (browser, id) = named(&instance).await;
        // More often than a sign-up may ask for codes, and than an address may get messages.
        for _ in 0..12 {
            instance.faults.plan(Calls::to(Service::Ses), fault.clone());
            let refused = browser.prepare_sign_up(&id).await;
            let refused = refused.refused(503, "message_not_sent");
            assert_eq!(refused.at("/meta/client/sign_up/id"), *id);
        }
        assert_eq!(counted(&instance).await, [0, 0]);
        assert!(instance.messages(JANE).is_empty());
        browser.prepare_sign_up(&id).await.ok();
        browser.attempt_sign_up(&id, &instance.code(JANE)).await.ok();
        assert_eq!(counted(&instance).await, [1, 1]);
    }
}

#[tokio::test]
async fn a_sign_up_whose_first_mail_is_refused_goes_on() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    instance.faults.plan(Calls::to(Service::Ses), Fault::Refused);
    let form = [("email_address", JANE), ("strategy", "email_code")];
    let refused = browser.post("/v1/client/sign_ups", &form).await;
    // The browser got its client with the refusal.
    let id = refused.refused(503, "message_not_sent").text_at("/meta/client/sign_up/id");
    browser.prepare_sign_up(&id).await.ok();
    browser.attempt_sign_up(&id, &instance.code(JANE)).await.ok();
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_is_sent_once_and_its_code_works() {
    let instance = Instance::start().await;
    let (browser, id) = named(&instance).await;
    instance.faults.plan(Calls::to(Service::Ses).every(), Fault::AnswerLost);
    browser.prepare_sign_up(&id).await.refused(503, "message_not_sent");
    assert_eq!(instance.faults.struck(), 1);
    assert_eq!(instance.messages(JANE).len(), 1);
    browser.attempt_sign_up(&id, &instance.code(JANE)).await.ok();
}

#[tokio::test]
async fn a_code_that_arrived_gives_way_to_the_next() {
    let instance = Instance::start().await;
    let (browser, id) = named(&instance).await;
    instance.faults.plan(Calls::to(Service::Ses), Fault::AnswerLost);
    browser.prepare_sign_up(&id).await.refused(503, "message_not_sent");
    let first = instance.code(JANE);
    browser.prepare_sign_up(&id).await.ok();
    assert_eq!(instance.messages(JANE).len(), 2);
    browser.attempt_sign_up(&id, &first).await.refused(422, "form_code_incorrect");
    browser.attempt_sign_up(&id, &instance.code(JANE)).await.ok();
}

#[tokio::test]
async fn a_slow_mail_holds_nobody_else_up() {
    let instance = Instance::start().await;
    let (browser, id) = named(&instance).await;
    let gate = Gate::closed();
    instance.faults.plan(Calls::to(Service::Ses), Fault::Held(gate.clone()));
    let tab = browser.clone();
    let waiting = {
        let id = id.clone();
        tokio::spawn(async move { tab.prepare_sign_up(&id).await })
    };
    gate.arrival().await;
    instance.browser().sign_up(&instance, "john@example.com", &[]).await;
    let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await.ok();
    assert_eq!(shown.at("/response/verifications/email_address/status"), "unverified");
    // Who is impatient does not get a second one.
    browser.prepare_sign_up(&id).await.refused(429, "too_many_requests");
    gate.open();
    waiting.await.unwrap().ok();
    assert_eq!(instance.messages(JANE).len(), 1);
    browser.attempt_sign_up(&id, &instance.code(JANE)).await.ok();
}

#[tokio::test]
async fn a_code_that_was_never_sent_is_void_whoever_changes_the_client_meanwhile() {
    let instance = Instance::start().await;
    for _ in 0..instance.app.settings().limits.messages_per_address_hour {
        instance.browser().begin_sign_up(JANE, &[]).await;
    }
    let (browser, id) = named(&instance).await;
    // The code is stored before the limit refuses it; what takes it back is held up.
    let gate = Gate::closed();
    let withdrawal = Calls::to(Service::DynamoDb).operation("PutItem").skip(1);
    instance.faults.plan(withdrawal, Fault::Held(gate.clone()));
    let tab = browser.clone();
    let refused = {
        let id = id.clone();
        tokio::spawn(async move { tab.prepare_sign_up(&id).await })
    };
    gate.arrival().await;
    let path = format!("/v1/client/sign_ups/{id}");
    browser.patch(&path, &[("first_name", "Jane")]).await.ok();
    browser.attempt_sign_up(&id, "000000").await.refused(422, "form_code_incorrect");
    gate.open();
    refused.await.unwrap().refused(429, "too_many_requests");
    let shown = browser.get(&path).await.ok();
    assert_eq!(shown.at("/response/first_name"), "Jane");
    assert_eq!(shown.at("/response/verifications/email_address/next_action"), "needs_prepare");
    browser.attempt_sign_up(&id, "000000").await.refused(400, "verification_missing");
}

#[tokio::test]
async fn a_mail_that_fails_late_takes_nothing_from_who_moved_on() {
    let instance = Instance::start().await;
    let (browser, id) = named(&instance).await;
    let gate = Gate::closed();
    instance.faults.plan(Calls::to(Service::Ses), Fault::Held(gate.clone()));
    let tab = browser.clone();
    let waiting = {
        let id = id.clone();
        tokio::spawn(async move { tab.prepare_sign_up(&id).await })
    };
    gate.arrival().await;
    instance.wait(instance.app.settings().codes.resend_after);
    // Another address meanwhile: what comes of the first mail is of no interest any more.
    let path = format!("/v1/client/sign_ups/{id}");
    browser.patch(&path, &[("email_address", "other@example.com")]).await.ok();
    browser.prepare_sign_up(&id).await.ok();
    gate.open();
    waiting.await.unwrap();
    let code = instance.code("other@example.com");
    browser.attempt_sign_up(&id, &code).await.ok();
    assert_eq!(instance.keys("EMAIL#").await, ["EMAIL#other@example.com"]);
}

#[tokio::test]
async fn a_password_is_set_though_the_notice_fails() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[("password", PASSWORD)]).await;
    let browser = instance.browser();
    let id = browser.begin_reset(&instance, JANE).await;
    instance.faults.plan(Calls::to(Service::Ses).every(), Fault::Refused);
    browser.reset_password(&id, &[("password", "correct donkey battery")]).await.ok();
    assert_eq!(instance.faults.struck(), 1);
    instance.browser().sign_in(JANE, "correct donkey battery").await.ok();
}

#[tokio::test]
async fn a_mail_that_fails_at_the_end_of_the_hour_gives_back_its_own_hour() {
    let instance = Instance::start().await;
    let (browser, id) = named(&instance).await;
    instance.wait(Duration::from_secs(59 * 60 + 59));
    instance.faults.plan(Calls::to(Service::Ses), Fault::Refused);
    browser.prepare_sign_up(&id).await.refused(503, "message_not_sent");
    instance.wait(Duration::from_secs(2));
    browser.prepare_sign_up(&id).await.ok();
    assert_eq!(counted(&instance).await, [1, 1]);
}

/// A browser with a sign-up that names Jane, and its id.
async fn named(instance: &Instance) -> (Browser, String) {
    let browser = instance.browser();
    let created: Reply = browser.post("/v1/client/sign_ups", &[("email_address", JANE)]).await.ok();
    (browser, created.id())
}

/// The messages that are counted, for all addresses and for all callers.
async fn counted(instance: &Instance) -> [i64; 2] {
    let items = instance.items().await;
    ["COUNT#EMAIL#", "COUNT#IP#"].map(|kind| {
        let meant = items.iter().filter(|item| key(item).starts_with(kind));
        meant.map(|item| number(item, "messages")).sum()
    })
}
