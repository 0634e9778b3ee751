//! The verbs of a sign-up, as the API names them.

use super::super::client::{Client, Gain};
use super::super::context::Context;
use super::super::error::FlowError;
use super::super::ids::SignUpId;
use super::super::strategy::{Proof, Strategy};
use super::super::transition::Transition;
use super::super::verb::{Facts, Lookups, Needs, Verb};
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
        Lookups {
            opens_client: true,
            codes: self.strategy.is_some_and(Strategy::uses_code),
            ..self.fields.lookups()
        }
    }

    fn needs(&self, client: &Client, facts: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        if facts.lack_users_of(client) {
            return Ok(Needs::users_of(client));
        }
        refuse_signed_in(client, facts, cx)?;
        Ok(Needs { hash: self.fields.password.clone(), ..Needs::default() })
    }

    fn decide(
        &self,
        mut client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        refuse_signed_in(&client, facts, cx)?;
        let updated = SignUp::begin(cx).update(&self.fields, facts, cx)?;
        let transition = match self.strategy {
            // What needs no preparation is a field: a password proves nothing about the address.
            Some(strategy)
                if strategy.definition().is_prepared()
                    && updated.answer.is_ok()
                    && !updated.next.is_complete() =>
            {
                updated.next.prepare(strategy, cx)?
            }
            Some(_) | None => updated,
        };
        // Attempts of the other kind would lead a browser that returns from a provider astray.
        client.sign_in = None;
        Ok(client.with_sign_up(transition, Gain::of_beginning(facts), cx))
    }
}

impl Verb for Update {
    fn lookups(&self) -> Lookups<'_> {
        self.fields.lookups()
    }

    fn needs(&self, client: &Client, _: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        client.find_sign_up(&self.id, cx.now)?.open()?;
        Ok(Needs { hash: self.fields.password.clone(), ..Needs::default() })
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        let transition = sign_up.update(&self.fields, facts, cx)?;
        Ok(client.with_sign_up(transition, Gain::Nothing, cx))
    }
}

impl Verb for Prepare {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { codes: self.strategy.uses_code(), ..Lookups::default() }
    }

    fn decide(
        &self,
        client: Client,
        _: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        Ok(client.with_sign_up(sign_up.prepare(self.strategy, cx)?, Gain::Nothing, cx))
    }
}

impl Verb for Attempt {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { codes: self.strategy.uses_code(), guesses: true, ..Lookups::default() }
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_up = client.find_sign_up(&self.id, cx.now)?.clone();
        let transition = sign_up.attempt(self.strategy, &self.proof, facts, cx)?;
        let gain = Gain::of_proof(transition.answer.is_ok());
        Ok(client.with_sign_up(transition, gain, cx))
    }
}

/// Refuses somebody who is signed in already, where one session a browser is all there is.
fn refuse_signed_in(client: &Client, facts: &Facts, cx: &Context<'_>) -> Result<(), FlowError> {
    if cx.settings.sessions.single && client.live_sessions(facts, cx.now).next().is_some() {
        return Err(FlowError::SessionExists);
    }
    Ok(())
}
