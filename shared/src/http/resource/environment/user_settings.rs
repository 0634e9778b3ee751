//! The part of the environment that says what a user consists of and how they prove it.

use serde_json::{Value, json};

use super::names;
use crate::settings::{PlainAttribute, Settings};

pub(super) fn user_settings(settings: &Settings) -> Value {
    json!({
        "attributes": attributes(settings),
        "social": {},
        "saml": { "enabled": false },
        "enterprise_sso": { "enabled": false, "self_serve_sso": false },
        "sign_in": { "second_factor": { "required": false, "enabled": false } },
        "sign_up": {
            "allowlist_only": false,
            "progressive": true,
            "captcha_enabled": false,
            "captcha_widget_type": "smart",
            "custom_action_required": false,
            "mode": "public",
            "legal_consent_enabled": settings.sign_up.legal_consent,
            "mfa": { "required": false },
        },
        "restrictions": {
            "allowlist": { "enabled": false },
            "blocklist": { "enabled": false },
            "allowlist_blocklist_disabled_on_sign_in": { "enabled": false },
            "block_email_subaddresses": { "enabled": settings.sign_up.block_email_subaddresses },
            "block_disposable_email_domains": { "enabled": false },
        },
        "username_settings": {
            "min_length": settings.username.min_length,
            "max_length": settings.username.max_length,
            "allow_extended_special_characters": false,
            "allow_numeric_usernames": false,
        },
        "password_settings": password_settings(settings),
        "passkey_settings": {
            "allow_autofill": false,
            "show_sign_in_button": false,
            "satisfies_second_factor": false,
        },
        "actions": {
            "delete_self": false,
            "create_organization": false,
            "create_organizations_limit": null,
        },
        "attack_protection": {
            "user_lockout": {
                "enabled": true,
                "max_attempts": settings.lockout.max_attempts,
                "duration_in_minutes": settings.lockout.duration.as_secs() / 60,
            },
            "pii": { "enabled": true },
            "email_link": { "require_same_client": false },
            "enumeration_protection": { "enabled": false },
        },
    })
}

fn attributes(settings: &Settings) -> Value {
    let email = &settings.attributes.email_address;
    let username = &settings.attributes.username;
    json!({
        "email_address": Attribute {
            enabled: email.enabled,
            required: email.required,
            used_for_first_factor: email.used_for_sign_in,
            first_factors: &names(email.first_factors.iter().copied()),
            verifications: &names(email.verifications.iter().copied()),
            verify_at_sign_up: email.verify_at_sign_up,
        }.json(),
        "phone_number": Attribute::default().json(),
        "username": Attribute {
            enabled: username.enabled,
            required: username.required,
            used_for_first_factor: username.used_for_sign_in,
            ..Attribute::default()
        }.json(),
        "web3_wallet": Attribute::default().json(),
        "first_name": Attribute::from(settings.attributes.first_name).json(),
        "last_name": Attribute::from(settings.attributes.last_name).json(),
        "password": Attribute::from(settings.attributes.password).json(),
        "authenticator_app": Attribute::default().json(),
        "backup_code": Attribute::default().json(),
        "passkey": Attribute::default().json(),
        "ticket": Attribute::default().json(),
    })
}

fn password_settings(settings: &Settings) -> Value {
    let rules = &settings.password;
    json!({
        // A list of our own takes the place of that service; whether one is asked is all that is told.
        "disable_hibp": !rules.refuse_common,
        "enforce_hibp_on_sign_in": false,
        "min_length": rules.min_length.min(LONGEST_PASSWORD),
        "max_length": rules.max_length.min(LONGEST_PASSWORD),
        "require_special_char": false,
        "require_numbers": false,
        "require_uppercase": false,
        "require_lowercase": false,
        "show_zxcvbn": false,
        "min_zxcvbn_strength": 0,
        "allowed_special_characters": "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
        "disable_password_reverification": false,
    })
}

/// What the environment says of one attribute; by default, that there is none.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own in the environment")]
#[derive(Default)]
struct Attribute<'a> {
    enabled: bool,
    required: bool,
    used_for_first_factor: bool,
    first_factors: &'a [&'static str],
    verifications: &'a [&'static str],
    verify_at_sign_up: bool,
}

impl Attribute<'_> {
    fn json(&self) -> Value {
        json!({
            "enabled": self.enabled,
            "required": self.required,
            "immutable": false,
            "used_for_first_factor": self.used_for_first_factor,
            "first_factors": self.first_factors,
            "used_for_second_factor": false,
            "second_factors": [],
            "verifications": self.verifications,
            "verify_at_sign_up": self.verify_at_sign_up,
        })
    }
}

impl From<PlainAttribute> for Attribute<'_> {
    fn from(attribute: PlainAttribute) -> Self {
        Self { enabled: attribute.enabled, required: attribute.required, ..Self::default() }
    }
}

/// The client packages take no more, and would replace a higher number with this one.
const LONGEST_PASSWORD: usize = 72;
