//! What a verb decides. Plain values: the shell performs them.

use super::client::Secret;
use super::context::Context;
use super::error::FlowError;
use super::identifier::Identifier;
use super::ids::{SignInId, SignUpId, UserId};
use super::message::Message;
use super::session::{Session, SessionState};
use super::time::Timestamp;
use super::user::User;
use super::verb::Guess;

/// What follows from a verb.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub struct Transition<S> {
    /// The next state, stored together with …
    pub next: S,
    /// … these, in one transaction.
    pub writes: Vec<Write>,
    /// The session that begins; the client takes it up.
    pub opens: Option<Session>,
    /// The client's new secret, for its cookie.
    pub secret: Option<Secret>,
    /// What is counted at the same time, outside the transaction.
    pub budgets: Vec<Budget>,
    /// What is done after the commit.
    pub effects: Vec<Effect>,
    /// What to reply once all that is done.
    pub answer: Result<Subject, FlowError>,
}

/// A record that is written together with the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// A user who did not exist.
    CreateUser(User),
    /// A user as they are now; refused if they changed since they were read.
    UpdateUser(User),
    /// Makes an identifier this user's; refused if it is somebody's.
    Claim(Identifier, UserId),
    /// Gives up an identifier of this user.
    Release(Identifier, UserId),
    /// Writes nothing; refused if too many wrong codes came for this address today. Goes with a right one, so
    /// that it is worth nothing once the guesses of the day are spent, in however many requests at once.
    WithinGuesses {
        /// The address that is proved.
        of: Identifier,
        /// When it is.
        at: Timestamp,
        /// How many wrong codes are too many.
        most: u32,
    },
    /// Forgets the failed guesses at a factor of an account: it was proved.
    ForgetGuesses {
        /// At what.
        guess: Guess,
        /// When.
        at: Timestamp,
    },
    /// Forgets the client instead of storing it.
    DeleteClient,
}

/// What is counted outside the transaction, so that those who share a counter do not lose races.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Budget {
    /// A message to this address; may be refused.
    Message(Identifier),
    /// A wrong code for this address; may be refused, and then its answer is withheld.
    WrongCode(Identifier),
}

/// What is done after the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Sends a message without which the verb makes no sense: failing it fails the request.
    Send(Message),
    /// Sends a message that the person should get, but that nothing waits for.
    Notify(Message),
}

/// What the reply is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// The client itself.
    Client,
    /// A sign-up of the client.
    SignUp(SignUpId),
    /// A sign-in of the client.
    SignIn(SignInId),
    /// A session, which may have just ended.
    Session(Session, SessionState),
    /// A token of a session, and nothing else.
    Token(Session),
    /// A user.
    User(UserId),
}

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The budget is spent: the code must not work, since it was never sent.
    Budget,
    /// The mail service failed: the code may have got out and keeps working, but the next can be had at
    /// once.
    Delivery,
}

impl<S> Transition<S> {
    /// A transition that only stores.
    pub fn to(next: S, subject: Subject) -> Self {
        Self {
            next,
            writes: Vec::new(),
            opens: None,
            secret: None,
            budgets: Vec::new(),
            effects: Vec::new(),
            answer: Ok(subject),
        }
    }

    /// The same with the next state turned into another.
    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> Transition<T> {
        Transition {
            next: into(self.next),
            writes: self.writes,
            opens: self.opens,
            secret: self.secret,
            budgets: self.budgets,
            effects: self.effects,
            answer: self.answer,
        }
    }

    /// The same with a message that must get out, and its place in the budget.
    pub(super) fn sending(mut self, message: Option<Message>) -> Self {
        if let Some(message) = message {
            self.budgets.push(Budget::Message(message.to().clone()));
            self.effects.push(Effect::Send(message));
        }
        self
    }

    /// The same, unless too many wrong codes came for the address that it proves.
    pub(super) fn within_guesses(mut self, of: &Identifier, cx: &Context<'_>) -> Self {
        let most = cx.settings.limits.wrong_codes_per_address_day;
        self.writes.push(Write::WithinGuesses { of: of.clone(), at: cx.now, most });
        self
    }

    /// The same, and the failed guesses before it are forgotten.
    pub(super) fn forgetting(mut self, guess: Guess, cx: &Context<'_>) -> Self {
        self.writes.push(Write::ForgetGuesses { guess, at: cx.now });
        self
    }

    /// The same with another answer.
    pub(super) fn answering(self, answer: Result<Subject, FlowError>) -> Self {
        Self { answer, ..self }
    }
}
