//! What a verb of the API asks for and is told, before it decides.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::client::Client;
use super::context::Context;
use super::error::FlowError;
use super::identifier::Identifier;
use super::ids::{SessionId, UserId};
use super::password::{Password, PasswordHash};
use super::strategy::GuessedFactor;
use super::time::Timestamp;
use super::transition::Transition;
use super::user::User;

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
    /// How long to wait, if a right code was found to be one guess too many for its address today.
    pub guesses_spent: Option<Duration>,
    /// Whether the compared password was right.
    pub password_matches: bool,
    /// The password that was just compared, hashed anew since the parameters have risen.
    pub rehashed: Option<PasswordHash>,
    /// The new password, hashed.
    pub hash: Option<PasswordHash>,
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
