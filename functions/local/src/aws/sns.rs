//! SNS: `Publish` to a phone number.

use std::borrow::Cow;
use std::collections::HashMap;

use http::StatusCode;

use super::answer::Answer;
use super::call::Service;
use super::outbox::{Channel, Draft, Outbox};

pub(super) fn answer(outbox: &Outbox, operation: &str, body: &[u8]) -> Answer {
    if operation != "Publish" {
        return Answer::unknown_operation(Service::Sns, operation);
    }
    let params: HashMap<_, _> = form_urlencoded::parse(body).collect();
    let given = |name: &str| params.get(name).map(Cow::as_ref).filter(|value| !value.is_empty());
    match (given("PhoneNumber"), given("Message")) {
        (Some(to), Some(text)) => published(&outbox.record(Draft {
            channel: Channel::Sms,
            to: to.to_owned(),
            subject: None,
            text: text.to_owned(),
            html: None,
        })),
        (None, _) => invalid("PhoneNumber is missing"),
        (Some(_), None) => invalid("Empty message"),
    }
}

fn published(id: &str) -> Answer {
    let body = format!(
        "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <PublishResult><MessageId>{id}</MessageId></PublishResult>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>",
    );
    Answer::ready(Service::Sns, StatusCode::OK, body)
}

fn invalid(message: &str) -> Answer {
    Answer::refusal(Service::Sns, StatusCode::BAD_REQUEST, "InvalidParameter", message)
}
