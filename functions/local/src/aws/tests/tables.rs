use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TimeToLiveSpecification};

use super::*;

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
    let PutItemError::ConditionalCheckFailedException(failed) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(failed.item().unwrap(), &item("a", "first"));
    assert_eq!(value(&client, "a").await.as_deref(), Some("first"));
}

#[tokio::test]
async fn joined_calls_race_on_one_thread() {
    let services = Services::in_memory().unwrap();
    let client = dynamodb(services.http_client());
    create_table(&client).await;
    let read_then_write = async |mark: &str| {
        let before = value(&client, "a").await;
        let write = client.put_item().table_name("things").set_item(Some(item("a", mark)));
        write.send().await.unwrap();
        before
    };
    let (one, other) = tokio::join!(read_then_write("one"), read_then_write("other"));
    assert_eq!((one, other), (None, None));
}

#[expect(clippy::disallowed_methods, reason = "the embedded tables go by the system's clock")]
fn seconds_from_now(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

#[tokio::test]
async fn expired_items_are_swept() {
    let services = Services::in_memory().unwrap();
    let client = dynamodb(services.http_client());
    create_table(&client).await;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires");
    let ttl = ttl.build().unwrap();
    client
        .update_time_to_live()
        .table_name("things")
        .time_to_live_specification(ttl)
        .send()
        .await
        .unwrap();
    for (pk, expires) in [("over", seconds_from_now(-60)), ("live", seconds_from_now(3_600))] {
        let put = client.put_item().table_name("things").set_item(Some(item(pk, "x")));
        put.item("expires", AttributeValue::N(expires.to_string())).send().await.unwrap();
    }
    services.sweep_expired().await;
    assert_eq!(value(&client, "over").await, None);
    assert_eq!(value(&client, "live").await.as_deref(), Some("x"));
}
