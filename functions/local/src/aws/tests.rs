mod data_dir;
mod endpoint;
mod faults;
mod kms;
mod messages;
mod meter;
mod tables;

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
    ScalarAttributeType, TransactWriteItem,
};
use aws_sdk_dynamodb::{Client as DynamoDb, config as dynamodb_config};
use aws_sdk_kms::{Client as Kms, config as kms_config};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sesv2::{Client as Ses, config as ses_config};

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
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let attribute =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
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
    HashMap::from([("pk".to_owned(), text(pk)), ("value".to_owned(), text(value))])
}

fn put(pk: &str) -> TransactWriteItem {
    let put = Put::builder().table_name("things").set_item(Some(item(pk, "x"))).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

async fn value(client: &DynamoDb, pk: &str) -> Option<String> {
    let key = AttributeValue::S(pk.to_owned());
    let read = client.get_item().table_name("things").key("pk", key).consistent_read(true);
    let item = read.send().await.unwrap().item?;
    item.get("value")?.as_s().ok().cloned()
}

fn code_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

async fn send_mail(client: &Ses) -> Result<String, SdkError<SendEmailError>> {
    let part = |text: &str| Content::builder().data(text).build().unwrap();
    let body = Body::builder().text(part("Your code is 424242.")).html(part("<b>424242</b>"));
    let message = Message::builder().subject(part("424242 is your code")).body(body.build());
    let sent = client
        .send_email()
        .from_email_address("Shop <no-reply@example.com>")
        .destination(Destination::builder().to_addresses("ada@example.com").build())
        .content(EmailContent::builder().simple(message.build()).build())
        .send()
        .await?;
    Ok(sent.message_id.unwrap())
}
