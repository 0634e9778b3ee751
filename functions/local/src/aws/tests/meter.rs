use super::*;
use crate::aws::faults::{Calls, Fault, Faults};
use crate::aws::meter::{Capacity, Meter};

#[tokio::test]
async fn the_meter_counts_joined_calls_as_one_round_trip() {
    let services = Services::in_memory().unwrap();
    create_table(&dynamodb(services.http_client())).await;
    let meter = Meter::before(services.http_client());
    let client = dynamodb(meter.http_client());
    tokio::join!(value(&client, "a"), value(&client, "b"), value(&client, "c"));
    let write = client.transact_write_items().transact_items(put("a")).transact_items(put("b"));
    write.send().await.unwrap();
    let reading = meter.take();
    assert_eq!(reading.count(Service::DynamoDb), 4);
    assert_eq!(reading.round_trips(Service::DynamoDb), 2);
    assert_eq!(reading.capacity(), Capacity { read: 3.0, write: 4.0 });
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
    let put = client.put_item().table_name("things").set_item(Some(item("a", "x")));
    put.clone().send().await.unwrap_err();
    send_mail(&ses(meter.http_client())).await.unwrap();
    put.send().await.unwrap();
    let reading = meter.take();
    assert_eq!(reading.round_trips(Service::DynamoDb), 2);
    assert_eq!(reading.round_trips(Service::Ses), 1);
    let statuses: Vec<_> = reading.calls.iter().map(|measured| measured.status).collect();
    assert_eq!(statuses, [None, Some(200), Some(200)]);
}
