//! What a process costs once: its keys.

use postern_local::aws::Service;
use postern_tests::Instance;

use crate::journeys::{ADDRESS, code};
use crate::measured::{Journey, Recorder};

#[tokio::test]
async fn a_process_asks_kms_twice_and_never_again() {
    let journey = first_requests().await;
    let asked: usize = journey.steps.iter().map(|step| step.count(Service::Kms)).sum();
    assert_eq!(asked, 2);
    assert_eq!(journey.step("touch").count(Service::Kms), 0);
}

#[tokio::test]
async fn a_process_that_has_warmed_up_reads_no_keys_in_a_request() {
    let process = another_process().await;
    process.app.warm_up().await.unwrap();
    let mut measure = Recorder::new(&process);
    measure.step("jwks", process.browser().get("/.well-known/jwks.json")).await.ok();
    assert!(measure.journey("", "").step("jwks").reading.calls.is_empty());
}

/// The first requests of a process that has not warmed up.
pub(crate) async fn first_requests() -> Journey {
    let process = another_process().await;
    let browser = process.browser();
    let mut measure = Recorder::new(&process);
    let form = [("email_address", ADDRESS), ("strategy", "email_code")];
    let id = measure.step("create", browser.post("/v1/client/sign_ups", &form)).await.ok().id();
    let path = format!("/v1/client/sign_ups/{id}/attempt_verification");
    let form = [("strategy", "email_code"), ("code", &*code(&process))];
    let done = measure.step("attempt", browser.post(&path, &form)).await.ok();
    let session = done.text_at("/response/created_session_id");
    let path = format!("/v1/client/sessions/{session}/touch");
    measure.step("touch", browser.post(&path, &[])).await.ok();
    measure.journey(
        "A process that begins",
        "All functions in one process, which has not warmed up; the instance has its keys; `create` asks for the code.",
    )
}

/// A process of an instance that another one has made the keys of.
async fn another_process() -> Instance {
    let first = Instance::builder().without_keys().start().await;
    first.app.warm_up().await.unwrap();
    first.another_process().await
}
