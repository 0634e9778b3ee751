//! `sign_up_attempt`

use serde_json::{Map, Value, json};

use super::{Show, time};
use crate::flow::sign_up::{ClaimedAddress, supported_strategies};
use crate::flow::{Field, Requirements, SignUp, Strategy, Timestamp, VerificationStatus};

impl Show {
    /// A sign-up, with what it still needs.
    #[must_use]
    pub fn sign_up(&self, sign_up: &SignUp, now: Timestamp) -> Value {
        let needs = Requirements::of(sign_up, self.settings());
        let names =
            |fields: &[Field]| fields.iter().map(|field| field.as_str()).collect::<Vec<_>>();
        let status = if sign_up.is_complete() { "complete" } else { "missing_requirements" };
        let email = sign_up.email_address.as_ref();
        json!({
            "object": "sign_up_attempt",
            "id": sign_up.id,
            "status": status,
            "required_fields": names(&needs.required),
            "optional_fields": names(&needs.optional),
            "missing_fields": names(&needs.missing),
            "unverified_fields": names(&needs.unverified),
            "verifications": {
                "email_address": email.map(|email| self.claimed_address(email, &needs, now)),
                "phone_number": null,
                "web3_wallet": null,
                "external_account": null,
            },
            "username": sign_up.username.as_ref().map(ToString::to_string),
            "email_address": email.map(|email| email.address.as_str()),
            "phone_number": null,
            "web3_wallet": null,
            "password_enabled": sign_up.has_password(),
            "has_password": sign_up.has_password(),
            "first_name": sign_up.first_name,
            "last_name": sign_up.last_name,
            "unsafe_metadata": sign_up.unsafe_metadata.as_map(),
            "public_metadata": {},
            "custom_action": false,
            "external_id": null,
            "created_session_id": sign_up.created_session(),
            "created_user_id": sign_up.created_user(),
            "abandon_at": sign_up.abandon_at,
            "legal_accepted_at": time(sign_up.legal_accepted_at),
            "locale": sign_up.locale,
            "timezone": sign_up.timezone,
            "external_account": null,
            "external_account_strategy": null,
            "protect_check": null,
        })
    }

    /// The proof of an address, and what can be done about it. Before a code was asked for there is no
    /// status: a prebuilt form sends the first code only then.
    fn claimed_address(
        &self,
        email: &ClaimedAddress,
        needs: &Requirements,
        now: Timestamp,
    ) -> Value {
        let strategies: Vec<_> =
            supported_strategies(self.settings()).into_iter().map(Strategy::as_str).collect();
        let status =
            email.verification.as_ref().map(|found| found.status(&self.settings().codes, now));
        let next_action = match status {
            _ if !needs.unverified.contains(&Field::EmailAddress) => "",
            Some(VerificationStatus::Unverified) => "needs_attempt",
            Some(VerificationStatus::Verified | VerificationStatus::Transferable) => "",
            Some(VerificationStatus::Expired | VerificationStatus::Failed) | None => {
                "needs_prepare"
            }
        };
        let mut shown = match email.verification.as_ref().map(|found| self.verification(found, now))
        {
            Some(Value::Object(shown)) => shown,
            Some(_) | None => Map::new(),
        };
        shown.insert("next_action".to_owned(), json!(next_action));
        shown.insert("supported_strategies".to_owned(), json!(strategies));
        Value::Object(shown)
    }
}
