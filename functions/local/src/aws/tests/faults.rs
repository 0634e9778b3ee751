use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use super::*;
use crate::aws::faults::{Calls, Fault, Faults, Gate};

#[tokio::test]
async fn a_fault_strikes_the_call_that_was_meant() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    let puts = Calls::to(Service::DynamoDb).operation("PutItem");
    faults.plan(puts.skip(1).take(2), Fault::Throttled);
    let mut codes = Vec::new();
    for pk in ["a", "b", "c", "d"] {
        let put = client.put_item().table_name("things").set_item(Some(item(pk, "x")));
        codes.push(put.send().await.err().and_then(|e| code_of(&e).map(str::to_owned)));
        value(&client, pk).await;
    }
    let throttled = Some("ProvisionedThroughputExceededException".to_owned());
    assert_eq!(codes, [None, throttled.clone(), throttled, None]);
    assert_eq!(faults.struck(), 2);
}

#[tokio::test]
async fn a_lost_answer_hides_a_write_that_happened() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    faults.plan(Calls::any(), Fault::AnswerLost);
    let put = client.put_item().table_name("things").set_item(Some(item("a", "written")));
    let error = put.send().await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");
    assert_eq!(value(&client, "a").await.as_deref(), Some("written"));
}

#[tokio::test]
async fn a_call_that_timed_out_changed_nothing() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    faults.plan(Calls::any(), Fault::TimedOut);
    let put = client.put_item().table_name("things").set_item(Some(item("a", "x")));
    let error = put.send().await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_timeout()));
    assert_eq!(value(&client, "a").await, None);
}

#[tokio::test]
async fn a_conflict_cancels_a_transaction_with_a_reason_for_each_item() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    faults.plan(Calls::any(), Fault::Conflict);
    assert_eq!(value(&client, "a").await, None, "a read has no conflict");
    let write = || client.transact_write_items().transact_items(put("a")).transact_items(put("b"));
    let refused = write().send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = &refused else {
        panic!("{refused:?}")
    };
    let reasons = cancelled.cancellation_reasons().iter();
    let codes: Vec<_> = reasons.filter_map(|reason| reason.code.as_deref()).collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    write().send().await.unwrap();
}

#[tokio::test]
async fn mail_is_refused_or_throttled_in_the_words_of_ses() {
    let services = Services::in_memory().unwrap();
    let faults = Faults::before(services.http_client());
    let client = ses(faults.http_client());
    faults.plan(Calls::to(Service::Ses), Fault::Refused);
    faults.plan(Calls::to(Service::Ses), Fault::Throttled);
    let refused = send_mail(&client).await.unwrap_err().into_service_error();
    assert!(refused.is_message_rejected(), "{refused:?}");
    let throttled = send_mail(&client).await.unwrap_err().into_service_error();
    assert!(throttled.is_too_many_requests_exception(), "{throttled:?}");
    assert!(services.outbox().all().is_empty());
}

#[tokio::test]
async fn a_held_call_waits_for_its_gate() {
    let services = Services::in_memory().unwrap();
    let faults = Faults::before(services.http_client());
    let client = ses(faults.http_client());
    let gate = Gate::closed();
    faults.plan(Calls::any(), Fault::Held(gate.clone()));
    let sending = tokio::spawn(async move { send_mail(&client).await.unwrap() });
    gate.arrival().await;
    assert!(services.outbox().all().is_empty());
    gate.open();
    let id = sending.await.unwrap();
    assert!(services.outbox().find(&id).is_some());
}
