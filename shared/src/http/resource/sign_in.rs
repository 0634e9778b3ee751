//! `sign_in_attempt`

use std::borrow::Cow;

use serde::Serialize;

use super::Scene;
use super::fixed::Null;
use super::verification::VerificationResource;
use crate::flow::sign_in::{EmailAddressFactor, Factor, SignInStatus};
use crate::flow::{EmailAddressId, Identifier, SessionId, SignIn, SignInId, Timestamp};
use crate::settings::Settings;

/// A sign-in, with the factors that can be proved.
#[derive(Serialize)]
pub(in crate::http) struct SignInResource<'a> {
    object: &'static str,
    id: &'a SignInId,
    status: &'static str,
    supported_identifiers: Vec<&'static str>,
    supported_first_factors: Option<Vec<FactorResource<'a>>>,
    first_factor_verification: Option<VerificationResource>,
    identifier: Option<&'a str>,
    created_session_id: Option<&'a SessionId>,
    abandon_at: Timestamp,
    locale: Option<&'a str>,
    #[serde(flatten)]
    unsupported: Unsupported,
}

/// What no sign-in has here.
#[derive(Default, Serialize)]
struct Unsupported {
    supported_second_factors: Null,
    second_factor_verification: Null,
    user_data: Null,
    client_trust_state: Null,
    timezone: Null,
    sso_bypass_first_factors: Null,
    protect_check: Null,
}

/// A factor; only one that sends something has an address.
#[derive(Serialize)]
struct FactorResource<'a> {
    strategy: &'static str,
    #[serde(flatten)]
    email_address: Option<FactorAddress<'a>>,
}

#[derive(Serialize)]
struct FactorAddress<'a> {
    email_address_id: &'a EmailAddressId,
    safe_identifier: Cow<'a, str>,
    primary: bool,
}

impl<'a> SignInResource<'a> {
    pub(super) fn of(sign_in: &'a SignIn, scene: Scene<'a>) -> Self {
        let typed = sign_in.identifier.as_ref();
        let status = sign_in.status();
        let factors = sign_in.factors().map(|factors| {
            let listed = factors.list(scene.settings);
            listed.map(|factor| FactorResource::of(factor, typed)).collect()
        });
        let verification = sign_in.verification();
        Self {
            object: "sign_in_attempt",
            id: &sign_in.id,
            status: status.as_str(),
            supported_identifiers: supported_identifiers(scene.settings),
            supported_first_factors: factors,
            first_factor_verification: verification
                .map(|found| VerificationResource::of(found, scene)),
            identifier: typed.map(Identifier::as_str),
            created_session_id: sign_in
                .created_session()
                .filter(|_| status == SignInStatus::Complete),
            abandon_at: sign_in.abandon_at,
            locale: sign_in.locale.as_deref(),
            unsupported: Unsupported::default(),
        }
    }
}

impl<'a> FactorResource<'a> {
    fn of(factor: Factor<'a>, typed: Option<&Identifier>) -> Self {
        Self {
            strategy: factor.strategy.as_str(),
            email_address: factor.email_address.map(|email| FactorAddress::of(email, typed)),
        }
    }
}

impl<'a> FactorAddress<'a> {
    /// Only the identifier that was typed is shown whole: whoever types a username learns no address.
    fn of(email: &'a EmailAddressFactor, typed: Option<&Identifier>) -> Self {
        let safe_identifier = if typed == Some(&email.address) {
            Cow::Borrowed(email.address.as_str())
        } else {
            Cow::Owned(email.address.masked())
        };
        Self { email_address_id: &email.id, safe_identifier, primary: email.primary }
    }
}

fn supported_identifiers(settings: &Settings) -> Vec<&'static str> {
    let attributes = &settings.attributes;
    let email = attributes.email_address.enabled && attributes.email_address.used_for_sign_in;
    let username = attributes.username.enabled && attributes.username.used_for_sign_in;
    email.then_some("email_address").into_iter().chain(username.then_some("username")).collect()
}
