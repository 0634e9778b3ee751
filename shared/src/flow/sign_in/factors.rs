//! How a user can prove who they are, as noted when a sign-in named them.

use serde::{Deserialize, Serialize};

use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::{EmailAddressId, UserId};
use super::super::strategy::Strategy;
use super::super::user::User;
use crate::settings::Settings;

/// How a user can prove who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Who they are said to be.
    pub user: UserId,
    /// Their verified addresses; the one that was typed first.
    pub email_addresses: Vec<EmailAddressFactor>,
    /// Whether they have a password.
    pub password: bool,
    /// How often the password had been set.
    pub password_version: u32,
    /// The address that a code was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proving: Option<EmailAddressId>,
    codes: bool,
}

/// An address that a code can be sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailAddressFactor {
    /// The id of the user's address.
    pub id: EmailAddressId,
    /// The address.
    pub address: Identifier,
    /// Whether it is the one that mail goes to.
    pub primary: bool,
}

/// One way to prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor<'a> {
    /// How.
    pub strategy: Strategy,
    /// By which address.
    pub email_address: Option<&'a EmailAddressFactor>,
}

impl Factors {
    /// The factors of this user, who was named by this identifier.
    #[must_use]
    pub fn of(user: &User, identifier: &Identifier, settings: &Settings) -> Self {
        let mut email_addresses: Vec<_> = user
            .email_addresses
            .iter()
            .filter(|email| email.is_verified())
            .map(|email| EmailAddressFactor {
                id: email.id.clone(),
                address: email.address.clone(),
                primary: user.primary_email_address.as_ref() == Some(&email.id),
            })
            .collect();
        // Client packages take the first factor of a strategy unless one names what was typed.
        email_addresses.sort_by_key(|email| (email.address != *identifier, !email.primary));
        Self {
            user: user.id.clone(),
            email_addresses,
            password: settings.attributes.password.enabled && user.password.is_some(),
            password_version: user.password_version,
            proving: None,
            codes: settings.attributes.email_address.signs_in_by_email_code,
        }
    }

    /// Every way to prove it, the typed address's first.
    pub fn list(&self, settings: &Settings) -> impl Iterator<Item = Factor<'_>> {
        let by_mail = |strategy| {
            self.email_addresses
                .iter()
                .map(move |email| Factor { strategy, email_address: Some(email) })
        };
        let password = Factor { strategy: Strategy::Password, email_address: None };
        let resets = settings.attributes.password.enabled;
        by_mail(Strategy::EmailCode)
            .filter(|_| self.codes)
            .chain(self.password.then_some(password))
            .chain(by_mail(Strategy::ResetPasswordEmailCode).filter(move |_| resets))
    }

    /// The address that a code of this strategy goes to: the one asked for, else the first.
    ///
    /// # Errors
    /// [`FlowError::ValueInvalid`] if the strategy sends no code, [`FlowError::NotFound`] for an address
    /// that is not among them, [`FlowError::StrategyForUserInvalid`] if there is none or the instance does
    /// not use the strategy.
    pub fn email_address(
        &self,
        strategy: Strategy,
        asked: Option<&EmailAddressId>,
        settings: &Settings,
    ) -> Result<&EmailAddressFactor, FlowError> {
        match strategy {
            Strategy::Password => return Err(FlowError::ValueInvalid(Field::Strategy)),
            Strategy::EmailCode if !self.codes => return Err(FlowError::StrategyForUserInvalid),
            Strategy::ResetPasswordEmailCode if !settings.attributes.password.enabled => {
                return Err(FlowError::StrategyForUserInvalid);
            }
            Strategy::EmailCode | Strategy::ResetPasswordEmailCode => {}
        }
        match asked {
            Some(id) => {
                self.email_addresses.iter().find(|email| email.id == *id).ok_or(FlowError::NotFound)
            }
            None => self.email_addresses.first().ok_or(FlowError::StrategyForUserInvalid),
        }
    }

    /// The factors once a code went to this address.
    #[must_use]
    pub(super) fn proving(self, address: &EmailAddressId) -> Self {
        Self { proving: Some(address.clone()), ..self }
    }
}
