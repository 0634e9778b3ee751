//! What each error says: its status, its code and its words. The one table of them.

use std::time::Duration;

use http::StatusCode;

use super::ApiError;
use crate::app::AppError;
use crate::flow::{Field, FlowError};

/// One error of an answer.
pub(super) struct Parts {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) long_message: String,
    pub(super) field: Option<Field>,
}

/// What the first error of the answer says: its status and code are the answer's.
pub(super) fn first_of(error: &ApiError) -> Parts {
    of(error).into_iter().next().unwrap_or_else(internal)
}

/// What each error of the answer says; one at least.
pub(super) fn of(error: &ApiError) -> Vec<Parts> {
    match error {
        ApiError::App(AppError::Fields(refusals)) if !refusals.is_empty() => {
            refusals.iter().map(flow_parts).collect()
        }
        ApiError::App(failure) => vec![app_parts(failure)],
        ApiError::NoRoute => vec![global(
            404,
            "resource_not_found",
            "not found",
            "There is nothing at this address.",
        )],
        ApiError::MethodNotAllowed => {
            vec![global(
                405,
                "method_not_allowed",
                "method not allowed",
                "This address does not take this method.",
            )]
        }
        ApiError::OriginInvalid => vec![global(
            400,
            "origin_invalid",
            "Invalid HTTP Origin header",
            "Pages of this origin may not use this API. Its owner can allow the origin in the settings.",
        )],
        ApiError::UnsupportedMediaType => vec![global(
            415,
            "unsupported_media_type",
            "unsupported media type",
            "Send the fields as application/x-www-form-urlencoded.",
        )],
        ApiError::BodyUnreadable => {
            vec![global(
                400,
                "request_body_invalid",
                "unreadable body",
                "The request body cannot be read.",
            )]
        }
        ApiError::BodyTooLarge => {
            vec![global(
                413,
                "request_body_too_large",
                "body too large",
                "The request body is too large.",
            )]
        }
        ApiError::RedirectRefused => vec![parts(
            422,
            "form_param_value_invalid",
            "is not allowed",
            "A redirect may only lead to an address that the instance allows.",
            Some(Field::RedirectUrl),
        )],
        ApiError::SecretKeyInvalid => vec![global(
            401,
            "authentication_invalid",
            "Invalid authentication",
            "The secret key is missing or wrong.",
        )],
        ApiError::Panicked => vec![internal()],
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
        FlowError::UsernameLength { min, max } => field(
            Field::Username,
            "form_username_invalid_length",
            "has the wrong length",
            format!("Usernames have {min} to {max} characters."),
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
        FlowError::PasswordTooShort { min } => field(
            Field::Password,
            "form_password_length_too_short",
            "is too short",
            format!("Passwords have {min} characters or more."),
        ),
        FlowError::PasswordTooLong { max } => field(
            Field::Password,
            "form_password_length_too_long",
            "is too long",
            format!("Passwords have {max} characters at most."),
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
        FlowError::TooManyRequests { retry_after } => global(
            429,
            "too_many_requests",
            "Too many requests",
            format!(
                "That was asked for too often. Please try again in {}.",
                rounded_up(*retry_after)
            ),
        ),
        FlowError::ClientChanged => conflict(),
        FlowError::NoCodeKey => internal(),
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
        "unexpected error",
        "Something went wrong on our side. Please try again.",
    )
}

/// A time as people say it.
fn rounded_up(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1_000);
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        91..=5_400 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

fn field(
    field: Field,
    code: &'static str,
    message: &'static str,
    long_message: impl Into<String>,
) -> Parts {
    parts(422, code, message, long_message, Some(field))
}

fn global(
    status: u16,
    code: &'static str,
    message: &'static str,
    long_message: impl Into<String>,
) -> Parts {
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
