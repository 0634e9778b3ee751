//! What a verb asks for, is told, and decides. Plain values: the shell performs them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::client::{Client, Secret};
use super::context::Context;
use super::error::FlowError;
use super::identifier::Identifier;
use super::ids::{SessionId, SignInId, SignUpId, UserId};
use super::password::{Password, PasswordHash};
use super::session::{Session, SessionState};
use super::strategy::GuessedFactor;
use super::time::Timestamp;
use super::user::User;
use super::verification::OneTimeCode;

/// One verb of the API on one client.
///
/// The shell asks for the [`Lookups`] before it has read anything, for the [`Needs`] once it has the
/// client, and then for the decision; it repeats the last two when a race for the client is lost.
pub trait Verb: Send + Sync {
    /// What can be read together with the client, known from the request alone.
    fn lookups(&self) -> Lookups<'_>;

    /// What else must be known to decide. Asked again until it asks for nothing new, so that a verb can
    /// refuse for what it has learnt before anything is paid for or compared.
    ///
    /// # Errors
    /// Whatever refuses the verb already.
    fn needs(&self, client: &Client, facts: &Facts, cx: &Context<'_>) -> Result<Needs, FlowError> {
        let _ = (client, facts, cx);
        Ok(Needs::default())
    }

    /// What follows.
    ///
    /// # Errors
    /// Whatever refuses the verb and changes nothing. A refusal that does change something, such as a
    /// wrong code, is a transition whose `answer` is the refusal.
    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError>;

    /// Whether a request with a secret that was just replaced may do this, seeing these sessions only.
    fn allowed_to_superseded(&self, visible: &[SessionId]) -> bool {
        let _ = visible;
        false
    }
}

/// What can be read together with the client, known from the request alone.
#[derive(Clone, Debug, Default)]
pub struct Lookups<'a> {
    /// Identifiers whose owners must be known.
    pub identifiers: Vec<&'a Identifier>,
    /// Users that must be known.
    pub users: Vec<UserId>,
    /// Whether a caller without a client gets a new one.
    pub opens_client: bool,
    /// Whether a code may be made or compared.
    pub codes: bool,
    /// Whether this is a guess, which is paid for by the address that it comes from, and which one that
    /// guessed wrong too often may not make.
    pub guesses: bool,
}

/// What must be known to decide, known once the client is.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Users that must be known.
    pub users: Vec<UserId>,
    /// A guess that must be paid for before its answer is known.
    pub guess: Option<Guess>,
    /// A password that must be compared.
    pub password: Option<PasswordCheck>,
    /// A new password that must be hashed: slow work, hence asked for once the verb is not refused without.
    pub hash: Option<Password>,
}

/// A guess at one factor of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Whose account.
    pub user: UserId,
    /// At which factor.
    pub factor: GuessedFactor,
}

/// A password that must be compared with a user's.
#[derive(Clone, Debug)]
pub struct PasswordCheck {
    /// Whose; without a user or without a password of theirs, a hash that nobody's password has is
    /// compared all the same, so that the time tells nothing.
    pub user: Option<UserId>,
    /// What was typed.
    pub password: Password,
}

/// What a verb is told.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Who owns the identifiers that were looked up; those that nobody owns are absent.
    pub owners: BTreeMap<Identifier, UserId>,
    /// The users that were asked for, as far as they exist.
    pub users: BTreeMap<UserId, User>,
    /// The users that were asked for.
    pub asked: BTreeSet<UserId>,
    /// Whether the client begins with this request.
    pub new_client: bool,
    /// Until when the guessed factor is locked, if it is.
    pub locked_until: Option<Timestamp>,
    /// Whether the compared password was right.
    pub password_matches: bool,
    /// The password that was just compared, hashed anew since the parameters have risen.
    pub rehashed: Option<PasswordHash>,
    /// The new password, hashed.
    pub hash: Option<PasswordHash>,
}

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
    /// A guess that was right: the account's failed ones are forgotten.
    GuessedRight(Guess),
}

/// What is done after the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Sends a message without which the verb makes no sense: failing it fails the request.
    Send(Message),
    /// Sends a message that the person should get, but that nothing waits for.
    Notify(Message),
}

/// What is to be said to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The code that proves an address.
    VerificationCode(CodeMessage),
    /// The code that allows a new password.
    ResetPasswordCode(CodeMessage),
    /// The password was changed.
    PasswordChanged {
        /// The address that is told.
        to: Identifier,
        /// The person's language.
        locale: Option<String>,
    },
}

/// A code on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMessage {
    /// The address that gets it.
    pub to: Identifier,
    /// The code.
    pub code: OneTimeCode,
    /// How long it can be used.
    pub lifetime: Duration,
    /// The person's language, as the browser named it.
    pub locale: Option<String>,
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

impl Lookups<'_> {
    /// The user whose session this is.
    pub(super) fn user_of(id: &SessionId) -> Self {
        Self { users: id.user_id().into_iter().collect(), ..Self::default() }
    }
}

impl Needs {
    /// The users of the client's sessions, to tell which of them live.
    pub(super) fn users_of(client: &Client) -> Self {
        Self {
            users: client.sessions.iter().map(|session| session.user.clone()).collect(),
            ..Self::default()
        }
    }
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

    /// The same with another answer.
    pub(super) fn answering(self, answer: Result<Subject, FlowError>) -> Self {
        Self { answer, ..self }
    }
}

impl Message {
    /// The address that gets it.
    #[must_use]
    pub fn to(&self) -> &Identifier {
        match self {
            Self::VerificationCode(code) | Self::ResetPasswordCode(code) => &code.to,
            Self::PasswordChanged { to, .. } => to,
        }
    }
}

impl Facts {
    /// Whether the users of the client's sessions are still to be asked for.
    pub(super) fn lack_users_of(&self, client: &Client) -> bool {
        client.sessions.iter().any(|session| !self.asked.contains(&session.user))
    }

    /// The user of that id, if they exist.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] if they do not, or not any more.
    pub fn user(&self, id: &UserId) -> Result<&User, FlowError> {
        self.users.get(id).ok_or(FlowError::NotFound)
    }
}
