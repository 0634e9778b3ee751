use std::error::Error as _;

use aws_config::BehaviorVersion;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::ErrorMetadata;

use super::*;

fn answered(status: u16, code: &str) -> MailError {
    let metadata =
        ErrorMetadata::builder().code(code).message("042017 to jane@example.com").build();
    let response: HttpResponse = HttpResponse::new(status.try_into().unwrap(), "".into());
    MailError::of(SdkError::service_error(SendEmailError::generic(metadata), response))
}

#[test]
fn a_mail_is_sent_once_whatever_the_configuration_says() {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .build();
    let mailer = Mailer::new(&config);
    let config = mailer.client.config();
    assert_eq!(config.retry_config().unwrap().max_attempts(), 1);
    let timeouts = config.timeout_config().unwrap();
    assert_eq!(timeouts.operation_timeout(), Some(SEND_TIMEOUT));
}

#[test]
fn what_the_service_says_is_told_apart() {
    for (status, code) in [
        (400, "MessageRejected"),
        (400, "MailFromDomainNotVerifiedException"),
        (400, "BadRequestException"),
        (403, "AccessDeniedException"),
        (404, "NotFoundException"),
    ] {
        let error = answered(status, code);
        assert!(matches!(error, MailError::Refused(_)), "{code}: {error:?}");
    }
    for (status, code) in [
        (429, "TooManyRequestsException"),
        (400, "LimitExceededException"),
        (400, "ThrottlingException"),
    ] {
        let error = answered(status, code);
        assert!(matches!(error, MailError::Throttled(_)), "{code}: {error:?}");
    }
    for error in [
        answered(500, "InternalFailure"),
        answered(503, "ServiceUnavailable"),
        MailError::of(SdkError::timeout_error("too slow")),
    ] {
        assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
    }
}

#[test]
fn an_error_says_nothing_that_the_service_said() {
    for error in [
        answered(400, "MessageRejected"),
        answered(429, "TooManyRequestsException"),
        answered(500, "InternalFailure"),
        MailError::Compose("042017 to jane@example.com".into()),
    ] {
        let text = error.to_string();
        assert!(!text.contains("042017") && !text.contains("jane"), "{text}");
        assert!(error.source().is_some(), "{error:?}");
    }
}

#[test]
fn mail_goes_to_one_address_or_nowhere() {
    let email = |text: &str| Identifier::EmailAddress(text.to_owned());
    assert!(recipient(&email("jane@example.com")).is_ok());
    for to in [
        email("jane@example.com\r\nBcc: x@y.example"),
        email("jane@example.com, x@y.example"),
        Identifier::Username("jane@example.com".to_owned()),
    ] {
        assert!(matches!(recipient(&to), Err(MailError::NoAddress)), "{to:?}");
    }
}

#[test]
fn both_parts_and_the_subject_are_utf_8() {
    let rendered = Rendered {
        subject: "S\u{e9}".to_owned(),
        text: "T\u{e9}".to_owned(),
        html: "<p>H\u{e9}</p>".to_owned(),
    };
    let content = content(rendered).unwrap();
    let simple = content.simple().unwrap();
    let body = simple.body().unwrap();
    let parts = [simple.subject(), body.text(), body.html()].map(Option::unwrap);
    assert_eq!(parts.map(Content::data), ["S\u{e9}", "T\u{e9}", "<p>H\u{e9}</p>"]);
    assert_eq!(parts.map(Content::charset), [Some("UTF-8"); 3]);
}
