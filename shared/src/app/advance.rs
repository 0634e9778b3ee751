//! One verb, from the request to the reply: load, decide, store, perform.

use std::collections::BTreeMap;

use super::error::{AppError, chain};
use super::hasher::Compared;
use super::reply::Reply;
use super::{App, Caller, recognised};
use crate::flow::{
    Budget, Client, Context, Effect, Facts, FlowError, Guess, Identifier, Needs, PasswordCheck,
    Refused, Secret, SecretStanding, SessionState, Subject, Transition, User, UserId, Verb, Write,
};
use crate::store::{
    Commit, Committed, Counted, IpKey, Keys as ItemKeys, Loaded, Reserved, StoreError, Versioned,
};

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
            Ok(progress) => progress.run(verb).await,
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
        let (loaded, hash) = tokio::try_join!(load, hash)?;
        if loaded.wrong_guesses >= self.settings.limits.wrong_codes_per_ip_hour {
            return Err(FlowError::TooManyRequests { retry_after: ip.rest_of_hour() }.into());
        }
        let known = caller
            .credential
            .as_ref()
            .and_then(|credential| recognised(loaded.client.clone(), credential, cx.now));
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
            match self.decide(verb).await {
                Ok(transition) => match self.store(&transition).await {
                    Ok(Stored::Done(version)) => return self.perform(transition, version).await,
                    Ok(Stored::Refused(retry_after)) => {
                        let refusal = FlowError::TooManyRequests { retry_after };
                        return self.withdraw(transition, refusal.into(), Refused::Budget).await;
                    }
                    Ok(Stored::Again) => {}
                    Err(error) => return self.refuse(error).await,
                },
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
        let unknown: Vec<_> =
            needs.users.into_iter().filter(|id| !self.users.contains_key(id)).collect();
        let guess = needs.guess.filter(|guess| self.reserved.as_ref() != Some(guess));
        let (users, locked) = tokio::join!(self.load_users(&unknown), self.reserve(guess.as_ref()));
        if let Some(guess) = guess {
            match locked? {
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

    async fn load_users(&self, ids: &[UserId]) -> Result<Loaded, StoreError> {
        self.app.store.load(&ItemKeys { users: ids.iter().collect(), ..ItemKeys::default() }).await
    }

    async fn reserve(&self, guess: Option<&Guess>) -> Result<Reserved, StoreError> {
        match guess {
            Some(guess) => {
                let lockout = &self.app.settings.lockout;
                self.app.store.reserve_guess(guess, lockout, self.cx.now).await
            }
            None => Ok(Reserved::Yes),
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

    /// Writes the transition, and counts at the same time what is counted outside of it.
    async fn store(&mut self, transition: &Transition<Client>) -> Result<Stored, AppError> {
        let commit = Commit {
            before: &self.client,
            next: &transition.next,
            writes: &transition.writes,
            users: &self.users,
            nonce: &self.nonce,
        };
        let due: Vec<_> =
            transition.budgets.iter().filter(|budget| !self.counted.contains(budget)).collect();
        let shown = transition.next.sessions.iter().map(|session| session.user.clone());
        let created = |id: &UserId| {
            transition
                .writes
                .iter()
                .any(|write| matches!(write, Write::CreateUser(user) if user.id == *id))
        };
        let unknown: Vec<_> =
            shown.filter(|id| !self.users.contains_key(id) && !created(id)).collect();
        let (committed, counted, users) = tokio::join!(
            self.app.store.commit(&commit),
            self.count(&due),
            // The reply shows these; they are read while the write is under way.
            self.load_users(&unknown),
        );
        let due: Vec<_> = due.into_iter().cloned().collect();
        let counted = counted.inspect(|counted| {
            if *counted == Counted::Yes {
                self.counted.extend(due);
            }
        });
        match committed? {
            Committed::Done(version) => {
                self.learn(users?);
                match counted {
                    Ok(Counted::Yes) => Ok(Stored::Done(version)),
                    Ok(Counted::Refused { retry_after }) => {
                        self.client.version = version;
                        Ok(Stored::Refused(retry_after))
                    }
                    // Not counted is not done: a code that nobody counted must not work.
                    Err(error) if transition.answer.is_err() || !transition.effects.is_empty() => {
                        Err(error.into())
                    }
                    Err(error) => {
                        tracing::warn!(error = %chain(&error), "a counter was not written");
                        Ok(Stored::Done(version))
                    }
                }
            }
            Committed::Raced => self.reload(Vec::new()).await,
            Committed::Taken(identifiers) => self.reload(identifiers).await,
        }
    }

    async fn count(&self, budgets: &[&Budget]) -> Result<Counted, StoreError> {
        let store = &self.app.store;
        let limits = &self.app.settings.limits;
        for budget in budgets {
            match budget {
                Budget::Message(to) => {
                    let (address, ip) = tokio::try_join!(
                        store.count_message(to, limits, self.cx.now),
                        store.count_message_from(&self.ip, limits)
                    )?;
                    match (address, ip) {
                        (Counted::Yes, Counted::Yes) => {}
                        (Counted::Yes, refused) => {
                            store.uncount_message(to, self.cx.now).await?;
                            return Ok(refused);
                        }
                        (refused, Counted::Yes) => {
                            store.uncount_message_from(&self.ip).await?;
                            return Ok(refused);
                        }
                        (refused, Counted::Refused { .. }) => return Ok(refused),
                    }
                }
                Budget::WrongCode(of) => {
                    tokio::try_join!(
                        store.count_wrong(of, self.cx.now),
                        store.count_wrong_from(&self.ip)
                    )?;
                }
                Budget::WrongPassword => store.count_wrong_from(&self.ip).await?,
                Budget::GuessedRight(guess) => store.forget_guesses(guess).await?,
            }
        }
        Ok(Counted::Yes)
    }

    /// Reads everything anew after a lost race.
    async fn reload(&mut self, taken: Vec<Identifier>) -> Result<Stored, AppError> {
        let users: Vec<_> = self.users.keys().cloned().collect();
        let mut identifiers: Vec<_> = self.facts.owners.keys().cloned().collect();
        identifiers.extend(taken);
        let id = self.client.record.id.clone();
        let loaded = self
            .app
            .store
            .load(&ItemKeys {
                client: Some(&id),
                users: users.iter().collect(),
                identifiers: identifiers.iter().collect(),
                ip: None,
            })
            .await?;
        self.facts.owners.clear();
        self.facts.users.clear();
        self.users.clear();
        // A client that begins with this request was not stored, so there is nothing to read of it.
        if self.secret.is_none() {
            let credential = self.caller.credential.as_ref();
            let (client, standing) = credential
                .and_then(|credential| recognised(loaded.client.clone(), credential, self.cx.now))
                .ok_or(FlowError::Unauthenticated)?;
            self.client = client;
            self.standing = standing;
        }
        self.nonce = self.app.entropy.hex();
        self.learn(loaded);
        Ok(Stored::Again)
    }

    /// Sends what is to be sent, and replies.
    async fn perform(mut self, transition: Transition<Client>, version: Option<u64>) -> Reply {
        for effect in &transition.effects {
            let sent = match effect {
                Effect::Send(message) | Effect::Notify(message) => match &self.app.mailer {
                    Some(mailer) => {
                        mailer.send(message, &self.app.settings).await.map_err(AppError::from)
                    }
                    None => Err(AppError::NoMailer),
                },
            };
            match (effect, sent) {
                (_, Ok(())) => {}
                (Effect::Send(_), Err(error)) => {
                    self.client.version = version;
                    return self.withdraw(transition, error, Refused::Delivery).await;
                }
                (Effect::Notify(_), Err(error)) => {
                    tracing::warn!(error = %chain(&error), "a notice was not sent");
                }
            }
        }
        self.reply(transition).await
    }

    /// Gives back what an unsent message took, and refuses.
    async fn withdraw(
        mut self,
        transition: Transition<Client>,
        error: AppError,
        why: Refused,
    ) -> Reply {
        let sent = Versioned { record: transition.next.clone(), version: self.client.version };
        let next = transition.next.clone().undelivered(&self.client.record, why, self.cx);
        let nonce = self.app.entropy.hex();
        let commit =
            Commit { before: &sent, next: &next, writes: &[], users: &self.users, nonce: &nonce };
        let (written, returned) = tokio::join!(self.app.store.commit(&commit), self.uncount());
        // If somebody moved on meanwhile, there is nothing left to give back.
        let version = match written {
            Ok(Committed::Done(version)) => version,
            Ok(Committed::Raced | Committed::Taken(_)) => self.client.version,
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a cool-down was not given back");
                self.client.version
            }
        };
        if let Err(error) = returned {
            tracing::warn!(error = %chain(&error), "a message was not uncounted");
        }
        self.client = Versioned { record: next.clone(), version };
        let secret = transition.secret.clone();
        self.reply(Transition { next, answer: transition.answer, secret, ..transition })
            .await
            .refusing(error)
    }

    async fn uncount(&self) -> Result<(), StoreError> {
        for budget in &self.counted {
            if let Budget::Message(to) = budget {
                self.app.store.uncount_message(to, self.cx.now).await?;
                self.app.store.uncount_message_from(&self.ip).await?;
            }
        }
        Ok(())
    }

    /// Replies with the client as the transition left it.
    async fn reply(mut self, transition: Transition<Client>) -> Reply {
        let before: Vec<_> =
            self.client.record.sessions.iter().map(|session| &session.id).collect();
        let after: Vec<_> = transition.next.sessions.iter().map(|session| &session.id).collect();
        let sessions_changed = before != after;
        for write in transition.writes {
            match write {
                Write::CreateUser(user) | Write::UpdateUser(user) => {
                    self.facts.users.insert(user.id.clone(), user);
                }
                Write::DeleteClient => {
                    return Reply {
                        gone: true,
                        sessions_changed,
                        ..self
                            .shown(transition.next, transition.answer.map_err(AppError::from))
                            .await
                    };
                }
                Write::Claim(..) | Write::Release(..) => {}
            }
        }
        let secret = transition.secret.or_else(|| self.secret.take());
        let answer = transition.answer.map_err(AppError::from);
        Reply { secret, sessions_changed, ..self.shown(transition.next, answer).await }
    }

    /// Refuses with the client as it is; a guess that was not made is given back.
    async fn refuse(self, error: AppError) -> Reply {
        if let Some(guess) = &self.reserved
            && let Err(error) = self.app.store.return_guess(guess).await
        {
            tracing::warn!(error = %chain(&error), "a guess was not given back");
        }
        let gone = matches!(error, AppError::Refused(FlowError::Unauthenticated));
        if self.client.version.is_none() {
            return Reply::refused(error);
        }
        let client = self.client.record.clone();
        let unknown: Vec<_> = client
            .sessions
            .iter()
            .map(|session| session.user.clone())
            .filter(|id| !self.users.contains_key(id))
            .collect();
        let mut this = self;
        match this.load_users(&unknown).await {
            Ok(loaded) => this.learn(loaded),
            Err(_) => return Reply::refused(error),
        }
        let reply = this.shown(client, Err(error)).await;
        Reply { gone: gone && reply.view.is_none(), ..reply }
    }

    /// The reply that shows this client, as far as the caller may see it.
    async fn shown(&self, client: Client, answer: Result<Subject, AppError>) -> Reply {
        let refused = |error| Reply { answer: Err(error), ..Reply::refused(FlowError::NotFound) };
        let (client, current) = match &self.standing {
            SecretStanding::Superseded(visible) => (client.limited_to(visible), false),
            SecretStanding::Current | SecretStanding::Unknown => (client, true),
        };
        let users = self.facts.users.clone();
        let origin = self.caller.origin.as_deref();
        let asked = match &answer {
            Ok(Subject::Session(session, SessionState::Active)) => Some(&session.id),
            Ok(_) | Err(_) => None,
        };
        match self.app.compose(client, users, current, asked, origin, self.cx.now).await {
            Ok(view) => Reply {
                answer,
                view: Some(view),
                secret: None,
                sessions_changed: false,
                gone: false,
            },
            // What is written is written: without a token the client asks for one, and finds the fault.
            Err(error) => refused(answer.err().unwrap_or(error)),
        }
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

impl Reply {
    fn refusing(self, error: AppError) -> Self {
        Self { answer: Err(error), ..self }
    }
}

/// What became of a transition.
enum Stored {
    /// It is written and counted; the client has this version.
    Done(Option<u64>),
    /// It is written, but a budget refused it.
    Refused(std::time::Duration),
    /// A race was lost; everything is read anew.
    Again,
}

/// How often a verb is decided at most.
const TRIES: usize = 3;
