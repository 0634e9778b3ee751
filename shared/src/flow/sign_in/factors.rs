//! How a user can prove who they are, as noted when a sign-in named them.

use serde::{Deserialize, Serialize};

use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::{EmailAddressId, UserId};
use super::super::strategy::{Proves, Strategy};
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
    pub has_password: bool,
    /// How often the password had been set.
    pub password_version: u32,
    /// The address that a code was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proving: Option<EmailAddressId>,
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
    pub fn of(user: &User, identifier: &Identifier) -> Self {
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
            has_password: user.password.is_some(),
            password_version: user.password_version,
            proving: None,
        }
    }

    /// Every way to prove it, the typed address's first.
    pub fn list(&self, settings: &Settings) -> impl Iterator<Item = Factor<'_>> {
        Strategy::first_factors(settings).flat_map(|strategy| self.of_strategy(strategy))
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
        let definition = strategy.definition();
        if !definition.is_prepared() {
            return Err(FlowError::ValueInvalid(Field::Strategy));
        }
        if !(definition.is_first_factor)(settings) {
            return Err(FlowError::StrategyForUserInvalid);
        }
        let mut addresses = self.of_strategy(strategy).filter_map(|factor| factor.email_address);
        match asked {
            Some(id) => addresses.find(|email| email.id == *id).ok_or(FlowError::NotFound),
            None => addresses.next().ok_or(FlowError::StrategyForUserInvalid),
        }
    }

    /// The address whose proof is under way, if it is one that this strategy proves.
    pub(super) fn address_under_proof(&self, strategy: Strategy) -> Option<&EmailAddressFactor> {
        self.of_strategy(strategy)
            .filter_map(|factor| factor.email_address)
            .find(|email| Some(&email.id) == self.proving.as_ref())
    }

    /// Whether the strategy still proves that somebody is this user. Since the factors were noted the
    /// instance may have stopped using it, and the user may have given up the address or the password.
    pub(super) fn still_prove(&self, strategy: Strategy, user: &User, settings: &Settings) -> bool {
        let definition = strategy.definition();
        let usable = match definition.proves {
            Proves::Password => user.password.is_some(),
            Proves::Address(_) => self.proving.as_ref().is_none_or(|proving| {
                user.email_addresses.iter().any(|email| email.id == *proving && email.is_verified())
            }),
        };
        usable && (definition.is_first_factor)(settings)
    }

    fn of_strategy(&self, strategy: Strategy) -> impl Iterator<Item = Factor<'_>> {
        let proves = strategy.definition().proves;
        let addresses = self
            .email_addresses
            .iter()
            .filter(move |email| proves == Proves::Address(email.address.kind()))
            .map(move |email| Factor { strategy, email_address: Some(email) });
        let password = (proves == Proves::Password && self.has_password)
            .then_some(Factor { strategy, email_address: None });
        addresses.chain(password)
    }

    /// The factors once a code went to this address.
    #[must_use]
    pub(super) fn proving(self, address: &EmailAddressId) -> Self {
        Self { proving: Some(address.clone()), ..self }
    }
}
