//! Writes a transition, and counts at the same time what is counted outside of it.

use super::super::error::{AppError, chain};
use super::super::recognised;
use super::Progress;
use crate::flow::{Budget, Client, FlowError, Identifier, Transition, UserId, Write};
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
        // The reply shows these users; they are read while the write is under way.
        let shown = transition.next.sessions.iter().map(|session| session.user.clone());
        let unknown = self.unknown(shown.filter(|id| !creates(transition, id)));
        let (committed, counted, users) = tokio::join!(
            self.app.store.commit(&commit),
            self.count(&due),
            self.load_users(&unknown),
        );
        if matches!(counted, Ok(Counted::Yes)) {
            self.counted.extend(due);
        }
        let version = match committed? {
            Committed::Done(version) => version,
            Committed::Raced => return self.reload(Vec::new()).await,
            Committed::Taken(identifiers) => return self.reload(identifiers).await,
        };
        self.client.version = version;
        self.learn(users?);
        match counted {
            Ok(Counted::Yes) => Ok(Settled::Done),
            Ok(Counted::Refused { retry_after }) => {
                Ok(Settled::Uncounted(FlowError::TooManyRequests { retry_after }.into()))
            }
            // A success is not taken back because a counter could not be set to zero.
            Err(error) if transition.answer.is_ok() && transition.effects.is_empty() => {
                tracing::warn!(error = %chain(&error), "a counter was not written");
                Ok(Settled::Done)
            }
            // A wrong guess has used up its try, counted or not: else a busy counter would give it for free.
            Err(error) if transition.answer.is_err() => Err(error.into()),
            Err(error) => Ok(Settled::Uncounted(error.into())),
        }
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
        let users: Vec<_> = self.users.keys().cloned().collect();
        let mut identifiers: Vec<_> = self.facts.owners.keys().cloned().collect();
        identifiers.extend(taken);
        let id = self.client.record.id.clone();
        let keys = ItemKeys {
            client: Some(&id),
            users: users.iter().collect(),
            identifiers: identifiers.iter().collect(),
            ip: None,
        };
        let mut loaded = self.app.store.load(&keys).await?;
        self.facts.owners.clear();
        self.facts.users.clear();
        self.users.clear();
        let stored = loaded.client.take();
        // A client that begins with this request was not stored, so there is nothing to read of it.
        if self.secret.is_none() {
            let credential = self.caller.credential.as_ref();
            let (client, standing) = credential
                .and_then(|credential| recognised(stored, credential, self.cx.now))
                .ok_or(FlowError::Unauthenticated)?;
            self.client = client;
            self.standing = standing;
        }
        self.nonce = self.app.entropy.hex();
        self.learn(loaded);
        Ok(Settled::Raced)
    }
}

fn creates(transition: &Transition<Client>, id: &UserId) -> bool {
    transition.writes.iter().any(|write| matches!(write, Write::CreateUser(user) if user.id == *id))
}
