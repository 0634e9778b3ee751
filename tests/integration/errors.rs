//! What every refusal says: a public contract, since client packages branch on codes and translate by them.

use std::time::Duration;

use postern::app::AppError;
use postern::flow::{Field, FlowError, SessionId, Timestamp};
use postern::http::ApiError;
use postern::message::MailError;
use postern::store::StoreError;
use serde_json::Value;

#[test]
fn every_refusal_says_what_it_always_said() {
    let mut table = vec![];
    for (name, error) in refusals().into_iter().chain(faults()) {
        table.push(name);
        let body = error.body(&Value::Null, "", NOW);
        for said in body["errors"].as_array().unwrap() {
            let text = |key: &str| said[key].as_str().unwrap();
            let mut line = vec![
                format!("    {} {}", error.status().as_u16(), text("code")),
                text("message").to_owned(),
                text("long_message").to_owned(),
            ];
            let meta = said["meta"].as_object().unwrap().iter();
            line.extend(meta.map(|(key, value)| format!("{key}: {value}")));
            line.extend(error.retry_after().map(|seconds| format!("retry after {seconds} s")));
            table.push(line.join("  |  "));
        }
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn several_fields_are_several_errors_of_one_answer() {
    let refused =
        [FlowError::Missing(Field::Password), FlowError::UsernameLength { min: 4, max: 64 }];
    let error = ApiError::from(AppError::Fields(refused.into()));
    let body = error.body(&Value::Null, "", NOW);
    let codes: Vec<_> = body["errors"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["form_param_nil", "form_username_invalid_length"]);
    assert_eq!(error.status(), 422);
}

#[test]
fn a_refusal_of_no_field_has_no_name_of_one_at_all() {
    let body = ApiError::from(FlowError::NotFound).body(&Value::Null, "", NOW);
    assert_eq!(body["errors"][0]["meta"].get("param_name"), None);
}

#[test]
fn what_is_our_fault_says_nothing_of_it() {
    let inner = || StoreError::Throttled("secret_operation");
    let body = ApiError::from(AppError::Store(inner())).body(&Value::Null, "trace", NOW);
    assert!(!body.to_string().contains("secret_operation"), "{body}");
    assert_eq!(body["clerk_trace_id"], "trace");
}

#[test]
fn a_wait_is_rounded_up_to_whole_seconds() {
    let after = |millis| {
        let retry_after = Duration::from_millis(millis);
        ApiError::from(FlowError::TooManyRequests { retry_after }).retry_after()
    };
    assert_eq!([0, 1, 1000, 1001].map(after), [Some(1), Some(1), Some(1), Some(2)]);
}

/// Each refusal of a flow; those of a field once for each field that can have it.
fn refusals() -> Vec<(String, ApiError)> {
    let session = SessionId::parse("sess_2abcdefghijklmnopqrstuvwxyz012345").unwrap();
    let of_fields = [
        FlowError::Missing,
        FlowError::FormatInvalid,
        FlowError::ValueInvalid,
        FlowError::TooLong,
        FlowError::NotEnabled,
        FlowError::IdentifierExists,
    ];
    let mut all: Vec<_> = FIELDS.iter().map(|field| FlowError::Missing(*field)).collect();
    all.extend(of_fields.iter().skip(1).map(|refusal| refusal(Field::EmailAddress)));
    all.extend([
        FlowError::IdentifierNotFound,
        FlowError::UsernameLength { min: 4, max: 64 },
        FlowError::UsernameCharacter,
        FlowError::UsernameNeedsLetter,
        FlowError::SubaddressBlocked,
        FlowError::PasswordTooShort { min: 8 },
        FlowError::PasswordTooLong { max: 72 },
        FlowError::PasswordCommon,
        FlowError::PasswordMatchesIdentifier,
        FlowError::PasswordIncorrect,
        FlowError::CodeIncorrect,
        FlowError::VerificationExpired,
        FlowError::VerificationFailed,
        FlowError::VerificationAlreadyVerified,
        FlowError::VerificationMissing,
        FlowError::StrategyForUserInvalid,
        FlowError::SignUpComplete,
        FlowError::SignInState,
        FlowError::SessionExists,
        FlowError::AlreadySignedIn(session),
        FlowError::UserLocked { until: NOW + Duration::from_secs(90) },
        FlowError::NotFound,
        FlowError::Unauthenticated,
        FlowError::TooManyRequests { retry_after: Duration::from_millis(29_001) },
        FlowError::ClientChanged,
        FlowError::NoCodeKey,
    ]);
    all.into_iter().map(|refusal| (name_of(&refusal), ApiError::from(refusal))).collect()
}

/// Everything else that an answer can say.
fn faults() -> Vec<(String, ApiError)> {
    let of_app = [
        AppError::Conflict,
        AppError::Busy,
        AppError::Hash,
        AppError::Mail(MailError::NoAddress),
        AppError::Store(StoreError::Throttled("PutItem")),
        AppError::Store(StoreError::Unkeyed),
        AppError::Keys(StoreError::Throttled("GetItem").into()),
        AppError::NoMailer,
    ];
    let others = [
        ApiError::NoRoute,
        ApiError::MethodNotAllowed,
        ApiError::OriginInvalid,
        ApiError::UnsupportedMediaType,
        ApiError::BodyUnreadable,
        ApiError::BodyTooLarge,
        ApiError::RedirectRefused,
        ApiError::SecretKeyInvalid,
        ApiError::Panicked,
    ];
    let of_app = of_app.into_iter().map(ApiError::from);
    of_app.chain(others).map(|error| (format!("{error:?}"), error)).collect()
}

/// The refusal's own name. Who adds one comes here, and to the list above.
fn name_of(refusal: &FlowError) -> String {
    match refusal {
        FlowError::Missing(_)
        | FlowError::FormatInvalid(_)
        | FlowError::ValueInvalid(_)
        | FlowError::TooLong(_)
        | FlowError::NotEnabled(_)
        | FlowError::IdentifierExists(_)
        | FlowError::IdentifierNotFound
        | FlowError::UsernameLength { .. }
        | FlowError::UsernameCharacter
        | FlowError::UsernameNeedsLetter
        | FlowError::SubaddressBlocked
        | FlowError::PasswordTooShort { .. }
        | FlowError::PasswordTooLong { .. }
        | FlowError::PasswordCommon
        | FlowError::PasswordMatchesIdentifier
        | FlowError::PasswordIncorrect
        | FlowError::CodeIncorrect
        | FlowError::VerificationExpired
        | FlowError::VerificationFailed
        | FlowError::VerificationAlreadyVerified
        | FlowError::VerificationMissing
        | FlowError::StrategyForUserInvalid
        | FlowError::SignUpComplete
        | FlowError::SignInState
        | FlowError::SessionExists
        | FlowError::AlreadySignedIn(_)
        | FlowError::UserLocked { .. }
        | FlowError::NotFound
        | FlowError::Unauthenticated
        | FlowError::TooManyRequests { .. }
        | FlowError::ClientChanged
        | FlowError::NoCodeKey => format!("{refusal:?}"),
    }
}

const NOW: Timestamp = Timestamp::from_millis(1_767_268_800_000);
const FIELDS: &[Field] = &[
    Field::EmailAddress,
    Field::Username,
    Field::FirstName,
    Field::LastName,
    Field::Password,
    Field::LegalAccepted,
    Field::UnsafeMetadata,
    Field::Locale,
    Field::Timezone,
    Field::Identifier,
    Field::Code,
    Field::Strategy,
    Field::EmailAddressId,
    Field::PrimaryEmailAddressId,
    Field::RedirectUrl,
    Field::Transfer,
    Field::PhoneNumber,
    Field::Web3Wallet,
];
