//! One verb, from the request to the reply: load, decide, store, perform.
//!
//! The larger steps are boxed: a record is kilobytes, and a future that holds several of them would be copied
//! at each step.
//!
//! This file holds the order of things and how a decision comes about; [`settle`] writes and counts,
//! [`perform`] sends and replies.

use std::collections::BTreeMap;

use super::error::{AppError, chain};
use super::hasher::Compared;
use super::reply::Reply;
use super::{App, Caller, recognised};
use crate::flow::{
    Budget, Client, Context, Facts, FlowError, Guess, Needs, PasswordCheck, Refused, Secret,
    SecretStanding, Transition, User, UserId, Verb,
};
use crate::store::{IpKey, Keys as ItemKeys, Loaded, Reserved, StoreError, Versioned};

use settle::Settled;

mod perform;
mod settle;

/// A request under way: what was read, paid for and done so far.
struct Progress<'a> {
    app: &'a App,
    caller: &'a Caller,
    cx: &'a Context<'a>,
    ip: IpKey,
    client: Versioned<Client>,
    standing: SecretStanding,
    /// The secret of a client that begins with this request.
    secret: Option<Secret>,
    users: BTreeMap<UserId, Versioned<User>>,
    facts: Facts,
    reserved: Option<Guess>,
    compared: Option<(UserId, u32)>,
    counted: Vec<Budget>,
    nonce: String,
}

impl App {
    /// Performs a verb for a caller.
    ///
    /// A lost race is decided anew from what is there then, three times at most. What failed on the way is
    /// in the reply's answer.
    pub async fn advance(&self, caller: &Caller, verb: &impl Verb) -> Reply {
        let code_key = match self.keys.code_key().await {
            Ok(key) => key,
            Err(error) => return Reply::refused(error),
        };
        let cx = self.context(code_key, self.now(), self.entropy.draw());
        match self.begin(caller, verb, &cx).await {
            Ok(progress) => Box::pin(progress.run(verb)).await,
            Err(AppError::Refused(FlowError::Unauthenticated)) => {
                Reply { gone: true, ..Reply::refused(FlowError::Unauthenticated) }
            }
            Err(error) => Reply::refused(error),
        }
    }

    /// Reads what can be known from the request alone.
    async fn begin<'a>(
        &'a self,
        caller: &'a Caller,
        verb: &impl Verb,
        cx: &'a Context<'a>,
    ) -> Result<Progress<'a>, AppError> {
        let lookups = verb.lookups();
        let ip = IpKey::new(caller.ip, cx.now);
        let keys = ItemKeys {
            client: caller.credential.as_ref().map(|credential| &credential.client),
            users: lookups.users.iter().collect(),
            identifiers: lookups.identifiers.clone(),
            ip: lookups.guesses.then_some(&ip),
        };
        let hash = async {
            match lookups.hash {
                Some(password) => self.hasher.hash(password).await.map(Some),
                None => Ok(None),
            }
        };
        let load = async { Ok::<_, AppError>(self.store.load(&keys).await?) };
        let (mut loaded, hash) = tokio::try_join!(load, hash)?;
        if loaded.wrong_guesses >= self.settings.limits.wrong_codes_per_ip_hour {
            return Err(FlowError::TooManyRequests { retry_after: ip.rest_of_hour() }.into());
        }
        let stored = loaded.client.take();
        let known = caller
            .credential
            .as_ref()
            .and_then(|credential| recognised(stored, credential, cx.now));
        let (client, standing, secret) = match known {
            Some((client, standing)) => (client, standing, None),
            None if lookups.opens_client => {
                let (client, secret) = Client::new(cx);
                (Versioned::new(client), SecretStanding::Current, Some(secret))
            }
            None => return Err(FlowError::Unauthenticated.into()),
        };
        let mut progress = Progress {
            app: self,
            caller,
            cx,
            ip,
            client,
            standing,
            secret,
            users: BTreeMap::new(),
            facts: Facts { hash, ..Facts::default() },
            reserved: None,
            compared: None,
            counted: Vec::new(),
            nonce: self.entropy.hex(),
        };
        progress.learn(loaded);
        Ok(progress)
    }
}

impl Progress<'_> {
    async fn run(mut self, verb: &impl Verb) -> Reply {
        for _ in 0..TRIES {
            let transition = match self.decide(verb).await {
                Ok(transition) => transition,
                Err(error) => {
                    self.return_guess().await;
                    return self.refuse(error).await;
                }
            };
            match self.settle(&transition).await {
                Ok(Settled::Done) => return Box::pin(self.perform(transition)).await,
                Ok(Settled::Uncounted(error)) => {
                    return Box::pin(self.withdraw(transition, error, Refused::Budget)).await;
                }
                Ok(Settled::Raced) => {}
                Err(error) => return self.refuse(error).await,
            }
        }
        self.refuse(AppError::Conflict).await
    }

    /// Learns what the verb needs and lets it decide.
    async fn decide(&mut self, verb: &impl Verb) -> Result<Transition<Client>, AppError> {
        let needs = verb.needs(&self.client.record, &self.facts, self.cx)?;
        self.fulfil(needs).await?;
        let transition = verb.decide(self.client.record.clone(), &self.facts, self.cx)?;
        if let SecretStanding::Superseded(visible) = &self.standing
            && !verb.allowed_to_superseded(visible)
        {
            return Err(FlowError::ClientChanged.into());
        }
        Ok(transition)
    }

    async fn fulfil(&mut self, needs: Needs) -> Result<(), AppError> {
        let unknown = self.unknown(needs.users);
        let guess = needs.guess.filter(|guess| self.reserved.as_ref() != Some(guess));
        let (users, reserved) =
            tokio::join!(self.load_users(&unknown), self.reserve(guess.as_ref()));
        if let Some(guess) = guess {
            match reserved? {
                Reserved::Yes => self.reserved = Some(guess),
                Reserved::Locked { until } => self.facts.locked_until = Some(until),
            }
        }
        self.learn(users?);
        match needs.password {
            Some(check) => self.compare(check).await,
            None => Ok(()),
        }
    }

    fn unknown(&self, users: impl IntoIterator<Item = UserId>) -> Vec<UserId> {
        users.into_iter().filter(|id| !self.users.contains_key(id)).collect()
    }

    async fn load_users(&self, ids: &[UserId]) -> Result<Loaded, StoreError> {
        self.app.store.load(&ItemKeys { users: ids.iter().collect(), ..ItemKeys::default() }).await
    }

    /// Pays for a guess before its answer is known.
    async fn reserve(&self, guess: Option<&Guess>) -> Result<Reserved, StoreError> {
        match guess {
            Some(guess) => {
                let lockout = &self.app.settings.lockout;
                self.app.store.reserve_guess(guess, lockout, self.cx.now).await
            }
            None => Ok(Reserved::Yes),
        }
    }

    /// Gives back a guess that was refused without looking at it.
    async fn return_guess(&mut self) {
        if let Some(guess) = self.reserved.take()
            && let Err(error) = self.app.store.return_guess(&guess).await
        {
            tracing::warn!(error = %chain(&error), "a guess was not given back");
        }
    }

    /// Compares a password once; again only if the user's changed meanwhile.
    async fn compare(&mut self, check: PasswordCheck) -> Result<(), AppError> {
        let user = check.user.as_ref().and_then(|id| self.facts.users.get(id));
        let stored = user.and_then(|user| user.password.as_ref()).map(|password| &password.hash);
        let what = user.map(|user| (user.id.clone(), user.password_version));
        if what.is_some() && what == self.compared {
            return Ok(());
        }
        let Compared { matches, rehashed } =
            self.app.hasher.compare(&check.password, stored).await?;
        self.compared = what;
        self.facts.password_matches = matches;
        self.facts.rehashed = rehashed;
        Ok(())
    }

    /// Takes in what was read.
    fn learn(&mut self, loaded: Loaded) {
        self.facts.owners.extend(loaded.owners);
        for (id, user) in loaded.users {
            self.facts.users.insert(id.clone(), user.record.clone());
            self.users.insert(id, user);
        }
    }
}

/// How often a verb is decided at most.
const TRIES: usize = 3;
