//! `user`

use serde::Serialize;
use serde_json::{Map, Value};

use super::Scene;
use super::email_address::EmailAddressResource;
use super::fixed::{EmptyList, EmptyObject, False, Null};
use super::image_url::ImageUrl;
use crate::flow::{EmailAddressId, Identifier, Timestamp, User, UserId};

/// A user, as they and their application see them.
#[derive(Serialize)]
pub(in crate::http) struct UserResource<'a> {
    object: &'static str,
    id: &'a UserId,
    username: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    image_url: ImageUrl,
    profile_image_url: ImageUrl,
    primary_email_address_id: Option<&'a EmailAddressId>,
    email_addresses: Vec<EmailAddressResource<'a>>,
    password_enabled: bool,
    password_last_updated_at: Option<Timestamp>,
    unsafe_metadata: &'a Map<String, Value>,
    last_sign_in_at: Option<Timestamp>,
    last_active_at: Option<Timestamp>,
    legal_accepted_at: Option<Timestamp>,
    verification_attempts_remaining: u32,
    timezone: Option<&'a str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    unsupported: Unsupported,
}

/// What no user has here.
#[derive(Default, Serialize)]
struct Unsupported {
    external_id: Null,
    has_image: False,
    primary_phone_number_id: Null,
    primary_web3_wallet_id: Null,
    phone_numbers: EmptyList,
    web3_wallets: EmptyList,
    passkeys: EmptyList,
    external_accounts: EmptyList,
    saml_accounts: EmptyList,
    enterprise_accounts: EmptyList,
    organization_memberships: EmptyList,
    two_factor_enabled: False,
    totp_enabled: False,
    backup_code_enabled: False,
    mfa_enabled_at: Null,
    mfa_disabled_at: Null,
    public_metadata: EmptyObject,
    banned: False,
    locked: False,
    lockout_expires_in_seconds: Null,
    delete_self_enabled: False,
    create_organization_enabled: False,
    create_organizations_limit: Null,
}

impl<'a> UserResource<'a> {
    pub(super) fn of(user: &'a User, scene: Scene<'a>) -> Self {
        Self::pictured(user, ImageUrl::of(user, scene), scene)
    }

    /// The user, whose picture is known to be there.
    pub(super) fn pictured(user: &'a User, image_url: ImageUrl, scene: Scene<'a>) -> Self {
        // A user without a verified address has no primary one that mail could go to.
        let primary = user.primary_address().filter(|email| email.is_verified());
        Self {
            object: "user",
            id: &user.id,
            username: user.username.as_ref().map(Identifier::as_str),
            first_name: user.first_name.as_deref(),
            last_name: user.last_name.as_deref(),
            image_url: image_url.clone(),
            profile_image_url: image_url,
            primary_email_address_id: primary.map(|email| &email.id),
            email_addresses: user.email_addresses.iter().map(EmailAddressResource::of).collect(),
            password_enabled: user.password.is_some(),
            password_last_updated_at: user.password.as_ref().map(|password| password.updated_at),
            unsafe_metadata: user.unsafe_metadata.as_map(),
            last_sign_in_at: user.last_sign_in_at,
            last_active_at: user.last_sign_in_at,
            legal_accepted_at: user.legal_accepted_at,
            verification_attempts_remaining: scene.settings.lockout.max_attempts,
            timezone: user.timezone.as_deref(),
            created_at: user.created_at,
            updated_at: user.updated_at,
            unsupported: Unsupported::default(),
        }
    }
}
