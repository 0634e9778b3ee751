//! The keys cannot be had when a process starts.

use postern_local::aws::Service;
use postern_local::aws::faults::{Calls, Fault};
use postern_tests::{Browser, Instance, Reply};

use crate::flow::JANE;

#[tokio::test]
async fn without_kms_the_first_request_is_refused_and_the_next_succeeds() {
    let instance = Instance::builder().without_keys().start().await;
    let kms = Calls::to(Service::Kms).every();
    instance.faults.plan(kms, Fault::TimedOut);
    sign_up(&instance.browser()).await.refused(503, "service_unavailable");
    instance.faults.clear();
    let browser = instance.browser();
    let done = browser.sign_up(&instance, JANE, &[]).await;
    assert!(done.at("/client/sessions/0/last_active_token/jwt").is_string());
}

#[tokio::test]
async fn a_process_that_cannot_open_the_ring_makes_no_other() {
    let instance = Instance::builder().without_keys().start().await;
    sign_up(&instance.browser()).await.ok();
    let published = instance.browser().get("/.well-known/jwks.json").await.ok();
    let other = instance.another_process().await;
    other.faults.plan(Calls::to(Service::Kms).every(), Fault::Refused);
    sign_up(&other.browser()).await.refused(503, "service_unavailable");
    // What is public needs no KMS.
    let same = other.browser().get("/.well-known/jwks.json").await.ok();
    assert_eq!(same.at("/keys"), published.at("/keys"));
    other.faults.clear();
    sign_up(&other.browser()).await.ok();
}

#[tokio::test]
async fn a_sign_up_is_done_though_its_token_cannot_be_signed() {
    let instance = Instance::builder().without_keys().start().await;
    let id = instance.browser().begin_sign_up("john@example.com", &[]).await;
    assert!(id.starts_with("sua_"));
    let other = instance.another_process().await;
    let browser = other.browser();
    let id = browser.begin_sign_up(JANE, &[]).await;
    // The key of the codes is open; the one that signs tokens is not.
    other.faults.plan(Calls::to(Service::Kms).every(), Fault::TimedOut);
    let refused = browser.attempt_sign_up(&id, &other.code(JANE)).await;
    refused.refused(503, "service_unavailable");
    other.faults.clear();
    assert_eq!(instance.whole_users().await, 1);
    other.wait(std::time::Duration::from_secs(61));
    browser.sign_in_by_code(&other, JANE).await;
}

#[tokio::test]
async fn a_cold_start_survives_any_fault() {
    let instance = Instance::builder().without_keys().start().await;
    sign_up(&instance.browser()).await.ok();
    let calls: Vec<_> = instance.meter.take().calls.into_iter().map(|made| made.call).collect();
    let kms = calls.iter().filter(|call| call.service == Service::Kms).count();
    assert!(kms > 0, "{calls:?}");
    // Up to the first call that is about the sign-up itself.
    let cold = calls.iter().rposition(|call| call.service == Service::Kms).unwrap() + 1;
    for number in 0..cold {
        for fault in [Fault::Throttled, Fault::TimedOut, Fault::AnswerLost] {
            for take in [1, 3] {
                let instance = Instance::builder().without_keys().start().await;
                instance.faults.plan(Calls::any().skip(number).take(take), fault.clone());
                let reply = sign_up(&instance.browser()).await;
                let status = reply.status.as_u16();
                assert!([200, 503].contains(&status), "{number} {fault:?}: {}", reply.text);
                assert!(take > 1 || status == 200, "{number} {fault:?}: {}", reply.text);
                instance.faults.clear();
                instance.browser().sign_up(&instance, "john@example.com", &[]).await;
                let keys = instance.browser().get("/.well-known/jwks.json").await.ok();
                assert_eq!(keys.count_at("/keys"), 1);
            }
        }
    }
}

async fn sign_up(browser: &Browser) -> Reply {
    let form = [("email_address", JANE), ("strategy", "email_code")];
    browser.post("/v1/client/sign_ups", &form).await
}
