//! Writes a transition, and counts at the same time what is counted outside of it.

use super::super::error::{AppError, chain};
use super::{Known, Progress};
use crate::flow::{Budget, Client, FlowError, Identifier, Subject, Transition, UserId, Write};
use crate::store::{Commit, Committed, Counted, Keys as ItemKeys, StoreError};

/// What became of a transition.
pub(super) enum Settled {
    /// It is written and counted.
    Done,
    /// It is written, but what it is about was not counted, and must not happen.
    Uncounted(AppError),
    /// A race was lost; everything is read anew.
    Raced,
}

impl Progress<'_> {
    /// Writes the transition and counts what it counts, side by side.
    pub(super) async fn settle(
        &mut self,
        transition: &Transition<Client>,
    ) -> Result<Settled, AppError> {
        let commit = Commit {
            before: &self.client,
            next: &transition.next,
            writes: &transition.writes,
            users: &self.users,
            nonce: &self.nonce,
        };
        let due: Vec<_> = transition
            .budgets
            .iter()
            .filter(|budget| !self.counted.contains(budget))
            .cloned()
            .collect();
        // A guess that was right costs the address that it came from nothing.
        let right = self.paid.by_ip && transition.answer.is_ok();
        // The reply shows these users; they are read while the write is under way.
        let unknown = self.unknown(shown(transition));
        let (committed, counted, users, ()) = tokio::join!(
            self.app.store.commit(&commit),
            self.count(&due),
            self.load_users(&unknown),
            self.app.return_payment(right, &self.ip),
        );
        self.paid.by_ip &= !right;
        if matches!(counted, Ok(Counted::Yes)) {
            self.counted.extend(due);
        }
        if right && !matches!(committed, Ok(Committed::Done(_))) {
            // It is not over: what was given back is paid for again, whatever the address can still afford.
            self.paid.by_ip = matches!(self.app.pay(true, &self.ip).await, Ok(Counted::Yes));
        }
        let version = match committed? {
            Committed::Done(version) => version,
            Committed::Raced => return self.reload(Vec::new()).await,
            Committed::Taken(identifiers) => return self.reload(identifiers).await,
            Committed::Spent { retry_after } => {
                self.facts.guesses_spent = Some(retry_after);
                return self.reload(Vec::new()).await;
            }
        };
        self.client.version = version;
        match users {
            Ok(users) => self.learn(users),
            // What is written is written; the sessions whose users are not known are left out.
            Err(error) => tracing::warn!(error = %chain(&error), "a session's user was not read"),
        }
        let refused = match counted {
            Ok(Counted::Yes) => return Ok(Settled::Done),
            Ok(Counted::Refused { retry_after }) => {
                FlowError::TooManyRequests { retry_after }.into()
            }
            Err(error) => error.into(),
        };
        // A wrong guess has used up its try, counted or not: else a busy counter would give it for free. What
        // was not counted is not told either. A message that was not counted must not be sent.
        if transition.answer.is_err() { Err(refused) } else { Ok(Settled::Uncounted(refused)) }
    }

    async fn count(&self, budgets: &[Budget]) -> Result<Counted, StoreError> {
        let store = &self.app.store;
        for budget in budgets {
            match budget {
                Budget::Message(to) => {
                    let counted = self.count_message(to).await?;
                    if counted != Counted::Yes {
                        return Ok(counted);
                    }
                }
                Budget::WrongCode(of) => {
                    let limits = &self.app.settings.limits;
                    let counted = store.count_wrong(of, limits, self.cx.now).await?;
                    if counted != Counted::Yes {
                        return Ok(counted);
                    }
                }
            }
        }
        Ok(Counted::Yes)
    }

    /// Counts a message for its address and for the one that asks; for both or for neither.
    async fn count_message(&self, to: &Identifier) -> Result<Counted, StoreError> {
        let store = &self.app.store;
        let limits = &self.app.settings.limits;
        let (address, ip) = tokio::join!(
            store.count_message(to, limits, self.cx.now),
            store.count_message_from(&self.ip, limits)
        );
        if matches!(address, Ok(Counted::Yes)) && !matches!(ip, Ok(Counted::Yes)) {
            store.uncount_message(to, self.cx.now).await?;
        }
        if matches!(ip, Ok(Counted::Yes)) && !matches!(address, Ok(Counted::Yes)) {
            store.uncount_message_from(&self.ip).await?;
        }
        match address? {
            Counted::Yes => ip,
            refused @ Counted::Refused { .. } => Ok(refused),
        }
    }

    /// Takes back the messages that were counted and not sent.
    pub(super) async fn uncount(&self) -> Result<(), StoreError> {
        for budget in &self.counted {
            if let Budget::Message(to) = budget {
                self.app.store.uncount_message(to, self.cx.now).await?;
                self.app.store.uncount_message_from(&self.ip).await?;
            }
        }
        Ok(())
    }

    /// Reads everything anew after a lost race.
    async fn reload(&mut self, taken: Vec<Identifier>) -> Result<Settled, AppError> {
        let users: Vec<_> = self.facts.asked.iter().cloned().collect();
        let mut identifiers: Vec<_> = self.facts.owners.keys().cloned().collect();
        identifiers.extend(taken);
        let id = self.client.record.id.clone();
        let keys = ItemKeys {
            client: Some(&id),
            users: users.iter().collect(),
            identifiers: identifiers.iter().collect(),
        };
        let mut loaded = self.app.store.load(&keys).await?;
        self.facts.owners.clear();
        self.facts.users.clear();
        self.users.clear();
        let stored = loaded.client.take();
        // A client that begins with this request was not stored, so there is nothing to read of it.
        if self.secret.is_none() {
            let known =
                Known::identify(self.caller, stored, self.verb, self.opens_client, self.cx)?;
            self.client = known.client;
            self.standing = known.standing;
            self.facts.new_client = known.secret.is_some();
            self.secret = known.secret;
        }
        self.nonce = self.app.entropy.hex();
        self.learn(loaded);
        Ok(Settled::Raced)
    }
}

/// The users that the reply shows and that do not begin with it; a token shows nobody.
fn shown(transition: &Transition<Client>) -> impl Iterator<Item = UserId> {
    let created = |id: &UserId| {
        let is = |write: &Write| matches!(write, Write::CreateUser(user) if user.id == *id);
        transition.writes.iter().any(is)
    };
    let shows = !matches!(transition.answer, Ok(Subject::Token(_)));
    let sessions = transition.next.sessions.iter().filter(move |_| shows);
    sessions.map(|session| session.user.clone()).filter(move |id| !created(id))
}
