//! What the tests of the core share: a small world of records in memory, and two browsers in it.
//!
//! Writes take effect as in the table: all or none, and an identifier is claimed once. Whoever loses a
//! race for one is told its owner and decides again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

use super::context::tests::{NOW, settings};
use super::password::{Password, PasswordHash};
use super::verification::{CodeKey, OneTimeCode};
use super::{
    Client, Context, Effect, Facts, FlowError, GuessedFactor, Identifier, Message, PasswordCheck,
    Refused, Secret, Strategy, Timestamp, Transition, User, UserId, Verb, Write,
};
use crate::settings::Settings;

pub(in crate::flow) use verbs::{
    attempt_password, attempt_sign_in, attempt_sign_up, email, prepare_sign_in, prepare_sign_up,
    reset_password, update_sign_up, username,
};

mod journeys;
mod verbs;

/// One instance's records, the two browsers that know it, and what was mailed.
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) now: Timestamp,
    /// The browser in use.
    pub(super) client: Client,
    pub(super) secret: Secret,
    /// The other one.
    other: (Client, Secret),
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) owners: BTreeMap<Identifier, UserId>,
    /// Factors that take no guess for now, whoever's they are.
    pub(super) locked: BTreeMap<GuessedFactor, Timestamp>,
    /// The codes that were mailed, oldest first.
    pub(super) mail: Vec<Sent>,
    code_key: CodeKey,
    decisions: u64,
}

/// A code that was mailed.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) to: Identifier,
    pub(super) code: OneTimeCode,
    pub(super) strategy: Strategy,
    /// The id of the sign-up or sign-in that asked for it.
    pub(super) attempt: String,
    pub(super) at: Timestamp,
}

impl World {
    /// An empty world with the settings that ship.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// An empty world with other settings.
    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = SHIPPED.clone();
        change(&mut settings);
        let code_key = CodeKey::new(&[7; 32]);
        let browser = |entropy| {
            Client::new(&Context {
                now: NOW,
                settings: &settings,
                code_key: Some(&code_key),
                entropy,
            })
        };
        let ((client, secret), other) = (browser([1; 32]), browser([2; 32]));
        Self {
            settings,
            now: NOW,
            client,
            secret,
            other,
            users: BTreeMap::new(),
            owners: BTreeMap::new(),
            locked: BTreeMap::new(),
            mail: Vec::new(),
            code_key,
            decisions: 0,
        }
    }

    /// What the next decision is made from, besides the records.
    pub(super) fn cx(&self) -> Context<'_> {
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.decisions.to_le_bytes());
        Context { now: self.now, settings: &self.settings, code_key: Some(&self.code_key), entropy }
    }

    /// Lets time pass.
    pub(super) fn wait(&mut self, duration: Duration) {
        self.now = self.now + duration;
    }

    /// Takes the other browser in hand.
    pub(super) fn change_browser(&mut self) {
        std::mem::swap(&mut self.client, &mut self.other.0);
        std::mem::swap(&mut self.secret, &mut self.other.1);
    }

    /// What would follow from a verb; nothing happens yet.
    pub(super) fn decide(&self, verb: &dyn Verb) -> Result<Transition<Client>, FlowError> {
        let cx = self.cx();
        let lookups = verb.lookups();
        let mut facts = Facts {
            owners: lookups
                .identifiers
                .into_iter()
                .filter_map(|found| self.owners.get_key_value(found))
                .map(|(identifier, owner)| (identifier.clone(), owner.clone()))
                .collect(),
            users: self.found(&lookups.users),
            asked: lookups.users.into_iter().collect(),
            ..Facts::default()
        };
        let needs = loop {
            let needs = verb.needs(&self.client, &facts, &cx)?;
            if needs.users.iter().all(|id| facts.asked.contains(id)) {
                break needs;
            }
            facts.users.extend(self.found(&needs.users));
            facts.asked.extend(needs.users);
        };
        facts.hash = needs.hash.as_ref().map(hash);
        facts.password_matches = needs.password.is_some_and(|check| self.password_matches(&check));
        facts.locked_until = needs
            .guess
            .and_then(|guess| self.locked.get(&guess.factor).copied())
            .filter(|until| self.now < *until);
        loop {
            let decided = verb.decide(self.client.clone(), &facts, &cx)?;
            match self.lost_claim(&decided) {
                None => return Ok(decided),
                Some((identifier, owner)) => facts.owners.insert(identifier, owner),
            };
        }
    }

    /// Performs a verb in the browser in hand.
    pub(super) fn act(&mut self, verb: &dyn Verb) -> Result<Transition<Client>, FlowError> {
        let decided = self.decide(verb);
        let forgotten = Client::new(&self.cx());
        self.decisions += 1;
        let decided = decided?;
        self.store(&decided);
        if decided.writes.contains(&Write::DeleteClient) {
            (self.client, self.secret) = forgotten;
        }
        Ok(decided)
    }

    /// Performs a verb and tells only whether it was refused, by an error or in its answer.
    pub(super) fn tries(&mut self, verb: &dyn Verb) -> Result<(), FlowError> {
        self.act(verb)?.answer.map(|_| ())
    }

    /// Performs a verb whose message cannot be sent.
    pub(super) fn tries_undelivered(
        &mut self,
        verb: &dyn Verb,
        why: Refused,
    ) -> Result<(), FlowError> {
        let before = self.client.clone();
        let answer = self.tries(verb);
        let sent = self.client.clone();
        self.client = sent.clone().undelivered(&sent, &before, why, &self.cx());
        answer
    }

    fn found(&self, ids: &[UserId]) -> BTreeMap<UserId, User> {
        let users = ids.iter().filter_map(|id| self.users.get_key_value(id));
        users.map(|(id, user)| (id.clone(), user.clone())).collect()
    }

    fn password_matches(&self, check: &PasswordCheck) -> bool {
        let user = check.user.as_ref().and_then(|id| self.users.get(id));
        user.and_then(|user| user.password.as_ref())
            .is_some_and(|password| password.hash == hash(&check.password))
    }

    /// What a transition wants to claim and another has.
    fn lost_claim(&self, decided: &Transition<Client>) -> Option<(Identifier, UserId)> {
        decided.writes.iter().find_map(|write| match write {
            Write::Claim(identifier, _) => {
                self.owners.get(identifier).map(|owner| (identifier.clone(), owner.clone()))
            }
            Write::CreateUser(_)
            | Write::UpdateUser(_)
            | Write::Release(..)
            | Write::WithinGuesses { .. }
            | Write::ForgetGuesses { .. }
            | Write::DeleteClient => None,
        })
    }

    fn store(&mut self, decided: &Transition<Client>) {
        let mut written = BTreeSet::new();
        for write in &decided.writes {
            match write {
                Write::CreateUser(user) => {
                    assert!(written.insert(&user.id), "one record, one write");
                    assert_eq!(self.users.insert(user.id.clone(), user.clone()), None);
                }
                Write::UpdateUser(user) => {
                    assert!(written.insert(&user.id), "one record, one write");
                    assert!(self.users.insert(user.id.clone(), user.clone()).is_some());
                }
                Write::Claim(identifier, user) => {
                    assert_eq!(self.owners.insert(identifier.clone(), user.clone()), None);
                }
                Write::Release(identifier, user) => {
                    assert_eq!(self.owners.remove(identifier).as_ref(), Some(user));
                }
                Write::WithinGuesses { .. } | Write::ForgetGuesses { .. } | Write::DeleteClient => {
                }
            }
        }
        self.client = decided.next.clone();
        if let Some(secret) = &decided.secret {
            self.secret = secret.clone();
        }
        for effect in &decided.effects {
            match effect {
                Effect::Send(message) => self.mail.extend(self.sent(message)),
                Effect::Notify(_) => {}
            }
        }
    }

    fn sent(&self, message: &Message) -> Option<Sent> {
        let (code, strategy) = match message {
            Message::VerificationCode(code) => (code, Strategy::EmailCode),
            Message::ResetPasswordCode(code) => (code, Strategy::ResetPasswordEmailCode),
            Message::PasswordChanged { .. } => return None,
        };
        let sign_up = self.client.sign_up.as_ref().map(|found| found.id.as_str());
        let sign_in = self.client.sign_in.as_ref().map(|found| found.id.as_str());
        Some(Sent {
            to: code.to.clone(),
            code: code.code.clone(),
            strategy,
            attempt: sign_up.or(sign_in).unwrap().to_owned(),
            at: self.now,
        })
    }
}

/// A quick hash: how slow the real one is makes no difference to a decision.
fn hash(password: &Password) -> PasswordHash {
    let digest = digest::digest(&digest::SHA256, password.reveal());
    PasswordHash::new(HEXLOWER.encode(digest.as_ref()))
}

/// Parsed once: there are many worlds.
static SHIPPED: LazyLock<Settings> = LazyLock::new(settings);
