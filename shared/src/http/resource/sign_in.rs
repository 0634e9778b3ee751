//! `sign_in_attempt`

use serde_json::{Value, json};

use super::Show;
use crate::flow::sign_in::{Factor, SignInStatus};
use crate::flow::{Identifier, SignIn, Timestamp};

impl Show {
    /// A sign-in, with the factors that can be proved.
    #[must_use]
    pub fn sign_in(&self, sign_in: &SignIn, now: Timestamp) -> Value {
        let factors = sign_in.factors().map(|factors| {
            factors
                .list(self.settings())
                .map(|factor| shown_factor(&factor, sign_in.identifier.as_ref()))
                .collect::<Vec<_>>()
        });
        json!({
            "object": "sign_in_attempt",
            "id": sign_in.id,
            "status": sign_in.status().as_str(),
            "supported_identifiers": self.supported_identifiers(),
            "supported_first_factors": factors,
            "supported_second_factors": null,
            "first_factor_verification":
                sign_in.verification().map(|found| self.verification(found, now)),
            "second_factor_verification": null,
            "identifier": sign_in.identifier.as_ref().map(Identifier::as_str),
            "user_data": null,
            "created_session_id":
                sign_in.created_session().filter(|_| sign_in.status() == SignInStatus::Complete),
            "abandon_at": sign_in.abandon_at,
            "client_trust_state": null,
            "locale": sign_in.locale,
            "timezone": null,
            "sso_bypass_first_factors": null,
            "protect_check": null,
        })
    }

    fn supported_identifiers(&self) -> Vec<&'static str> {
        let attributes = &self.settings().attributes;
        let email = attributes.email_address.enabled && attributes.email_address.used_for_sign_in;
        let username = attributes.username.enabled && attributes.username.used_for_sign_in;
        email.then_some("email_address").into_iter().chain(username.then_some("username")).collect()
    }
}

/// A factor. Only the identifier that was typed is shown whole: whoever types a username learns no address.
fn shown_factor(factor: &Factor<'_>, typed: Option<&Identifier>) -> Value {
    match factor.email_address {
        Some(email) => {
            let plain = typed == Some(&email.address);
            let safe = if plain { email.address.to_string() } else { email.address.masked() };
            json!({
                "strategy": factor.strategy.as_str(),
                "email_address_id": email.id,
                "safe_identifier": safe,
                "primary": email.primary,
            })
        }
        None => json!({ "strategy": factor.strategy.as_str() }),
    }
}
