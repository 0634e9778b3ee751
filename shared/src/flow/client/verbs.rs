//! The verbs of a client and its sessions, as the API names them.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::ids::SessionId;
use super::super::session::{Session, SessionState};
use super::super::sign_in::SignIn;
use super::super::sign_up::SignUp;
use super::super::transition::{Refused, Subject, Transition, Write};
use super::super::verb::{Facts, Lookups, Needs, Verb};
use super::Client;

/// Makes sure that there is a client.
#[derive(Clone, Copy, Debug)]
pub struct Open;

/// Uses a session.
#[derive(Clone, Debug)]
pub struct Touch {
    /// Which session.
    pub id: SessionId,
    /// What for.
    pub intent: Intent,
}

/// What a session is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The person chose it: it becomes the client's last active one.
    Select,
    /// A window of it came to the front.
    Focus,
    /// A fresh token of it is asked for.
    Token,
}

/// Ends one session.
#[derive(Clone, Debug)]
pub struct End {
    /// Which session.
    pub id: SessionId,
    /// As what it ends.
    pub state: SessionState,
}

/// Ends every session of the client.
#[derive(Clone, Copy, Debug)]
pub struct SignOut {
    /// Whether the client itself is forgotten too.
    pub forget: bool,
}

impl Verb for Open {
    fn lookups(&self) -> Lookups<'_> {
        Lookups { opens_client: true, ..Lookups::default() }
    }

    fn decide(
        &self,
        client: Client,
        _: &Facts,
        _: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        Ok(Transition::to(client, Subject::Client))
    }

    fn allowed_to_superseded(&self, _: &[SessionId]) -> bool {
        true
    }
}

impl Verb for Touch {
    fn lookups(&self) -> Lookups<'_> {
        Lookups::user_of(&self.id)
    }

    fn decide(
        &self,
        mut client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let used = client.use_session(&self.id, facts, cx)?;
        let chosen =
            self.intent == Intent::Select && client.last_active_session.as_ref() != Some(&self.id);
        if chosen {
            client.last_active_session = Some(self.id.clone());
        }
        let subject = match self.intent {
            Intent::Select | Intent::Focus => Subject::Session(used.session, SessionState::Active),
            Intent::Token => Subject::Token(used.session),
        };
        if used.changed || chosen {
            Ok(Transition::of_client(client, subject, cx))
        } else {
            Ok(Transition::to(client, subject))
        }
    }

    fn allowed_to_superseded(&self, visible: &[SessionId]) -> bool {
        visible.contains(&self.id)
    }
}

impl Verb for End {
    fn lookups(&self) -> Lookups<'_> {
        Lookups::user_of(&self.id)
    }

    fn decide(
        &self,
        mut client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let at = client.sessions.iter().position(|session| session.id == self.id);
        let session = client.sessions.remove(at.ok_or(FlowError::Unauthenticated)?);
        client.last_active_session = client
            .last_active_session
            .filter(|id| *id != self.id)
            .or_else(|| client.sessions.last().map(|other| other.id.clone()));
        let user = facts.users.get(&session.user).cloned();
        let subject = Subject::Session(Session { updated_at: cx.now, ..session }, self.state);
        let mut next = Transition::of_client(client, subject, cx);
        next.writes
            .extend(user.filter(|user| user.lists(&self.id)).map(|user| {
                Write::UpdateUser(user.signed_out(std::slice::from_ref(&self.id), cx))
            }));
        Ok(next)
    }
}

impl Verb for SignOut {
    fn lookups(&self) -> Lookups<'_> {
        Lookups::default()
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
        let ended: Vec<_> = client.sessions.drain(..).map(|session| session.id).collect();
        client.last_active_session = None;
        client.sign_up = None;
        client.sign_in = None;
        let mut next = Transition::of_client(client, Subject::Client, cx);
        for user in facts.users.values() {
            if user.sessions.iter().any(|pointer| ended.contains(&pointer.id)) {
                next.writes.push(Write::UpdateUser(user.clone().signed_out(&ended, cx)));
            }
        }
        if self.forget {
            next.writes.push(Write::DeleteClient);
        }
        Ok(next)
    }
}

impl Client {
    /// The client after a code that it had stored could not be sent: `sent` as it was stored with the code,
    /// `before` as it was before. What has got another code since then stays as it is.
    #[must_use]
    pub fn undelivered(
        mut self,
        sent: &Self,
        before: &Self,
        why: Refused,
        cx: &Context<'_>,
    ) -> Self {
        let stored = self.clone();
        let waits =
            |sign_up: &SignUp| sent.sign_up.as_ref().is_some_and(|sent| sent.waits_as(sign_up));
        if let Some(sign_up) = self.sign_up.take_if(|sign_up| waits(sign_up)) {
            let earlier = before.sign_up.as_ref().filter(|earlier| earlier.id == sign_up.id);
            self.sign_up = Some(sign_up.undelivered(earlier, why));
        }
        let waits =
            |sign_in: &SignIn| sent.sign_in.as_ref().is_some_and(|sent| sent.waits_as(sign_in));
        if let Some(sign_in) = self.sign_in.take_if(|sign_in| waits(sign_in)) {
            let earlier = before.sign_in.as_ref().filter(|earlier| earlier.id == sign_in.id);
            self.sign_in = Some(sign_in.undelivered(earlier, why));
        }
        if self == stored { self } else { self.changed(cx) }
    }

    /// Marks a session as used now.
    fn use_session(
        &mut self,
        id: &SessionId,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Used, FlowError> {
        let session = self
            .sessions
            .iter_mut()
            .find(|session| {
                session.id == *id && session.is_live(facts.users.get(&session.user), cx.now)
            })
            .ok_or(FlowError::Unauthenticated)?;
        let before = session.last_active_at;
        *session = session.clone().used(cx);
        Ok(Used { changed: session.last_active_at != before, session: session.clone() })
    }
}

/// A session after its use.
struct Used {
    session: Session,
    changed: bool,
}
