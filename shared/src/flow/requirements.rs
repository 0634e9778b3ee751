//! What a sign-up still needs: named checks, derived after every change and never stored.

use super::fields::Field;
use super::sign_up::SignUp;
use crate::settings::Settings;

/// What a sign-up needs, and what of it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// What the instance asks of everybody.
    pub required: Vec<Field>,
    /// What it takes if somebody gives it.
    pub optional: Vec<Field>,
    /// What is required and not there.
    pub missing: Vec<Field>,
    /// What is there and must be proved.
    pub unverified: Vec<Field>,
}

/// A field of a sign-up: whether the instance has it and asks for it, and whether it is there.
struct Check {
    field: Field,
    enabled: fn(&Settings) -> bool,
    required: fn(&Settings) -> bool,
    supplied: fn(&SignUp) -> bool,
}

impl Requirements {
    /// What this sign-up needs.
    #[must_use]
    pub fn of(sign_up: &SignUp, settings: &Settings) -> Self {
        let enabled = || CHECKS.iter().filter(|check| (check.enabled)(settings));
        let required: Vec<_> = enabled().filter(|check| (check.required)(settings)).collect();
        let mut missing: Vec<_> = required
            .iter()
            .filter(|check| !(check.supplied)(sign_up))
            .map(|check| check.field)
            .collect();
        if missing.is_empty() && sign_up.email_address.is_none() && sign_up.username.is_none() {
            missing.push(preferred_identifier(settings));
        }
        Self {
            optional: enabled()
                .filter(|check| !(check.required)(settings))
                .map(|check| check.field)
                .collect(),
            required: required.iter().map(|check| check.field).collect(),
            missing,
            unverified: unverified(sign_up, settings),
        }
    }

    /// Whether the sign-up can become a user.
    #[must_use]
    pub fn are_met(&self) -> bool {
        self.missing.is_empty() && self.unverified.is_empty()
    }
}

/// An identifier that was given must be proved if the instance says so, required or not.
fn unverified(sign_up: &SignUp, settings: &Settings) -> Vec<Field> {
    let proved = sign_up.email_address.as_ref().is_none_or(|email| {
        !settings.attributes.email_address.verify_at_sign_up || email.is_verified()
    });
    if proved { Vec::new() } else { vec![Field::EmailAddress] }
}

/// What somebody without any identifier is asked for.
fn preferred_identifier(settings: &Settings) -> Field {
    if settings.attributes.email_address.enabled { Field::EmailAddress } else { Field::Username }
}

const CHECKS: &[Check] = &[
    Check {
        field: Field::EmailAddress,
        enabled: |settings| settings.attributes.email_address.enabled,
        required: |settings| settings.attributes.email_address.required,
        supplied: |sign_up| sign_up.email_address.is_some(),
    },
    Check {
        field: Field::Username,
        enabled: |settings| settings.attributes.username.enabled,
        required: |settings| settings.attributes.username.required,
        supplied: |sign_up| sign_up.username.is_some(),
    },
    Check {
        field: Field::FirstName,
        enabled: |settings| settings.attributes.first_name.enabled,
        required: |settings| settings.attributes.first_name.required,
        supplied: |sign_up| sign_up.first_name.is_some(),
    },
    Check {
        field: Field::LastName,
        enabled: |settings| settings.attributes.last_name.enabled,
        required: |settings| settings.attributes.last_name.required,
        supplied: |sign_up| sign_up.last_name.is_some(),
    },
    Check {
        field: Field::Password,
        enabled: |settings| settings.attributes.password.enabled,
        required: |settings| settings.attributes.password.required,
        supplied: SignUp::has_password,
    },
    Check {
        field: Field::LegalAccepted,
        enabled: |settings| settings.sign_up.legal_consent,
        required: |settings| settings.sign_up.legal_consent,
        supplied: |sign_up| sign_up.legal_accepted_at.is_some(),
    },
];
