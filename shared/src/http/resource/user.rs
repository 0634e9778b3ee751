//! `user` and `email_address`

use serde_json::{Value, json};

use super::verification::lasting_verification;
use super::{Show, avatar, time};
use crate::flow::User;
use crate::flow::user::EmailAddress;

impl Show {
    /// A user, as they and their application see them.
    #[must_use]
    pub fn user(&self, user: &User) -> Value {
        let settings = self.settings();
        let email_addresses: Vec<_> = user.email_addresses.iter().map(email_address).collect();
        // A user without a verified address has no primary one that mail could go to.
        let primary =
            user.primary_address().filter(|email| email.is_verified()).map(|email| &email.id);
        json!({
            "object": "user",
            "id": user.id,
            "external_id": null,
            "username": user.username.as_ref().map(ToString::to_string),
            "first_name": user.first_name,
            "last_name": user.last_name,
            "image_url": self.image_url(user),
            "has_image": false,
            "profile_image_url": self.image_url(user),
            "primary_email_address_id": primary,
            "primary_phone_number_id": null,
            "primary_web3_wallet_id": null,
            "email_addresses": email_addresses,
            "phone_numbers": [],
            "web3_wallets": [],
            "passkeys": [],
            "external_accounts": [],
            "saml_accounts": [],
            "enterprise_accounts": [],
            "organization_memberships": [],
            "password_enabled": user.password.is_some(),
            "two_factor_enabled": false,
            "totp_enabled": false,
            "backup_code_enabled": false,
            "password_last_updated_at": time(user.password.as_ref().map(|password| password.updated_at)),
            "mfa_enabled_at": null,
            "mfa_disabled_at": null,
            "public_metadata": {},
            "unsafe_metadata": user.unsafe_metadata.as_map(),
            "last_sign_in_at": time(user.last_sign_in_at),
            "last_active_at": time(user.last_sign_in_at),
            "legal_accepted_at": time(user.legal_accepted_at),
            "banned": false,
            "locked": false,
            "lockout_expires_in_seconds": null,
            "verification_attempts_remaining": settings.lockout.max_attempts,
            "delete_self_enabled": false,
            "create_organization_enabled": false,
            "create_organizations_limit": null,
            "timezone": user.timezone,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
        })
    }

    /// Where the picture of a user is.
    pub(super) fn image_url(&self, user: &User) -> String {
        avatar::image_url(self.base_url(), user)
    }
}

/// An e-mail address of a user.
fn email_address(email: &EmailAddress) -> Value {
    json!({
        "object": "email_address",
        "id": email.id,
        "email_address": email.address.as_str(),
        "reserved": false,
        "verification": email.verification.as_ref().map(lasting_verification),
        "linked_to": [],
        "matches_sso_connection": false,
        "created_at": email.created_at,
        "updated_at": email.created_at,
    })
}
