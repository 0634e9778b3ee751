//! Errors as the API says them: the one place that knows their status, code and words.
//!
//! The codes are a public contract: client packages branch on them and translate by them.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::app::{AppError, chain};
use crate::flow::{Field, FlowError, Timestamp};

/// Why a request is refused.
#[derive(Debug)]
pub enum ApiError {
    /// The app refused it, or failed.
    App(AppError),
    /// There is no such path.
    NoRoute,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The page's origin may not call.
    OriginInvalid,
    /// The body is no form.
    UnsupportedMediaType,
    /// The body cannot be read, or breaks off.
    BodyUnreadable,
    /// The body is larger than any that is asked for.
    BodyTooLarge,
    /// The redirect may not lead there.
    RedirectRefused,
    /// The secret key is missing or wrong.
    SecretKeyInvalid,
    /// A bug: the request made the code panic.
    Panicked,
}

/// One error of an answer.
struct Parts {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    long_message: String,
    field: Option<Field>,
}

impl ApiError {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.parts().first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |parts| parts.status)
    }

    /// The code of the answer's first error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.parts().first().map_or("internal_error", |parts| parts.code)
    }

    /// The answer's body. `client` is the piggybacked client, where there is one.
    #[must_use]
    pub fn body(&self, client: &Value, trace_id: &str, now: Timestamp) -> Value {
        let errors: Vec<_> = self
            .parts()
            .into_iter()
            .map(|parts| {
                json!({
                    "code": parts.code,
                    "message": parts.message,
                    "long_message": parts.long_message,
                    "meta": self.meta(parts.field, now),
                })
            })
            .collect();
        json!({ "errors": errors, "meta": { "client": client }, "clerk_trace_id": trace_id })
    }

    /// When it is worth asking again, in whole seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::App(AppError::Refused(FlowError::TooManyRequests { retry_after })) = self {
            return Some(
                retry_after.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1),
            );
        }
        matches!(self, Self::App(AppError::Busy)).then_some(1)
    }

    /// The error and what caused it, for the log.
    pub(super) fn chain(&self) -> String {
        match self {
            Self::App(error) => chain(error),
            Self::NoRoute
            | Self::MethodNotAllowed
            | Self::OriginInvalid
            | Self::UnsupportedMediaType
            | Self::BodyUnreadable
            | Self::BodyTooLarge
            | Self::RedirectRefused
            | Self::SecretKeyInvalid
            | Self::Panicked => self.code().to_owned(),
        }
    }

    fn meta(&self, field: Option<Field>, now: Timestamp) -> Value {
        let mut meta = Map::new();
        if let Some(field) = field {
            meta.insert("param_name".to_owned(), json!(field.as_str()));
        }
        if let Self::App(AppError::Refused(FlowError::AlreadySignedIn(session))) = self {
            meta.insert("session_id".to_owned(), json!(session));
        }
        if let Self::App(AppError::Refused(FlowError::UserLocked { until })) = self {
            let left = until.since(now).as_secs();
            meta.insert("lockout_expires_in_seconds".to_owned(), json!(left));
        }
        Value::Object(meta)
    }

    /// What each error of the answer says.
    fn parts(&self) -> Vec<Parts> {
        match self {
            Self::App(AppError::Refused(refusal)) => vec![flow_parts(refusal)],
            Self::App(AppError::Fields(refusals)) => refusals.iter().map(flow_parts).collect(),
            Self::App(error) => vec![app_parts(error)],
            Self::NoRoute => vec![global(
                404,
                "resource_not_found",
                "not found",
                "There is nothing at this address.",
            )],
            Self::MethodNotAllowed => {
                vec![global(
                    405,
                    "method_not_allowed",
                    "method not allowed",
                    "This address does not take this method.",
                )]
            }
            Self::OriginInvalid => vec![global(
                400,
                "origin_invalid",
                "Invalid HTTP Origin header",
                "Pages of this origin may not use this API. Its owner can allow the origin in the settings.",
            )],
            Self::UnsupportedMediaType => vec![global(
                415,
                "unsupported_media_type",
                "unsupported media type",
                "Send the fields as application/x-www-form-urlencoded.",
            )],
            Self::BodyUnreadable => {
                vec![global(
                    400,
                    "request_body_invalid",
                    "unreadable body",
                    "The request body cannot be read.",
                )]
            }
            Self::BodyTooLarge => {
                vec![global(
                    413,
                    "request_body_too_large",
                    "body too large",
                    "The request body is too large.",
                )]
            }
            Self::RedirectRefused => vec![parts(
                422,
                "form_param_value_invalid",
                "is not allowed",
                "A redirect may only lead to an address that the instance allows.",
                Some(Field::RedirectUrl),
            )],
            Self::SecretKeyInvalid => vec![global(
                401,
                "authentication_invalid",
                "Invalid authentication",
                "The secret key is missing or wrong.",
            )],
            Self::Panicked => vec![internal()],
        }
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<FlowError> for ApiError {
    fn from(refusal: FlowError) -> Self {
        Self::App(AppError::Refused(refusal))
    }
}

/// An empty answer that carries the error: its body is written, and the error logged, by [`super::Api`], so
/// that turning an error into an answer has no side effect.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Failure { error: Arc::new(self), client: Value::Null, now: Timestamp::default() }
            .into_response()
    }
}

/// An error on its way to the answer's body and to the log.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// What went wrong.
    pub(super) error: Arc<ApiError>,
    /// The client that rides along.
    pub(super) client: Value,
    /// When the request was decided.
    pub(super) now: Timestamp,
}

impl Failure {
    /// The body of the answer.
    pub(super) fn body(&self, trace_id: &str) -> Value {
        self.error.body(&self.client, trace_id, self.now)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.error.status().into_response();
        if let Some(seconds) = self.error.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn app_parts(error: &AppError) -> Parts {
    match error {
        AppError::Refused(refusal) => flow_parts(refusal),
        AppError::Fields(refusals) => refusals.first().map_or_else(internal, flow_parts),
        AppError::Conflict => conflict(),
        AppError::Busy => global(
            429,
            "too_many_requests",
            "Too many requests",
            "Too much is asked for at once. Try again in a moment.",
        ),
        AppError::Mail(_) => global(
            503,
            "message_not_sent",
            "the message was not sent",
            "We could not send you the message. Please try again.",
        ),
        AppError::Store(_) | AppError::Keys(_) => global(
            503,
            "service_unavailable",
            "Service unavailable",
            "Something is not available at the moment. Please try again.",
        ),
        AppError::Hash | AppError::NoMailer => internal(),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "the table of what every refusal says is one page to read"
)]
fn flow_parts(refusal: &FlowError) -> Parts {
    match refusal {
        FlowError::Missing(field) => parts(
            422,
            "form_param_nil",
            "is required",
            format!("Enter {}.", named(*field)),
            Some(*field),
        ),
        FlowError::FormatInvalid(field) => parts(
            422,
            "form_param_format_invalid",
            "is invalid",
            format!("{} must have a valid form.", sentence(*field)),
            Some(*field),
        ),
        FlowError::ValueInvalid(field) => parts(
            422,
            "form_param_value_invalid",
            "is not allowed",
            format!("{} has a value that is not possible here.", sentence(*field)),
            Some(*field),
        ),
        FlowError::TooLong(field) => parts(
            422,
            "form_param_max_length_exceeded",
            "is too long",
            format!("{} is too long.", sentence(*field)),
            Some(*field),
        ),
        FlowError::NotEnabled(field) => parts(
            422,
            "form_param_unknown",
            "is unknown",
            format!("{} is not used here.", sentence(*field)),
            Some(*field),
        ),
        FlowError::IdentifierExists(field) => parts(
            422,
            "form_identifier_exists",
            "is taken",
            format!("{} is taken. Please try another.", sentence(*field)),
            Some(*field),
        ),
        FlowError::IdentifierNotFound => field(
            Field::Identifier,
            "form_identifier_not_found",
            "is not known",
            "We could not find your account.",
        ),
        FlowError::UsernameLength => field(
            Field::Username,
            "form_username_invalid_length",
            "has the wrong length",
            "The username is too short or too long.",
        ),
        FlowError::UsernameCharacter => field(
            Field::Username,
            "form_username_invalid_character",
            "holds a character that is not allowed",
            "A username is made of letters, digits, '_' and '-'.",
        ),
        FlowError::UsernameNeedsLetter => field(
            Field::Username,
            "form_username_needs_non_number_char",
            "needs a letter",
            "A username needs at least one character that is not a digit.",
        ),
        FlowError::SubaddressBlocked => field(
            Field::EmailAddress,
            "form_email_address_blocked",
            "is not allowed",
            "Addresses with a '+' are not accepted.",
        ),
        FlowError::PasswordTooShort => field(
            Field::Password,
            "form_password_length_too_short",
            "is too short",
            "The password is too short.",
        ),
        FlowError::PasswordTooLong => field(
            Field::Password,
            "form_password_length_too_long",
            "is too long",
            "The password is too long.",
        ),
        FlowError::PasswordCommon => field(
            Field::Password,
            "form_password_pwned",
            "is known to attackers",
            "This password is among those that attackers try first. Please choose another.",
        ),
        FlowError::PasswordMatchesIdentifier => field(
            Field::Password,
            "form_password_matches_identifier",
            "is the same as the identifier",
            "The password must differ from your address and username.",
        ),
        FlowError::PasswordIncorrect => field(
            Field::Password,
            "form_password_incorrect",
            "is incorrect",
            "The password is incorrect. Try again, or use another method.",
        ),
        FlowError::CodeIncorrect => {
            field(Field::Code, "form_code_incorrect", "is incorrect", "The code is incorrect.")
        }
        FlowError::StrategyForUserInvalid => field(
            Field::Strategy,
            "strategy_for_user_invalid",
            "is not possible for this account",
            "This way of signing in is not possible for this account.",
        ),
        FlowError::VerificationExpired => global(
            400,
            "verification_expired",
            "has expired",
            "This verification has expired. Ask for a new one.",
        ),
        FlowError::VerificationFailed => global(
            400,
            "verification_failed",
            "failed",
            "There were too many wrong tries. Ask for a new code.",
        ),
        FlowError::VerificationAlreadyVerified => global(
            400,
            "verification_already_verified",
            "already verified",
            "This has been verified already.",
        ),
        FlowError::VerificationMissing => global(
            400,
            "verification_missing",
            "not prepared",
            "Nothing has been prepared that could be verified this way.",
        ),
        FlowError::SignUpComplete => {
            global(400, "sign_up_already_complete", "already complete", "This sign-up is complete.")
        }
        FlowError::SignInState => global(
            400,
            "sign_in_state_invalid",
            "not possible now",
            "This is not possible in the sign-in's current state.",
        ),
        FlowError::SessionExists => {
            global(400, "session_exists", "Session already exists", "You are signed in already.")
        }
        FlowError::AlreadySignedIn(_) => global(
            400,
            "identifier_already_signed_in",
            "already signed in",
            "You are signed in with this account already.",
        ),
        FlowError::UserLocked { .. } => global(
            403,
            "user_locked",
            "Account locked",
            "There were too many failed tries. Try again later, or use another method.",
        ),
        FlowError::NotFound => global(
            404,
            "resource_not_found",
            "not found",
            "There is no such thing, or not for you.",
        ),
        FlowError::Unauthenticated => global(
            401,
            "authentication_invalid",
            "Invalid authentication",
            "You are not signed in, or not any more.",
        ),
        FlowError::TooManyRequests { .. } => global(
            429,
            "too_many_requests",
            "Too many requests",
            "That was asked for too often. Please wait before you try again.",
        ),
        FlowError::ClientChanged => conflict(),
    }
}

fn conflict() -> Parts {
    global(
        409,
        "conflict",
        "changed meanwhile",
        "Somebody else changed this at the same moment. Please try again.",
    )
}

/// Our fault: always the same words, whatever it was.
fn internal() -> Parts {
    global(
        500,
        "internal_clerk_error",
        "Oops, an unexpected error occurred",
        "There was an internal error on our servers. We have been notified and are working on it.",
    )
}

fn field(field: Field, code: &'static str, message: &'static str, long_message: &str) -> Parts {
    parts(422, code, message, long_message, Some(field))
}

fn global(status: u16, code: &'static str, message: &'static str, long_message: &str) -> Parts {
    parts(status, code, message, long_message, None)
}

fn parts(
    status: u16,
    code: &'static str,
    message: &'static str,
    long_message: impl Into<String>,
    field: Option<Field>,
) -> Parts {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Parts { status, code, message, long_message: long_message.into(), field }
}

/// The field in the middle of a sentence.
fn named(field: Field) -> &'static str {
    match field {
        Field::EmailAddress => "your e-mail address",
        Field::Username => "your username",
        Field::FirstName => "your first name",
        Field::LastName => "your last name",
        Field::Password => "your password",
        Field::LegalAccepted => "your acceptance of the terms",
        Field::UnsafeMetadata => "the metadata",
        Field::Locale => "the locale",
        Field::Timezone => "the time zone",
        Field::Identifier => "your e-mail address or username",
        Field::Code => "the code",
        Field::Strategy => "the strategy",
        Field::EmailAddressId => "the address's id",
        Field::PrimaryEmailAddressId => "the primary address's id",
        Field::RedirectUrl => "the redirect URL",
        Field::Transfer => "the transfer",
        Field::PhoneNumber => "your phone number",
        Field::Web3Wallet => "your wallet",
    }
}

/// The field at the beginning of a sentence.
fn sentence(field: Field) -> String {
    let name = named(field);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
