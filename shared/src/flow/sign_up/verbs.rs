//! The verbs of a sign-up, as the API names them.

use super::super::client::Client;
use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::SignUpId;
use super::super::password::Password;
use super::super::strategy::{Proof, Strategy};
use super::super::transition::{Facts, Lookups, Needs, Transition, Verb};
use super::{Fields, SignUp};

/// Begins a sign-up, with any fields; with a strategy it also prepares the verification.
#[derive(Clone, Debug, Default)]
pub struct Create {
    /// What is known already.
    pub fields: Fields,
    /// How the address is to be proved at once.
    pub strategy: Option<Strategy>,
}

/// Supplies or changes fields.
#[derive(Clone, Debug)]
pub struct Update {
    /// Which sign-up.
    pub id: SignUpId,
    /// What is supplied.
    pub fields: Fields,
}

/// Begins to prove the address.
#[derive(Clone, Debug)]
pub struct Prepare {
    /// Which sign-up.
    pub id: SignUpId,
    /// How.
    pub strategy: Strategy,
}

/// Tries to prove the address.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which sign-up.
    pub id: SignUpId,
    /// How.
    pub strategy: Strategy,
    /// With what.
    pub proof: Proof,
}

impl Verb for Create {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { opens_client: true, ..self.fields.lookups() }
    }

    fn needs(&self, client: &Client, _: &Facts, _: &Context<'_>) -> Result<Needs, FlowError> {
        Ok(Needs::users_of(client))
    }

    fn decide(
        &self,
        mut client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        if cx.settings.sessions.single && client.live_sessions(facts, cx.now).next().is_some() {
            return Err(FlowError::SessionExists);
        }
        let updated = SignUp::begin(cx).update(&self.fields, facts, cx)?;
        let transition = match self.strategy {
            // A password is supplied with the fields and proves nothing about the address.
            None | Some(Strategy::Password) => updated,
            Some(_) if updated.next.is_complete() || updated.answer.is_err() => updated,
            Some(strategy) => updated.next.prepare(strategy, cx)?,
        };
        // Attempts of the other kind would lead a browser that returns from a provider astray.
        client.sign_in = None;
        Ok(client.with_sign_up(transition, cx))
    }
}

impl Verb for Update {
    fn lookups(&self) -> Lookups<'_> {
        self.fields.lookups()
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        Ok(client.with_sign_up(sign_up.update(&self.fields, facts, cx)?, cx))
    }
}

impl Verb for Prepare {
    fn lookups(&self) -> Lookups<'_> {
        Lookups::default()
    }

    fn decide(
        &self,
        client: Client,
        _: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        Ok(client.with_sign_up(sign_up.prepare(self.strategy, cx)?, cx))
    }
}

impl Verb for Attempt {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { guesses: true, ..Lookups::default() }
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        Ok(client.with_sign_up(sign_up.attempt(self.strategy, &self.proof, facts, cx)?, cx))
    }
}

impl Fields {
    /// What must be looked up before these fields can be taken.
    fn lookups(&self) -> Lookups<'_> {
        let identifiers: Vec<&Identifier> =
            [self.email_address.value(), self.username.value()].into_iter().flatten().collect();
        Lookups { identifiers, hash: self.password.as_ref(), ..Lookups::default() }
    }

    /// Checks what can be checked without knowing the sign-up: a new password against the rules, an
    /// address against the instance's restrictions.
    ///
    /// # Errors
    /// One for each field that is refused.
    pub fn check(&self, settings: &crate::settings::Settings) -> Result<(), Vec<FlowError>> {
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
        let attributes = &settings.attributes;
        let off = [
            (
                attributes.email_address.enabled,
                self.email_address.value().is_some(),
                Field::EmailAddress,
            ),
            (attributes.username.enabled, self.username.value().is_some(), Field::Username),
            (attributes.first_name.enabled, self.first_name.value().is_some(), Field::FirstName),
            (attributes.last_name.enabled, self.last_name.value().is_some(), Field::LastName),
            (attributes.password.enabled, self.password.is_some(), Field::Password),
        ];
        for (enabled, supplied, field) in off {
            if supplied && !enabled {
                errors.push(FlowError::NotEnabled(field));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Needs {
    /// The users of the client's sessions, to tell which of them live.
    pub(in crate::flow) fn users_of(client: &Client) -> Self {
        Self {
            users: client.sessions.iter().map(|session| session.user.clone()).collect(),
            ..Self::default()
        }
    }
}
