//! The names of the fields that people fill in.

use std::fmt;

/// A field of a request, by its name on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `email_address`
    EmailAddress,
    /// `username`
    Username,
    /// `first_name`
    FirstName,
    /// `last_name`
    LastName,
    /// `password`
    Password,
    /// `legal_accepted`
    LegalAccepted,
    /// `unsafe_metadata`
    UnsafeMetadata,
    /// `locale`
    Locale,
    /// `timezone`
    Timezone,
    /// `identifier`
    Identifier,
    /// `code`
    Code,
    /// `strategy`
    Strategy,
    /// `email_address_id`
    EmailAddressId,
    /// `primary_email_address_id`
    PrimaryEmailAddressId,
    /// `redirect_url`
    RedirectUrl,
    /// `transfer`
    Transfer,
    /// `phone_number`
    PhoneNumber,
    /// `web3_wallet`
    Web3Wallet,
}

impl Field {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailAddress => "email_address",
            Self::Username => "username",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Password => "password",
            Self::LegalAccepted => "legal_accepted",
            Self::UnsafeMetadata => "unsafe_metadata",
            Self::Locale => "locale",
            Self::Timezone => "timezone",
            Self::Identifier => "identifier",
            Self::Code => "code",
            Self::Strategy => "strategy",
            Self::EmailAddressId => "email_address_id",
            Self::PrimaryEmailAddressId => "primary_email_address_id",
            Self::RedirectUrl => "redirect_url",
            Self::Transfer => "transfer",
            Self::PhoneNumber => "phone_number",
            Self::Web3Wallet => "web3_wallet",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
