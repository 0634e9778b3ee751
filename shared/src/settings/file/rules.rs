//! What has to fit together: settings that are each allowed and would lock people out, or never apply.

use super::super::{Attributes, Settings};
use super::reader::Reader;

/// Checks the values against each other.
pub(super) fn check(settings: &Settings, r: &mut Reader<'_>) {
    cookie_domain(settings, r);
    only_enabled_attributes_are_used(settings, r);
    every_user_can_sign_in(settings, r);
    nothing_is_hidden_by_its_neighbour(settings, r);
}

fn cookie_domain(settings: &Settings, r: &mut Reader<'_>) {
    let host = &settings.instance.host;
    let holds = settings.instance.cookie_domain.as_ref().is_none_or(|domain| {
        host.strip_suffix(domain.as_str())
            .is_some_and(|above| above.is_empty() || above.ends_with('.'))
    });
    r.rule(
        holds,
        &["instance.cookie_domain", "instance.host"],
        format!("cookie_domain has to be host (\"{host}\") or a domain above it"),
    );
    r.rule(
        settings.instance.cookie_domain.is_some() || host.split('.').count() > 2,
        &["instance.host", "instance.cookie_domain"],
        "a host of two labels has no domain above it for cookies: give cookie_domain",
    );
}

fn only_enabled_attributes_are_used(settings: &Settings, r: &mut Reader<'_>) {
    let Attributes { email_address: email, username, first_name, last_name, password } =
        &settings.attributes;
    let email_uses = [
        (EMAIL_REQUIRED, email.required),
        (EMAIL_SIGNS_IN, email.used_for_sign_in),
        (EMAIL_VERIFIED, email.verify_at_sign_up),
        (EMAIL_FIRST_FACTORS, !email.first_factors.is_empty()),
    ];
    let username_uses =
        [(USERNAME_REQUIRED, username.required), (USERNAME_SIGNS_IN, username.used_for_sign_in)];
    only_enabled(r, EMAIL_ENABLED, email.enabled, &email_uses);
    only_enabled(r, USERNAME_ENABLED, username.enabled, &username_uses);
    for (enabled, required, attribute) in [
        (FIRST_NAME_ENABLED, FIRST_NAME_REQUIRED, first_name),
        (LAST_NAME_ENABLED, LAST_NAME_REQUIRED, last_name),
        (PASSWORD_ENABLED, PASSWORD_REQUIRED, password),
    ] {
        only_enabled(r, enabled, attribute.enabled, &[(required, attribute.required)]);
    }
}

fn only_enabled(
    r: &mut Reader<'_>,
    enabled_key: &'static str,
    enabled: bool,
    uses: &[(&'static str, bool)],
) {
    for (key, used) in uses {
        let name = key.rsplit('.').next().unwrap_or(key);
        r.rule(
            enabled || !used,
            &[key, enabled_key],
            format!("{name} asks for what enabled = false switches off"),
        );
    }
}

fn every_user_can_sign_in(settings: &Settings, r: &mut Reader<'_>) {
    let email = &settings.attributes.email_address;
    let username = &settings.attributes.username;
    let password = &settings.attributes.password;
    r.rule(
        !(email.enabled && (email.required || email.verify_at_sign_up))
            || !email.verifications.is_empty(),
        &["attributes.email_address.verifications", EMAIL_REQUIRED, EMAIL_VERIFIED],
        "an address that is required or verified at sign-up needs a way to verify it: [\"email_code\"]",
    );
    r.rule(
        email.used_for_sign_in || username.used_for_sign_in,
        &[EMAIL_SIGNS_IN, USERNAME_SIGNS_IN, EMAIL_ENABLED, USERNAME_ENABLED],
        "nothing can be typed to sign in: used_for_sign_in has to be true for email_address or username",
    );
    let by_code = email.required && email.verify_at_sign_up && !email.first_factors.is_empty();
    r.rule(
        by_code || (password.enabled && password.required),
        &[EMAIL_FIRST_FACTORS, EMAIL_REQUIRED, EMAIL_VERIFIED, PASSWORD_REQUIRED, PASSWORD_ENABLED, EMAIL_ENABLED],
        "somebody could sign up who can never sign in: either email_address is required, verified at sign-up and has \
         first_factors = [\"email_code\"], or password is enabled and required",
    );
}

fn nothing_is_hidden_by_its_neighbour(settings: &Settings, r: &mut Reader<'_>) {
    let Settings { password, username, sessions, codes, limits, .. } = settings;
    r.rule(
        password.min_length <= password.max_length,
        &["password.min_length", "password.max_length"],
        format!(
            "min_length ({}) is above max_length ({})",
            password.min_length, password.max_length
        ),
    );
    r.rule(
        username.min_length <= username.max_length,
        &["username.min_length", "username.max_length"],
        format!(
            "min_length ({}) is above max_length ({})",
            username.min_length, username.max_length
        ),
    );
    r.rule(
        sessions.inactivity <= sessions.lifetime,
        &["sessions.inactivity_days", "sessions.lifetime_days"],
        "inactivity_days is above lifetime_days, so it would never apply",
    );
    r.rule(
        codes.resend_after <= codes.lifetime,
        &["codes.resend_after_seconds", "codes.lifetime_minutes"],
        "resend_after_seconds is longer than lifetime_minutes, so nobody could ask again for an expired code",
    );
    r.rule(
        limits.messages_per_address_hour <= limits.messages_per_address_day,
        &["limits.messages_per_address_hour", "limits.messages_per_address_day"],
        "messages_per_address_hour is above messages_per_address_day, so it would never apply",
    );
}

const EMAIL_ENABLED: &str = "attributes.email_address.enabled";
const EMAIL_REQUIRED: &str = "attributes.email_address.required";
const EMAIL_SIGNS_IN: &str = "attributes.email_address.used_for_sign_in";
const EMAIL_VERIFIED: &str = "attributes.email_address.verify_at_sign_up";
const EMAIL_FIRST_FACTORS: &str = "attributes.email_address.first_factors";
const USERNAME_ENABLED: &str = "attributes.username.enabled";
const USERNAME_REQUIRED: &str = "attributes.username.required";
const USERNAME_SIGNS_IN: &str = "attributes.username.used_for_sign_in";
const FIRST_NAME_ENABLED: &str = "attributes.first_name.enabled";
const FIRST_NAME_REQUIRED: &str = "attributes.first_name.required";
const LAST_NAME_ENABLED: &str = "attributes.last_name.enabled";
const LAST_NAME_REQUIRED: &str = "attributes.last_name.required";
const PASSWORD_ENABLED: &str = "attributes.password.enabled";
const PASSWORD_REQUIRED: &str = "attributes.password.required";

#[cfg(test)]
mod tests;
