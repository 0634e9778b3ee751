//! `sign_up_attempt`

use serde::Serialize;
use serde_json::{Map, Value};

use super::Scene;
use super::fixed::{EmptyObject, False, Null};
use super::verification::VerificationResource;
use crate::flow::sign_up::{SuppliedAddress, supported_strategies};
use crate::flow::{
    Field, Identifier, Requirements, SessionId, SignUp, SignUpId, Timestamp, UserId,
    VerificationStatus,
};

/// A sign-up, with what it still needs.
#[derive(Serialize)]
pub(in crate::http) struct SignUpResource<'a> {
    object: &'static str,
    id: &'a SignUpId,
    status: &'static str,
    required_fields: Vec<&'static str>,
    optional_fields: Vec<&'static str>,
    missing_fields: Vec<&'static str>,
    unverified_fields: Vec<&'static str>,
    verifications: Verifications,
    username: Option<&'a str>,
    email_address: Option<&'a str>,
    password_enabled: bool,
    has_password: bool,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    unsafe_metadata: &'a Map<String, Value>,
    created_session_id: Option<&'a SessionId>,
    created_user_id: Option<&'a UserId>,
    abandon_at: Timestamp,
    legal_accepted_at: Option<Timestamp>,
    locale: Option<&'a str>,
    timezone: Option<&'a str>,
    #[serde(flatten)]
    unsupported: Unsupported,
}

/// What no sign-up has here.
#[derive(Default, Serialize)]
struct Unsupported {
    phone_number: Null,
    web3_wallet: Null,
    public_metadata: EmptyObject,
    custom_action: False,
    external_id: Null,
    external_account: Null,
    external_account_strategy: Null,
    protect_check: Null,
}

#[derive(Serialize)]
struct Verifications {
    email_address: Option<SuppliedAddressVerification>,
    phone_number: Null,
    web3_wallet: Null,
    external_account: Null,
}

/// The proof of an address, and what can be done about it. Before a code was asked for there is no status:
/// a prebuilt form sends the first code only then.
#[derive(Serialize)]
struct SuppliedAddressVerification {
    #[serde(flatten)]
    verification: Option<VerificationResource>,
    next_action: &'static str,
    supported_strategies: Vec<&'static str>,
}

impl<'a> SignUpResource<'a> {
    pub(super) fn of(sign_up: &'a SignUp, scene: Scene<'a>) -> Self {
        let needs = Requirements::of(sign_up, scene.settings);
        let email = sign_up.email_address.as_ref();
        Self {
            object: "sign_up_attempt",
            id: &sign_up.id,
            status: if sign_up.is_complete() { "complete" } else { "missing_requirements" },
            required_fields: names(&needs.required),
            optional_fields: names(&needs.optional),
            missing_fields: names(&needs.missing),
            unverified_fields: names(&needs.unverified),
            verifications: Verifications {
                email_address: email
                    .map(|email| SuppliedAddressVerification::of(email, &needs, scene)),
                phone_number: Null,
                web3_wallet: Null,
                external_account: Null,
            },
            username: sign_up.username.as_ref().map(Identifier::as_str),
            email_address: email.map(|email| email.address.as_str()),
            password_enabled: sign_up.has_password(),
            has_password: sign_up.has_password(),
            first_name: sign_up.first_name.as_deref(),
            last_name: sign_up.last_name.as_deref(),
            unsafe_metadata: sign_up.unsafe_metadata.as_map(),
            created_session_id: sign_up.created_session(),
            created_user_id: sign_up.created_user(),
            abandon_at: sign_up.abandon_at,
            legal_accepted_at: sign_up.legal_accepted_at,
            locale: sign_up.locale.as_deref(),
            timezone: sign_up.timezone.as_deref(),
            unsupported: Unsupported::default(),
        }
    }
}

impl SuppliedAddressVerification {
    fn of(email: &SuppliedAddress, needs: &Requirements, scene: Scene<'_>) -> Self {
        let verification = email.verification.as_ref();
        let status = verification.map(|found| found.status(&scene.settings.codes, scene.view.now));
        let next_action = match status {
            _ if !needs.unverified.contains(&Field::EmailAddress) => "",
            Some(VerificationStatus::Unverified) => "needs_attempt",
            Some(VerificationStatus::Verified | VerificationStatus::Transferable) => "",
            Some(VerificationStatus::Expired | VerificationStatus::Failed) | None => {
                "needs_prepare"
            }
        };
        let strategies = supported_strategies(email.address.kind(), scene.settings);
        Self {
            verification: verification.map(|found| VerificationResource::of(found, scene)),
            next_action,
            supported_strategies: strategies.iter().map(|strategy| strategy.as_str()).collect(),
        }
    }
}

fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.as_str()).collect()
}
