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
    Budget, Client, Context, Facts, FlowError, Guess, Lookups, Needs, PasswordCheck, Refused,
    Secret, SecretStanding, Session, Transition, User, UserId, Verb,
};
use crate::store::{Counted, IpKey, Keys as ItemKeys, Loaded, Reserved, StoreError, Versioned};

use settle::Settled;

mod perform;
mod settle;

/// A request under way: what was read, paid for and done so far.
struct Progress<'a> {
    app: &'a App,
    caller: &'a Caller,
    verb: &'a dyn Verb,
    /// Whether a caller without a client gets a new one.
    opens_client: bool,
    cx: &'a Context<'a>,
    ip: IpKey,
    client: Versioned<Client>,
    standing: SecretStanding,
    /// The secret of a client that begins with this request.
    secret: Option<Secret>,
    users: BTreeMap<UserId, Versioned<User>>,
    facts: Facts,
    paid: Paid,
    /// Whose password was compared, and how often it had been set.
    compared: Option<(Option<UserId>, u32)>,
    counted: Vec<Budget>,
    nonce: String,
}

/// What was paid for a guess.
#[derive(Default)]
struct Paid {
    /// The account's budget paid.
    by_account: Option<Guess>,
    /// The budget of the address that asks paid.
    by_ip: bool,
    /// Somebody looked whether the guess was right: it is not given back, whatever the answer.
    spent: bool,
}

impl App {
    /// Performs a verb for a caller.
    ///
    /// A lost race is decided anew from what is there then, three times at most. What failed on the way is
    /// in the reply's answer.
    pub async fn advance(&self, caller: &Caller, verb: &dyn Verb) -> Reply {
        let lookups = verb.lookups();
        let code_key = if lookups.codes { self.keys.code_key().await.map(Some) } else { Ok(None) };
        let code_key = match code_key {
            Ok(key) => key,
            Err(error) => return Reply::refused(error),
        };
        let cx = self.context(code_key, self.now(), self.entropy.draw());
        match self.begin(caller, verb, lookups, &cx).await {
            Ok(progress) => Box::pin(progress.run()).await,
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
        verb: &'a dyn Verb,
        lookups: Lookups<'a>,
        cx: &'a Context<'a>,
    ) -> Result<Progress<'a>, AppError> {
        let opens_client = lookups.opens_client;
        if caller.credential.is_none() && !opens_client {
            return Err(FlowError::Unauthenticated.into());
        }
        let ip = IpKey::new(caller.ip, cx.now);
        let keys = ItemKeys {
            client: caller.credential.as_ref().map(|credential| &credential.client),
            users: lookups.users.iter().collect(),
            identifiers: lookups.identifiers.clone(),
        };
        let (loaded, paid) = tokio::join!(self.store.load(&keys), self.pay(lookups.guesses, &ip));
        if let Counted::Refused { retry_after } = paid? {
            return Err(FlowError::TooManyRequests { retry_after }.into());
        }
        let known = loaded.map_err(AppError::from).and_then(|mut loaded| {
            let stored = loaded.client.take();
            Ok((Known::identify(caller, stored, verb, opens_client, cx)?, loaded))
        });
        let (known, loaded) = match known {
            Ok(known) => known,
            Err(error) => {
                self.return_payment(lookups.guesses, &ip).await;
                return Err(error);
            }
        };
        let asked = lookups.users.into_iter().collect();
        let new_client = known.secret.is_some();
        let mut progress = Progress {
            app: self,
            caller,
            verb,
            opens_client,
            cx,
            ip,
            client: known.client,
            standing: known.standing,
            secret: known.secret,
            users: BTreeMap::new(),
            facts: Facts { asked, new_client, ..Facts::default() },
            paid: Paid { by_ip: lookups.guesses, ..Paid::default() },
            compared: None,
            counted: Vec::new(),
            nonce: self.entropy.hex(),
        };
        progress.learn(loaded);
        Ok(progress)
    }

    /// Pays for a guess by the address that it comes from.
    async fn pay(&self, guesses: bool, ip: &IpKey) -> Result<Counted, StoreError> {
        if guesses {
            self.store.reserve_guess_from(ip, &self.settings.limits).await
        } else {
            Ok(Counted::Yes)
        }
    }

    /// Gives back what [`Self::pay`] took: nobody looked at the guess, or it was right.
    async fn return_payment(&self, paid: bool, ip: &IpKey) {
        if paid && let Err(error) = self.store.return_guess_from(ip).await {
            tracing::warn!(error = %chain(&error), "a guess was not given back");
        }
    }
}

/// Whose request it is.
struct Known {
    client: Versioned<Client>,
    standing: SecretStanding,
    /// The secret of a client that begins with the request.
    secret: Option<Secret>,
}

impl Known {
    /// Whose request it is: the stored client, or a new one where the verb opens one.
    fn identify(
        caller: &Caller,
        stored: Option<Versioned<Client>>,
        verb: &dyn Verb,
        opens: bool,
        cx: &Context<'_>,
    ) -> Result<Self, AppError> {
        let recognised = caller
            .credential
            .as_ref()
            .and_then(|credential| recognised(stored, credential, cx.now));
        match recognised {
            // Two attempts that began at once, or the answer to one was lost: the one that was overtaken goes
            // on as a client of its own, with the sessions that it knew. Once somebody is signed in on the
            // old one, its answer must not take that client's place in the browser.
            Some((client, SecretStanding::Superseded(visible)))
                if opens
                    && !verb.allowed_to_superseded(&visible)
                    && client
                        .record
                        .sessions
                        .iter()
                        .all(|session| visible.contains(&session.id)) =>
            {
                Ok(Self::new(client.record.sessions, cx))
            }
            Some((client, standing)) => Ok(Self { client, standing, secret: None }),
            None if opens => Ok(Self::new(Vec::new(), cx)),
            None => Err(FlowError::Unauthenticated.into()),
        }
    }

    fn new(sessions: Vec<Session>, cx: &Context<'_>) -> Self {
        let (client, secret) = Client::new(cx);
        let client = client.with_sessions(sessions);
        Self {
            client: Versioned::new(client),
            standing: SecretStanding::Current,
            secret: Some(secret),
        }
    }
}

impl Progress<'_> {
    async fn run(mut self) -> Reply {
        for _ in 0..TRIES {
            let transition = match self.decide().await {
                Ok(transition) => transition,
                Err(error) => {
                    self.return_guess().await;
                    return self.refuse(error).await;
                }
            };
            self.paid.spent = true;
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
    async fn decide(&mut self) -> Result<Transition<Client>, AppError> {
        let verb = self.verb;
        if let SecretStanding::Superseded(visible) = &self.standing
            && !verb.allowed_to_superseded(visible)
        {
            return Err(FlowError::ClientChanged.into());
        }
        loop {
            let needs = verb.needs(&self.client.record, &self.facts, self.cx)?;
            if !self.fulfil(needs).await? {
                return Ok(verb.decide(self.client.record.clone(), &self.facts, self.cx)?);
            }
        }
    }

    /// Learns what is needed; answers whether there was anything new to learn.
    async fn fulfil(&mut self, needs: Needs) -> Result<bool, AppError> {
        let unknown: Vec<_> =
            needs.users.into_iter().filter(|id| !self.facts.asked.contains(id)).collect();
        let guess = needs.guess.filter(|guess| {
            self.paid.by_account.as_ref() != Some(guess) && self.facts.locked_until.is_none()
        });
        let mut learnt = !unknown.is_empty() || guess.is_some();
        let (users, reserved) =
            tokio::join!(self.load_users(&unknown), self.reserve(guess.as_ref()));
        if let Some(guess) = guess {
            match reserved? {
                Reserved::Yes => self.paid.by_account = Some(guess),
                Reserved::Locked { until } => self.facts.locked_until = Some(until),
            }
        }
        self.learn(users?);
        self.facts.asked.extend(unknown);
        if let Some(check) = needs.password
            && self.facts.locked_until.is_none()
        {
            learnt |= self.compare(check).await?;
        }
        if let Some(password) = needs.hash
            && self.facts.hash.is_none()
        {
            self.facts.hash = Some(self.app.hasher.hash(&password).await?);
            learnt = true;
        }
        Ok(learnt)
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

    /// Gives back a guess that nobody looked at.
    async fn return_guess(&mut self) {
        if self.paid.spent {
            return;
        }
        let Paid { by_account, by_ip, .. } = std::mem::take(&mut self.paid);
        let account = async {
            if let Some(guess) = &by_account
                && let Err(error) = self.app.store.return_guess(guess).await
            {
                tracing::warn!(error = %chain(&error), "a guess was not given back");
            }
        };
        tokio::join!(account, self.app.return_payment(by_ip, &self.ip));
    }

    /// Compares a password once, and again only if the user's changed meanwhile; answers whether it did.
    async fn compare(&mut self, check: PasswordCheck) -> Result<bool, AppError> {
        let user = check.user.as_ref().and_then(|id| self.facts.users.get(id));
        let stored = user.and_then(|user| user.password.as_ref()).map(|password| &password.hash);
        let what = match user {
            Some(user) => (Some(user.id.clone()), user.password_version),
            None => (None, 0),
        };
        if self.compared.as_ref() == Some(&what) {
            return Ok(false);
        }
        let Compared { matches, rehashed } =
            self.app.hasher.compare(&check.password, stored).await?;
        self.compared = Some(what);
        self.paid.spent = true;
        self.facts.password_matches = matches;
        self.facts.rehashed = rehashed;
        Ok(true)
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
