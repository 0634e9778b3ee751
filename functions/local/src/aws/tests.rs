use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TransactWriteItem,
};
use aws_sdk_dynamodb::{Client as DynamoDb, config as dynamodb_config};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::{Client as Kms, config as kms_config};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sesv2::{Client as Ses, config as ses_config};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::faults::{Calls, Fault, Faults, Gate};
use super::meter::{Capacity, Meter};
use super::*;

/// One try a call, so that each fault is seen as it is.
fn dynamodb(http: SharedHttpClient) -> DynamoDb {
    let config = dynamodb_config::Config::builder()
        .region(dynamodb_config::Region::new("us-east-1"))
        .endpoint_url("http://localhost")
        .retry_config(dynamodb_config::retry::RetryConfig::disabled())
        .http_client(http)
        .allow_no_auth()
        .build();
    DynamoDb::from_conf(config)
}

fn kms(http: SharedHttpClient) -> Kms {
    let config = kms_config::Config::builder()
        .region(kms_config::Region::new("us-east-1"))
        .endpoint_url("http://localhost")
        .retry_config(kms_config::retry::RetryConfig::disabled())
        .http_client(http)
        .allow_no_auth()
        .build();
    Kms::from_conf(config)
}

fn ses(http: SharedHttpClient) -> Ses {
    let config = ses_config::Config::builder()
        .region(ses_config::Region::new("us-east-1"))
        .endpoint_url("http://localhost")
        .retry_config(ses_config::retry::RetryConfig::disabled())
        .http_client(http)
        .allow_no_auth()
        .build();
    Ses::from_conf(config)
}

async fn create_table(client: &DynamoDb) {
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S);
    client
        .create_table()
        .table_name("things")
        .key_schema(key.build().unwrap())
        .attribute_definitions(attribute.build().unwrap())
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

fn item(pk: &str, value: &str) -> HashMap<String, AttributeValue> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([
        ("pk".to_owned(), text(pk)),
        ("value".to_owned(), text(value)),
    ])
}

fn put(pk: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("things")
        .set_item(Some(item(pk, "x")))
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

async fn value(client: &DynamoDb, pk: &str) -> Option<String> {
    let key = AttributeValue::S(pk.to_owned());
    let read = client
        .get_item()
        .table_name("things")
        .key("pk", key)
        .consistent_read(true);
    let item = read.send().await.unwrap().item?;
    item.get("value")?.as_s().ok().cloned()
}

fn code_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
}

/// A directory of this test's own, gone with the value.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id())))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_failed_condition_returns_the_item_that_stood_in_the_way() {
    let services = Services::in_memory().unwrap();
    let client = dynamodb(services.http_client());
    create_table(&client).await;
    let insert = |value: &str| {
        client
            .put_item()
            .table_name("things")
            .set_item(Some(item("a", value)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    insert("first").await.unwrap();
    let refused = insert("second").await.unwrap_err().into_service_error();
    assert!(
        refused.is_conditional_check_failed_exception(),
        "{refused:?}"
    );
    assert_eq!(value(&client, "a").await.as_deref(), Some("first"));
}

#[tokio::test]
async fn joined_calls_race_on_one_thread() {
    let services = Services::in_memory().unwrap();
    let client = dynamodb(services.http_client());
    create_table(&client).await;
    let read_then_write = async |mark: &str| {
        let before = value(&client, "a").await;
        let write = client
            .put_item()
            .table_name("things")
            .set_item(Some(item("a", mark)));
        write.send().await.unwrap();
        before
    };
    let (one, other) = tokio::join!(read_then_write("one"), read_then_write("other"));
    assert_eq!((one, other), (None, None));
}

#[tokio::test]
async fn tables_and_master_key_survive_a_restart() {
    let dir = Directory::new("restart");
    let blob = {
        let services = Services::open(&dir.0).unwrap();
        let client = dynamodb(services.http_client());
        create_table(&client).await;
        let write = client
            .put_item()
            .table_name("things")
            .set_item(Some(item("a", "kept")));
        write.send().await.unwrap();
        let secret = kms(services.http_client()).encrypt().key_id("alias/any");
        secret
            .plaintext(Blob::new("secret"))
            .send()
            .await
            .unwrap()
            .ciphertext_blob
            .unwrap()
    };
    let services = Services::open(&dir.0).unwrap();
    assert_eq!(
        value(&dynamodb(services.http_client()), "a")
            .await
            .as_deref(),
        Some("kept")
    );
    let opened = kms(services.http_client())
        .decrypt()
        .ciphertext_blob(blob)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"secret");
}

#[test]
fn a_directory_has_one_owner() {
    let dir = Directory::new("owner");
    let first = Services::open(&dir.0).unwrap();
    assert!(matches!(
        Services::open(&dir.0),
        Err(OpenError::InUse { .. })
    ));
    drop(first);
    assert!(Services::open(&dir.0).is_ok());
}

#[cfg(unix)]
#[test]
fn only_its_user_reads_the_master_key() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Directory::new("mode");
    let _services = Services::open(&dir.0).unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.0.join("kms-master.key")), 0o600);
    assert_eq!(mode(dir.0.clone()), 0o700);
}

#[test]
fn a_damaged_master_key_is_not_replaced() {
    let dir = Directory::new("damaged");
    drop(Services::open(&dir.0).unwrap());
    std::fs::write(dir.0.join("kms-master.key"), "short").unwrap();
    assert!(matches!(
        Services::open(&dir.0),
        Err(OpenError::MasterKey { .. })
    ));
}

#[tokio::test]
async fn a_ciphertext_opens_under_its_own_context_alone() {
    let client = kms(Services::in_memory().unwrap().http_client());
    let sealed = client
        .encrypt()
        .key_id("alias/postern")
        .plaintext(Blob::new("secret"))
        .encryption_context("instance", "one")
        .send()
        .await
        .unwrap();
    let blob = sealed.ciphertext_blob.unwrap();
    let open = |context: &str| {
        client
            .decrypt()
            .ciphertext_blob(blob.clone())
            .encryption_context("instance", context)
            .send()
    };
    assert_eq!(
        open("one").await.unwrap().plaintext.unwrap().as_ref(),
        b"secret"
    );
    let refused = open("two").await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_ciphertext_exception(), "{refused:?}");
}

#[tokio::test]
async fn a_secret_beyond_the_limit_of_kms_is_refused() {
    let client = kms(Services::in_memory().unwrap().http_client());
    let encrypt = client
        .encrypt()
        .key_id("alias/postern")
        .plaintext(Blob::new(vec![0; 4097]));
    assert_eq!(
        code_of(&encrypt.send().await.unwrap_err()),
        Some("ValidationException")
    );
}

#[tokio::test]
async fn a_data_key_comes_in_plain_and_encrypted() {
    let client = kms(Services::in_memory().unwrap().http_client());
    let key = client
        .generate_data_key()
        .key_id("k")
        .number_of_bytes(24)
        .send()
        .await
        .unwrap();
    let opened = client
        .decrypt()
        .ciphertext_blob(key.ciphertext_blob.unwrap())
        .send()
        .await;
    let plaintext = key.plaintext.unwrap();
    assert_eq!(plaintext.as_ref().len(), 24);
    assert_eq!(opened.unwrap().plaintext.unwrap(), plaintext);
}

async fn send_mail(
    client: &Ses,
) -> Result<String, SdkError<aws_sdk_sesv2::operation::send_email::SendEmailError>> {
    let part = |text: &str| Content::builder().data(text).build().unwrap();
    let body = Body::builder()
        .text(part("Your code is 424242."))
        .html(part("<b>424242</b>"));
    let message = Message::builder()
        .subject(part("424242 is your code"))
        .body(body.build());
    let sent = client
        .send_email()
        .from_email_address("Shop <no-reply@example.com>")
        .destination(
            Destination::builder()
                .to_addresses("ada@example.com")
                .build(),
        )
        .content(EmailContent::builder().simple(message.build()).build())
        .send()
        .await?;
    Ok(sent.message_id.unwrap())
}

#[tokio::test]
async fn a_mail_that_was_sent_lies_in_the_outbox() {
    let services = Services::in_memory().unwrap();
    let id = send_mail(&ses(services.http_client())).await.unwrap();
    let message = services.outbox().find(&id).unwrap();
    assert_eq!(message.to, "ada@example.com");
    assert_eq!(message.subject.as_deref(), Some("424242 is your code"));
    assert_eq!(message.html.as_deref(), Some("<b>424242</b>"));
    assert_eq!(message.code.as_deref(), Some("424242"));
    assert_eq!(message.link, None);
}

#[tokio::test]
async fn a_text_message_that_was_sent_lies_in_the_outbox() {
    let services = Services::in_memory().unwrap();
    let call = Call {
        service: Service::Sns,
        operation: "Publish".to_owned(),
    };
    let body = b"Action=Publish&PhoneNumber=%2B15555550100&Message=424242+is+your+code".to_vec();
    let answer = services.answer(&call, body).await;
    let message = services.outbox().to("+15555550100").pop().unwrap();
    assert_eq!(message.channel, outbox::Channel::Sms);
    assert_eq!(message.code.as_deref(), Some("424242"));
    assert!(
        String::from_utf8(answer.body)
            .unwrap()
            .contains(&message.id)
    );
}

#[tokio::test]
async fn the_endpoint_answers_by_http_as_the_connector_does() {
    let services = Services::in_memory().unwrap();
    create_table(&dynamodb(services.http_client())).await;
    let request = http::Request::post("http://localhost:4566/")
        .header("x-amz-target", "DynamoDB_20120810.DescribeTable")
        .body(axum::body::Body::from(r#"{"TableName":"things"}"#))
        .unwrap();
    let response = services.endpoint().oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/x-amz-json-1.0"
    );
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["Table"]["TableStatus"], "ACTIVE");
}

#[tokio::test]
async fn a_service_without_a_stand_in_is_not_found() {
    let services = Services::in_memory().unwrap();
    let request = http::Request::get("/")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = services.endpoint().oneshot(request).await.unwrap();
    assert_eq!(response.status(), http::StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_fault_strikes_the_call_that_was_meant() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    let puts = Calls::to(Service::DynamoDb).operation("PutItem");
    faults.plan(puts.skip(1).take(2), Fault::Throttled);
    let mut codes = Vec::new();
    for pk in ["a", "b", "c", "d"] {
        let put = client
            .put_item()
            .table_name("things")
            .set_item(Some(item(pk, "x")));
        codes.push(
            put.send()
                .await
                .err()
                .and_then(|e| code_of(&e).map(str::to_owned)),
        );
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
    let put = client
        .put_item()
        .table_name("things")
        .set_item(Some(item("a", "written")));
    let error = put.send().await.unwrap_err();
    assert!(
        matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()),
        "{error:?}"
    );
    assert_eq!(value(&client, "a").await.as_deref(), Some("written"));
}

#[tokio::test]
async fn a_call_that_timed_out_changed_nothing() {
    let faults = Faults::before(Services::in_memory().unwrap().http_client());
    let client = dynamodb(faults.http_client());
    create_table(&client).await;
    faults.plan(Calls::any(), Fault::TimedOut);
    let put = client
        .put_item()
        .table_name("things")
        .set_item(Some(item("a", "x")));
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
    let write = || {
        client
            .transact_write_items()
            .transact_items(put("a"))
            .transact_items(put("b"))
    };
    let refused = write().send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError
        ::TransactionCanceledException(cancelled) = &refused else { panic!("{refused:?}") };
    let reasons = cancelled.cancellation_reasons().iter();
    let codes: Vec<_> = reasons
        .filter_map(|reason| reason.code.as_deref())
        .collect();
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

#[tokio::test]
async fn the_meter_counts_joined_calls_as_one_round_trip() {
    let services = Services::in_memory().unwrap();
    create_table(&dynamodb(services.http_client())).await;
    let meter = Meter::before(services.http_client());
    let client = dynamodb(meter.http_client());
    tokio::join!(
        value(&client, "a"),
        value(&client, "b"),
        value(&client, "c")
    );
    let write = client
        .transact_write_items()
        .transact_items(put("a"))
        .transact_items(put("b"));
    write.send().await.unwrap();
    let reading = meter.take();
    assert_eq!(reading.count(Service::DynamoDb), 4);
    assert_eq!(reading.round_trips(Service::DynamoDb), 2);
    assert_eq!(
        reading.capacity(),
        Capacity {
            read: 3.0,
            write: 4.0
        }
    );
    assert_eq!(meter.take().calls, []);
}

#[tokio::test]
async fn the_meter_counts_a_call_that_follows_another_kind_of_call() {
    let services = Services::in_memory().unwrap();
    create_table(&dynamodb(services.http_client())).await;
    let faults = Faults::before(services.http_client());
    let meter = Meter::before(faults.http_client());
    let client = dynamodb(meter.http_client());
    faults.plan(Calls::any(), Fault::TimedOut);
    let put = client
        .put_item()
        .table_name("things")
        .set_item(Some(item("a", "x")));
    put.clone().send().await.unwrap_err();
    send_mail(&ses(meter.http_client())).await.unwrap();
    put.send().await.unwrap();
    let reading = meter.take();
    assert_eq!(reading.round_trips(Service::DynamoDb), 2);
    assert_eq!(reading.round_trips(Service::Ses), 1);
    let statuses: Vec<_> = reading
        .calls
        .iter()
        .map(|measured| measured.status)
        .collect();
    assert_eq!(statuses, [None, Some(200), Some(200)]);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the embedded tables go by the system's clock"
)]
fn seconds_from_now(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

#[tokio::test]
async fn expired_items_are_swept() {
    let services = Services::in_memory().unwrap();
    let client = dynamodb(services.http_client());
    create_table(&client).await;
    let ttl = aws_sdk_dynamodb::types::TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("expires");
    let ttl = ttl.build().unwrap();
    client
        .update_time_to_live()
        .table_name("things")
        .time_to_live_specification(ttl)
        .send()
        .await
        .unwrap();
    for (pk, expires) in [
        ("over", seconds_from_now(-60)),
        ("live", seconds_from_now(3_600)),
    ] {
        let put = client
            .put_item()
            .table_name("things")
            .set_item(Some(item(pk, "x")));
        put.item("expires", AttributeValue::N(expires.to_string()))
            .send()
            .await
            .unwrap();
    }
    services.sweep_expired().await;
    assert_eq!(value(&client, "over").await, None);
    assert_eq!(value(&client, "live").await.as_deref(), Some("x"));
}
