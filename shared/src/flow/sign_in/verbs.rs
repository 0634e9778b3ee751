//! The verbs of a sign-in, as the API names them.

use super::super::client::{Client, Gain};
use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::{EmailAddressId, SignInId, UserId};
use super::super::password::Password;
use super::super::strategy::{GuessedFactor, Proof, Proves, Strategy};
use super::super::transition::Transition;
use super::super::verb::{Facts, Guess, Lookups, Needs, PasswordCheck, Verb};
use super::{SignIn, SignInStatus, usable};

/// Begins a sign-in, by an identifier, with a password or a strategy, or empty.
#[derive(Clone, Debug, Default)]
pub struct Create {
    /// Who it is said to be.
    pub identifier: Option<Identifier>,
    /// A password that is tried at once.
    pub password: Option<Password>,
    /// How it is to be proved at once.
    pub strategy: Option<Strategy>,
    /// The person's language.
    pub locale: Option<String>,
}

/// Begins to prove a first factor.
#[derive(Clone, Debug)]
pub struct Prepare {
    /// Which sign-in.
    pub id: SignInId,
    /// How.
    pub strategy: Strategy,
    /// By which address.
    pub email_address: Option<EmailAddressId>,
}

/// Tries to prove a first factor.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which sign-in.
    pub id: SignInId,
    /// How.
    pub strategy: Strategy,
    /// With what.
    pub proof: Proof,
}

/// Sets a new password after a code allowed it.
#[derive(Clone, Debug)]
pub struct ResetPassword {
    /// Which sign-in.
    pub id: SignInId,
    /// The new password.
    pub password: Password,
    /// Whether the user's other sessions end, on every client.
    pub sign_out_of_other_sessions: bool,
}

impl Create {
    /// The password, if it is what the person is to be recognised by.
    fn tried(&self) -> Option<&Password> {
        let by_password = |strategy: Strategy| strategy.definition().proves == Proves::Password;
        self.password.as_ref().filter(|_| self.strategy.is_none_or(by_password))
    }

    /// Refuses somebody who is signed in already.
    fn refuse_signed_in(
        client: &Client,
        owner: Option<&UserId>,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<(), FlowError> {
        let mut live = client.live_sessions(facts, cx.now);
        if cx.settings.sessions.single {
            return live.next().map_or(Ok(()), |_| Err(FlowError::SessionExists));
        }
        match live.find(|session| Some(&session.user) == owner) {
            Some(session) => Err(FlowError::AlreadySignedIn(session.id.clone())),
            None => Ok(()),
        }
    }
}

impl Verb for Create {
    fn lookups(&self) -> Lookups<'_> {
        Lookups {
            identifiers: self.identifier.iter().collect(),
            opens_client: true,
            codes: self.strategy.is_some_and(Strategy::uses_code),
            guesses: self.tried().is_some(),
            ..Lookups::default()
        }
    }

    fn needs(&self, client: &Client, facts: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        match &self.identifier {
            Some(identifier) => usable(identifier, cx)?,
            None if self.password.is_some() || self.strategy.is_some() => {
                return Err(FlowError::Missing(Field::Identifier));
            }
            None => {}
        }
        let owner = self.identifier.as_ref().and_then(|identifier| facts.owners.get(identifier));
        let mut needs = Needs::users_of(client);
        needs.users.extend(owner.cloned());
        // Who is signed in must be known before a password is worth comparing.
        if facts.lack_users_of(client) {
            return Ok(needs);
        }
        Self::refuse_signed_in(client, owner, facts, cx)?;
        if let Some(password) = self.tried() {
            needs.password =
                Some(PasswordCheck { user: owner.cloned(), password: password.clone() });
            needs.guess =
                owner.map(|user| Guess { user: user.clone(), factor: GuessedFactor::Password });
        }
        Ok(needs)
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_in = SignIn::begin(self.locale.clone(), cx);
        let Some(identifier) = &self.identifier else {
            return Ok(client.starting(sign_in.stays(), facts, cx));
        };
        let owner = facts.owners.get(identifier).ok_or(FlowError::IdentifierNotFound)?;
        let user = facts.users.get(owner).ok_or(FlowError::IdentifierNotFound)?;
        let sign_in = sign_in.identified(identifier.clone(), user);
        let transition = match (self.tried(), self.strategy) {
            (Some(password), _) => {
                let proof = Proof::Password(password.clone());
                let named = sign_in.clone();
                // The attempt stays, whatever is wrong with the password, so that another factor can be tried.
                sign_in
                    .attempt(Strategy::Password, &proof, facts, cx)
                    .unwrap_or_else(|refusal| named.stays().answering(Err(refusal)))
            }
            (None, Some(strategy)) if strategy.definition().is_prepared() => {
                sign_in.prepare(strategy, None, cx)?
            }
            (None, Some(_)) => return Err(FlowError::Missing(Field::Password)),
            (None, None) => sign_in.stays(),
        };
        Ok(client.starting(transition, facts, cx))
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
        let sign_in = client.find_sign_in(&self.id, cx.now)?.clone();
        let transition = sign_in.prepare(self.strategy, self.email_address.as_ref(), cx)?;
        Ok(client.with_sign_in(transition, Gain::Nothing, cx))
    }
}

impl Verb for Attempt {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { codes: self.strategy.uses_code(), guesses: true, ..Lookups::default() }
    }

    fn needs(&self, client: &Client, _: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        let sign_in = client.find_sign_in(&self.id, cx.now)?;
        let due = sign_in.status() == SignInStatus::NeedsFirstFactor;
        let Some(factors) = sign_in.factors().filter(|_| due) else {
            return Ok(Needs::default());
        };
        let user = factors.user.clone();
        Ok(Needs {
            users: vec![user.clone()],
            guess: Some(Guess { user: user.clone(), factor: self.strategy.definition().guessed }),
            hash: None,
            password: match &self.proof {
                Proof::Password(password) => {
                    Some(PasswordCheck { user: Some(user), password: password.clone() })
                }
                Proof::Code(_) => None,
            },
        })
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_in = client.find_sign_in(&self.id, cx.now)?.clone();
        let transition = sign_in.attempt(self.strategy, &self.proof, facts, cx)?;
        let gain = Gain::of_proof(transition.answer.is_ok());
        Ok(client.with_sign_in(transition, gain, cx))
    }
}

impl Verb for ResetPassword {
    fn lookups(&self) -> Lookups<'_> {
        Lookups::default()
    }

    fn needs(&self, client: &Client, _: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        let sign_in = client.find_sign_in(&self.id, cx.now)?;
        let user = sign_in.resettable()?.user.clone();
        Ok(Needs { users: vec![user], hash: Some(self.password.clone()), ..Needs::default() })
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let sign_in = client.find_sign_in(&self.id, cx.now)?.clone();
        let hash = facts.hash.as_ref().ok_or(FlowError::Missing(Field::Password))?;
        let transition = sign_in.reset_password(
            &self.password,
            hash,
            self.sign_out_of_other_sessions,
            facts,
            cx,
        )?;
        Ok(client.with_sign_in(transition, Gain::Nothing, cx))
    }
}

impl Client {
    /// Takes up a sign-in that has just begun; a sign-up under way gives way.
    fn starting(
        mut self,
        transition: Transition<SignIn>,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Transition<Self> {
        self.sign_up = None;
        self.with_sign_in(transition, Gain::of_beginning(facts), cx)
    }
}
