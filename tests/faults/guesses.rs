//! The table fails while somebody guesses: nobody learns for free whether they were right.

use postern_local::aws::Service;
use postern_local::aws::faults::{Calls, Fault};
use postern_tests::{Instance, wrong};

use crate::flow::{JANE, PASSWORD};

#[tokio::test]
async fn a_wrong_code_that_could_not_be_counted_has_used_up_its_try() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(JANE, &[]).await;
    let code = wrong(&instance.code(JANE));
    // The caller's own counter is written, the address's is not.
    instance.faults.plan(updates().skip(1).every(), Fault::Throttled);
    browser.attempt_sign_up(&id, &code).await.refused(503, "service_unavailable");
    let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await.ok();
    assert_eq!(shown.at("/response/verifications/email_address/attempts"), 1);
}

#[tokio::test]
async fn a_wrong_code_at_sign_in_that_could_not_be_counted_has_used_up_its_try() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[]).await;
    let browser = instance.browser();
    let id = browser.begin_sign_in(JANE).await;
    browser.prepare_sign_in(&id, "email_code").await.ok();
    let code = wrong(&instance.code(JANE));
    // The caller's and the account's own counters are written, the address's is not.
    instance.faults.plan(updates().skip(2).every(), Fault::Throttled);
    let refused = browser.attempt_sign_in(&id, "email_code", &code).await;
    refused.refused(503, "service_unavailable");
    let shown = browser.get(&format!("/v1/client/sign_ins/{id}")).await.ok();
    assert_eq!(shown.at("/response/first_factor_verification/attempts"), 1);
}

#[tokio::test]
async fn a_wrong_code_whose_write_lost_its_answer_is_one_try() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(JANE, &[]).await;
    let code = wrong(&instance.code(JANE));
    let write = Calls::to(Service::DynamoDb).operation("PutItem");
    instance.faults.plan(write, Fault::AnswerLost);
    browser.attempt_sign_up(&id, &code).await.refused(422, "form_code_incorrect");
    assert_eq!(instance.faults.struck(), 1);
    let shown = browser.get(&format!("/v1/client/sign_ups/{id}")).await.ok();
    assert_eq!(shown.at("/response/verifications/email_address/attempts"), 1);
}

#[tokio::test]
async fn a_counter_that_a_transaction_holds_for_a_moment_is_counted_all_the_same() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(JANE, &[]).await;
    let code = wrong(&instance.code(JANE));
    instance.faults.plan(updates().take(2), Fault::Conflict);
    browser.attempt_sign_up(&id, &code).await.refused(422, "form_code_incorrect");
    assert_eq!(instance.faults.struck(), 2);
}

#[tokio::test]
async fn without_counters_right_and_wrong_are_refused_alike() {
    let instance = account().await;
    instance.faults.plan(updates().every(), Fault::Throttled);
    let right = instance.browser().sign_in(JANE, PASSWORD).await;
    let wrong = instance.browser().sign_in(JANE, "wrong password").await;
    let (right, wrong) =
        (right.refused(503, "service_unavailable"), wrong.refused(503, "service_unavailable"));
    assert_eq!(right.at("/errors"), wrong.at("/errors"));
}

#[tokio::test]
async fn without_the_clients_record_right_and_wrong_are_refused_alike() {
    let instance = account().await;
    for fault in [Fault::Throttled, Fault::Conflict] {
        let writes = ["PutItem", "TransactWriteItems"];
        for operation in writes {
            let calls = Calls::to(Service::DynamoDb).operation(operation).every();
            instance.faults.plan(calls, fault.clone());
        }
        let right = instance.browser().sign_in(JANE, PASSWORD).await;
        let wrong = instance.browser().sign_in(JANE, "wrong password").await;
        instance.faults.clear();
        assert_eq!((right.status, right.at("/errors")), (wrong.status, wrong.at("/errors")));
    }
}

#[tokio::test]
async fn a_right_password_is_right_though_the_counter_is_not_set_to_zero() {
    let instance = account().await;
    instance.faults.plan(updates().skip(2).every(), Fault::Throttled);
    instance.browser().sign_in(JANE, PASSWORD).await.ok();
    assert!(instance.faults.struck() > 0);
}

async fn account() -> Instance {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[("password", PASSWORD)]).await;
    instance
}

/// The calls that count.
fn updates() -> Calls {
    Calls::to(Service::DynamoDb).operation("UpdateItem")
}
