//! What a service answers, before a transport carries it.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use super::call::Service;

/// A service's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind of error, which SES names in a header alone.
    pub error: Option<&'static str>,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer whose body is already in the service's format.
    pub(super) fn ready(service: Service, status: StatusCode, body: String) -> Self {
        Self { status, error: None, content_type: content_type(service), body: body.into_bytes() }
    }

    /// A success in JSON.
    pub(super) fn json(service: Service, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(body) => Self::ready(service, StatusCode::OK, body),
            Err(error) => Self::failure(service, &error.to_string()),
        }
    }

    /// A refusal in the shape that `service` gives to its errors.
    pub(super) fn refusal(
        service: Service,
        status: StatusCode,
        error: &'static str,
        message: &str,
    ) -> Self {
        let body = match service {
            Service::DynamoDb | Service::Kms => {
                json!({ "__type": error, "message": message }).to_string()
            }
            Service::Ses => json!({ "message": message }).to_string(),
            Service::Sns => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{error}</Code>\
                 <Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
                escape_xml(message),
            ),
        };
        Self { error: Some(error), ..Self::ready(service, status, body) }
    }

    /// An answer for what should not have happened.
    pub(super) fn failure(service: Service, message: &str) -> Self {
        let error = match service {
            Service::DynamoDb => "InternalServerError",
            Service::Kms => "KMSInternalException",
            Service::Ses => "InternalServiceErrorException",
            Service::Sns => "InternalError",
        };
        Self::refusal(service, StatusCode::INTERNAL_SERVER_ERROR, error, message)
    }

    /// An answer for an operation that has no stand-in.
    pub(super) fn unknown_operation(service: Service, operation: &str) -> Self {
        let message = format!("{operation} has no stand-in on this machine");
        Self::refusal(service, StatusCode::BAD_REQUEST, "UnknownOperationException", &message)
    }

    /// The answer as the SDK's connector returns it.
    pub(super) fn into_sdk(self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status.into(), SdkBody::from(self.body));
        let headers = response.headers_mut();
        headers.insert("content-type", self.content_type);
        if let Some(error) = self.error {
            headers.insert("x-amzn-errortype", error);
        }
        response
    }

    /// The answer as the HTTP endpoint returns it.
    pub(super) fn into_http(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(error) = self.error {
            headers.insert("x-amzn-errortype", HeaderValue::from_static(error));
        }
        response
    }
}

fn content_type(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "application/x-amz-json-1.0",
        Service::Kms => "application/x-amz-json-1.1",
        Service::Ses => "application/json",
        Service::Sns => "text/xml",
    }
}

fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
