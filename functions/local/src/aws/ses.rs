//! SES v2: `SendEmail` with simple content.

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::answer::Answer;
use super::call::Service;
use super::outbox::{Channel, Draft, Outbox};

pub(super) fn answer(outbox: &Outbox, operation: &str, body: &[u8]) -> Answer {
    if operation != "SendEmail" {
        return Answer::unknown_operation(Service::Ses, operation);
    }
    match serde_json::from_slice::<SendEmailParams>(body) {
        Ok(params) => send(outbox, &params),
        Err(error) => bad_request(&error.to_string()),
    }
}

fn send(outbox: &Outbox, params: &SendEmailParams) -> Answer {
    let content = &params.content.simple;
    if params.from_email_address.is_empty() {
        return bad_request("FromEmailAddress is missing");
    }
    let record = |to: &String| {
        outbox.record(Draft {
            channel: Channel::Email,
            to: to.clone(),
            subject: Some(content.subject.data.clone()),
            text: content.body.text.as_ref().map(|part| part.data.clone()).unwrap_or_default(),
            html: content.body.html.as_ref().map(|part| part.data.clone()),
        })
    };
    let sent: Vec<_> = params.destination.to_addresses.iter().map(record).collect();
    match sent.last() {
        Some(id) => Answer::json(Service::Ses, &json!({ "MessageId": id })),
        None => bad_request("Destination has no recipient"),
    }
}

fn bad_request(message: &str) -> Answer {
    Answer::refusal(Service::Ses, StatusCode::BAD_REQUEST, "BadRequestException", message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmailParams {
    from_email_address: String,
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Simple,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}
