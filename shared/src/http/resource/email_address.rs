//! `email_address`

use serde::Serialize;

use super::fixed::{EmptyList, False};
use super::verification::VerificationResource;
use crate::flow::user::EmailAddress;
use crate::flow::{EmailAddressId, Timestamp};

/// An e-mail address of a user.
#[derive(Serialize)]
pub(super) struct EmailAddressResource<'a> {
    object: &'static str,
    id: &'a EmailAddressId,
    email_address: &'a str,
    reserved: False,
    verification: Option<VerificationResource>,
    linked_to: EmptyList,
    matches_sso_connection: False,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl<'a> EmailAddressResource<'a> {
    pub(super) fn of(email: &'a EmailAddress) -> Self {
        Self {
            object: "email_address",
            id: &email.id,
            email_address: email.address.as_str(),
            reserved: False,
            verification: email.verification.as_ref().map(VerificationResource::lasting),
            linked_to: [],
            matches_sso_connection: False,
            created_at: email.created_at,
            updated_at: email.created_at,
        }
    }
}
