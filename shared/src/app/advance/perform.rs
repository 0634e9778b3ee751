//! Sends what a stored transition asks for, and replies.

use super::super::error::{AppError, chain};
use super::super::reply::Reply;
use super::Progress;
use crate::flow::{
    Client, Effect, FlowError, Message, Refused, SecretStanding, SessionState, Subject, Transition,
    Write,
};
use crate::store::{Commit, Committed, Keys as ItemKeys, StoreError, Versioned};

impl Progress<'_> {
    /// Sends what is to be sent, and replies. What is stored comes first: a code in an inbox is always one
    /// that a record knows.
    pub(super) async fn perform(self, transition: Transition<Client>) -> Reply {
        for effect in &transition.effects {
            match effect {
                Effect::Send(message) => {
                    if let Err(error) = self.send(message).await {
                        return Box::pin(self.withdraw(transition, error, Refused::Delivery)).await;
                    }
                }
                Effect::Notify(message) => {
                    if let Err(error) = self.send(message).await {
                        tracing::warn!(error = %chain(&error), "a notice was not sent");
                    }
                }
            }
        }
        Box::pin(self.reply(transition)).await
    }

    async fn send(&self, message: &Message) -> Result<(), AppError> {
        let mailer = self.app.mailer.as_ref().ok_or(AppError::NoMailer)?;
        Ok(mailer.send(message, &self.app.settings).await?)
    }

    /// Gives back what an unsent message took, and refuses.
    pub(super) async fn withdraw(
        mut self,
        mut transition: Transition<Client>,
        error: AppError,
        why: Refused,
    ) -> Reply {
        let (given_back, uncounted) =
            tokio::join!(self.give_back(&transition.next, why), self.uncount());
        match given_back {
            Ok(version) => self.client.version = version,
            Err(error) => tracing::warn!(error = %chain(&error), "a cool-down was not given back"),
        }
        if let Err(error) = uncounted {
            tracing::warn!(error = %chain(&error), "a message was not uncounted");
        }
        let sent = transition.next.clone();
        let next = transition.next.undelivered(&sent, &self.client.record, why, self.cx);
        transition.next = next;
        Reply { answer: Err(error), ..Box::pin(self.reply(transition)).await }
    }

    /// Stores that a code was not sent. Others may change the client meanwhile, and must not thereby keep a
    /// code alive that reached nobody.
    async fn give_back(&self, sent: &Client, why: Refused) -> Result<Option<u64>, StoreError> {
        let mut found = Versioned { record: sent.clone(), version: self.client.version };
        for _ in 0..WITHDRAWALS {
            let next = found.record.clone().undelivered(sent, &self.client.record, why, self.cx);
            let nonce = self.app.entropy.hex();
            let (before, users) = (&found, &self.users);
            let commit = Commit { before, next: &next, writes: &[], users, nonce: &nonce };
            if let Committed::Done(version) = self.app.store.commit(&commit).await? {
                return Ok(version);
            }
            let keys = ItemKeys { client: Some(&sent.id), ..ItemKeys::default() };
            match self.app.store.load(&keys).await?.client {
                Some(client) => found = client,
                None => return Ok(found.version),
            }
        }
        tracing::warn!("a code that was not sent could not be taken back");
        Ok(found.version)
    }

    /// Replies with the client as the transition left it.
    async fn reply(mut self, transition: Transition<Client>) -> Reply {
        let ids = |client: &Client| -> Vec<_> {
            client.sessions.iter().map(|session| session.id.clone()).collect()
        };
        let sessions_changed = ids(&self.client.record) != ids(&transition.next);
        let gone = transition.writes.contains(&Write::DeleteClient);
        for write in transition.writes {
            if let Write::CreateUser(user) | Write::UpdateUser(user) = write {
                self.facts.users.insert(user.id.clone(), user);
            }
        }
        let secret = transition.secret.or_else(|| self.secret.take()).filter(|_| !gone);
        let answer = transition.answer.map_err(AppError::from);
        Reply { secret, sessions_changed, gone, ..self.shown(transition.next, answer).await }
    }

    /// Refuses with the client as it is; what was counted for a message that now is none is given back.
    pub(super) async fn refuse(mut self, error: AppError) -> Reply {
        if let Err(error) = self.uncount().await {
            tracing::warn!(error = %chain(&error), "a message was not uncounted");
        }
        let gone = matches!(error, AppError::Refused(FlowError::Unauthenticated));
        if self.client.version.is_none() {
            return Reply::refused(error);
        }
        let client = self.client.record.clone();
        let unknown = self.unknown(client.sessions.iter().map(|session| session.user.clone()));
        match self.load_users(&unknown).await {
            Ok(loaded) => self.learn(loaded),
            Err(_) => return Reply::refused(error),
        }
        let reply = self.shown(client, Err(error)).await;
        Reply { gone: gone && reply.view.is_none(), ..reply }
    }

    /// The reply that shows this client, as far as the caller may see it.
    async fn shown(&self, client: Client, answer: Result<Subject, AppError>) -> Reply {
        let (client, current) = match &self.standing {
            SecretStanding::Superseded(visible) => (client.limited_to(visible), false),
            SecretStanding::Current | SecretStanding::Unknown => (client, true),
        };
        let users = self.facts.users.clone();
        let origin = self.caller.origin.as_deref();
        let asked = match &answer {
            Ok(Subject::Session(session, SessionState::Active) | Subject::Token(session)) => {
                Some(&session.id)
            }
            Ok(_) | Err(_) => None,
        };
        match self.app.compose(client, users, current, asked, origin, self.cx.now).await {
            Ok(view) => Reply { answer, view: Some(view), ..Reply::refused(FlowError::NotFound) },
            // What is written is written: without a token the client asks for one, and finds the fault.
            Err(error) => Reply::refused(answer.err().unwrap_or(error)),
        }
    }
}

/// How often the taking back of a code is tried: more often than somebody can disturb it by requests of theirs.
const WITHDRAWALS: usize = 20;
