//! The environment: what the instance's settings tell a client package.
//!
//! Everything that the packages know is named, also what is off: a section that is absent or half there
//! makes them fall back to defaults of their own.

use serde_json::{Value, json};

use crate::flow::Strategy;
use crate::settings::{Application, Settings};

mod user_settings;

/// The environment.
#[must_use]
pub fn environment(settings: &Settings) -> Value {
    json!({
        "object": "environment",
        "id": "env_1",
        "auth_config": auth_config(settings),
        "display_config": display_config(settings),
        "user_settings": user_settings::user_settings(settings),
        "organization_settings": organization_settings(),
        "fraud_settings": {
            "object": "fraud_settings",
            "native": { "device_attestation_mode": "disabled" },
        },
        // Half a section here makes the client packages report themselves as degraded.
        "commerce_settings": {
            "billing": {
                "stripe_publishable_key": null,
                "free_trial_requires_payment_method": false,
                "organization": { "enabled": false, "has_paid_plans": false },
                "user": { "enabled": false, "has_paid_plans": false },
            },
        },
        "api_keys_settings": {
            "enabled": false,
            "user_api_keys_enabled": false,
            "orgs_api_keys_enabled": false,
        },
        "protect_config": { "object": "protect_config", "id": "protect_1", "loaders": [] },
        "maintenance_mode": false,
        "client_debug_mode": false,
        "partitioned_cookies": false,
    })
}

fn auth_config(settings: &Settings) -> Value {
    let attributes = &settings.attributes;
    let email = &attributes.email_address;
    let username = &attributes.username;
    let password = attributes.password.enabled;
    json!({
        "object": "auth_config",
        "id": "aconf_1",
        "first_name": asked(attributes.first_name.enabled, attributes.first_name.required),
        "last_name": asked(attributes.last_name.enabled, attributes.last_name.required),
        "email_address": asked(email.enabled, email.required),
        "phone_number": asked(false, false),
        "username": asked(username.enabled, username.required),
        "password": asked(password, attributes.password.required),
        "identification_requirements": [
            listed(&[
                ("email_address", email.required),
                ("username", username.required),
            ]),
            [],
        ],
        "identification_strategies": listed(&[
            ("email_address", email.used_for_sign_in),
            ("username", username.used_for_sign_in),
        ]),
        "first_factors": names(Strategy::first_factors(settings)),
        "second_factors": [],
        "email_address_verification_strategies": names(email.verifications.iter().copied()),
        "single_session_mode": settings.sessions.single,
        "enhanced_email_deliverability": false,
        "test_mode": settings.test_mode,
        "cookieless_dev": false,
        "url_based_session_syncing": false,
        "claimed_at": null,
        "reverification": false,
        "preferred_channels": null,
        "session_minter": false,
        "native_settings": {
            "object": "native_settings",
            "api_enabled": true,
            "trusted_device_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_up_enabled": false,
        },
    })
}

fn display_config(settings: &Settings) -> Value {
    let mut config = json!({
        "object": "display_config",
        "id": "display_config_1",
        "instance_environment_type": "production",
        "application_name": settings.application.name,
        "theme": { "general": { "color": "#2f3037" }, "buttons": {}, "accounts": {} },
        "preferred_sign_in_strategy": if settings.attributes.password.enabled { "password" } else { "otp" },
        "logo_image_url": null,
        "favicon_image_url": null,
        "logo_url": null,
        "favicon_url": null,
        "logo_image": null,
        "favicon_image": null,
        "support_email": settings.application.support_email,
        "branded": false,
        "experimental_force_oauth_first": false,
        "clerk_js_version": "6",
        "show_devmode_warning": false,
        "google_one_tap_client_id": null,
        "help_url": null,
        "privacy_policy_url": null,
        "terms_url": null,
        "captcha_public_key": null,
        "captcha_widget_type": null,
        "captcha_public_key_invisible": null,
        "captcha_provider": null,
        "captcha_oauth_bypass": [],
        "captcha_heartbeat": false,
    });
    if let Value::Object(config) = &mut config {
        config.extend(pages(&settings.application));
    }
    config
}

/// Where the application's pages are; those that it has no setting for lead home.
fn pages(application: &Application) -> impl Iterator<Item = (String, Value)> {
    let home_url = application.home_url.as_str();
    let sign_in_url = application.sign_in_url.as_str();
    [
        ("home_url", home_url),
        ("logo_link_url", home_url),
        ("sign_in_url", sign_in_url),
        ("sign_up_url", application.sign_up_url.as_str()),
        ("user_profile_url", home_url),
        ("waitlist_url", home_url),
        ("oauth_consent_url", home_url),
        ("after_sign_in_url", home_url),
        ("after_sign_up_url", home_url),
        ("after_sign_out_one_url", home_url),
        ("after_sign_out_all_url", sign_in_url),
        ("after_switch_session_url", home_url),
        ("after_join_waitlist_url", home_url),
        // There are no organizations, hence no pages of theirs.
        ("organization_profile_url", ""),
        ("create_organization_url", ""),
        ("after_leave_organization_url", ""),
        ("after_create_organization_url", ""),
    ]
    .into_iter()
    .map(|(page, url)| (page.to_owned(), Value::from(url)))
}

fn organization_settings() -> Value {
    json!({
        "enabled": false,
        "max_allowed_memberships": 0,
        "force_organization_selection": false,
        "creator_role": "",
        "actions": { "admin_delete": false },
        "slug": { "disabled": true },
        "domains": { "enabled": false, "enrollment_modes": [], "default_role": "" },
        "organization_creation_defaults": { "enabled": false },
    })
}

fn asked(enabled: bool, required: bool) -> &'static str {
    match (enabled, required) {
        (true, true) => "required",
        (true, false) => "on",
        (false, _) => "off",
    }
}

fn names(strategies: impl Iterator<Item = Strategy>) -> Vec<&'static str> {
    strategies.map(Strategy::as_str).collect()
}

/// The names whose flag is up.
fn listed(names: &[(&'static str, bool)]) -> Vec<&'static str> {
    names.iter().filter_map(|(name, on)| on.then_some(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::context::tests::settings;

    #[test]
    fn the_shipped_settings_are_told() {
        insta::assert_json_snapshot!(environment(&settings()));
    }

    #[test]
    fn what_is_off_is_told_as_off() {
        let mut settings = settings();
        settings.attributes.email_address.enabled = false;
        settings.attributes.email_address.required = false;
        settings.attributes.email_address.used_for_sign_in = false;
        settings.attributes.email_address.verify_at_sign_up = false;
        settings.attributes.email_address.verifications.clear();
        settings.attributes.email_address.first_factors.clear();
        settings.attributes.username.required = true;
        settings.attributes.password.required = true;
        let told = environment(&settings);
        let config = &told["auth_config"];
        assert_eq!(config["email_address"], "off");
        assert_eq!(config["username"], "required");
        assert_eq!(config["first_factors"], json!(["password"]));
        assert_eq!(config["identification_strategies"], json!(["username"]));
        assert_eq!(config["identification_requirements"], json!([["username"], []]));
        assert_eq!(
            told["user_settings"]["attributes"]["email_address"],
            told["user_settings"]["attributes"]["phone_number"]
        );
    }

    #[test]
    fn modes_are_told() {
        let mut settings = settings();
        settings.test_mode = true;
        settings.sessions.single = false;
        settings.attributes.password.enabled = false;
        let told = environment(&settings);
        assert_eq!(told["display_config"]["preferred_sign_in_strategy"], "otp");
        assert_eq!(told["auth_config"]["test_mode"], true);
        assert_eq!(told["auth_config"]["single_session_mode"], false);
        assert_eq!(told["auth_config"]["first_factors"], json!(["email_code"]));
    }

    #[test]
    fn no_length_is_told_that_the_client_packages_do_not_take() {
        let mut settings = settings();
        settings.password.min_length = 100;
        settings.password.max_length = 128;
        let told = environment(&settings);
        let password = &told["user_settings"]["password_settings"];
        assert_eq!(password["max_length"], 72);
        assert_eq!(password["min_length"], 72);
    }
}
