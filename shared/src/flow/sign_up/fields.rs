//! The fields of a sign-up, as a request supplies them.

use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::metadata::Metadata;
use super::super::password::Password;
use super::super::verb::Lookups;
use crate::settings::Settings;

/// Fields that a request supplies, read and normalised.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// `email_address`
    pub email_address: Patch<Identifier>,
    /// `username`
    pub username: Patch<Identifier>,
    /// `first_name`
    pub first_name: Patch<String>,
    /// `last_name`
    pub last_name: Patch<String>,
    /// `password`
    pub password: Option<Password>,
    /// `unsafe_metadata`
    pub unsafe_metadata: Option<Metadata>,
    /// `legal_accepted`
    pub legal_accepted: Option<bool>,
    /// `locale`
    pub locale: Option<String>,
    /// `timezone`
    pub timezone: Option<String>,
}

/// What a request does to a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leaves it.
    #[default]
    Keep,
    /// Empties it.
    Clear,
    /// Sets it.
    Set(T),
}

impl Fields {
    /// What must be looked up before these fields can be taken.
    pub(super) fn lookups(&self) -> Lookups<'_> {
        let identifiers: Vec<&Identifier> =
            [self.email_address.value(), self.username.value()].into_iter().flatten().collect();
        Lookups { identifiers, ..Lookups::default() }
    }

    /// Checks what can be checked without knowing the sign-up: a new password against the rules, an
    /// address against the instance's restrictions.
    ///
    /// # Errors
    /// One for each field that is refused.
    pub fn check(&self, settings: &Settings) -> Result<(), Vec<FlowError>> {
        let mut errors = Vec::new();
        if let Some(address) = self.email_address.value() {
            let is_test = settings.test_mode && address.is_test_address();
            if settings.sign_up.block_email_subaddresses && address.has_subaddress() && !is_test {
                errors.push(FlowError::SubaddressBlocked);
            }
        }
        if let Some(Err(error)) =
            self.password.as_ref().map(|password| password.check(&settings.password))
        {
            let is_identifier = |password: &Password| {
                [self.email_address.value(), self.username.value()]
                    .into_iter()
                    .flatten()
                    .any(|identifier| password.is_identifier(identifier))
            };
            // The more telling refusal, where both apply.
            let matches = self.password.as_ref().is_some_and(is_identifier);
            errors.push(if matches { FlowError::PasswordMatchesIdentifier } else { error });
        }
        errors.extend(not_enabled(
            settings,
            [
                (Field::EmailAddress, self.email_address.value().is_some()),
                (Field::Username, self.username.value().is_some()),
                (Field::FirstName, self.first_name.value().is_some()),
                (Field::LastName, self.last_name.value().is_some()),
                (Field::Password, self.password.is_some()),
            ],
        ));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl<T: Clone> Patch<T> {
    /// Does to the field what the request asks.
    pub fn apply(&self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }

    /// The value, if one is set.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// Refuses what is supplied though the instance does not use it.
pub(in crate::flow) fn not_enabled<const N: usize>(
    settings: &Settings,
    supplied: [(Field, bool); N],
) -> Vec<FlowError> {
    let attributes = &settings.attributes;
    let off = |field: Field| match field {
        Field::EmailAddress => !attributes.email_address.enabled,
        Field::Username => !attributes.username.enabled,
        Field::FirstName => !attributes.first_name.enabled,
        Field::LastName => !attributes.last_name.enabled,
        Field::Password => !attributes.password.enabled,
        Field::LegalAccepted
        | Field::UnsafeMetadata
        | Field::Locale
        | Field::Timezone
        | Field::Identifier
        | Field::Code
        | Field::Strategy
        | Field::EmailAddressId
        | Field::PrimaryEmailAddressId
        | Field::RedirectUrl
        | Field::Transfer
        | Field::PhoneNumber
        | Field::Web3Wallet => false,
    };
    supplied
        .into_iter()
        .filter(|(field, supplied)| *supplied && off(*field))
        .map(|(field, _)| FlowError::NotEnabled(field))
        .collect()
}
