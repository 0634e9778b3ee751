//! What the world outside knows of codes and passwords, noted apart from the records.

use std::collections::BTreeMap;

use super::step::Delivery;
use super::{Done, is_verified, sign_ups};
use crate::flow::fixture::Sent;
use crate::flow::{FlowError, UserId};

#[derive(Default)]
pub(super) struct Ledger {
    /// Every code that was ever made, oldest first.
    pub(super) codes: Vec<Code>,
    /// The passwords that users have.
    pub(super) passwords: BTreeMap<UserId, &'static str>,
    /// The passwords supplied to sign-ups, by their id.
    supplied: BTreeMap<String, &'static str>,
}

pub(super) struct Code {
    pub(super) sent: Sent,
    pub(super) delivery: Delivery,
    /// Wrong tries since.
    pub(super) tries: u32,
    /// Whether the address that it proves was changed since.
    pub(super) void: bool,
}

impl Ledger {
    /// The newest code of an attempt that may have reached somebody.
    pub(super) fn newest(&self, attempt: &str) -> Option<&Code> {
        self.codes
            .iter()
            .rfind(|code| code.sent.attempt == attempt && code.delivery != Delivery::OverBudget)
    }

    /// The codes of an attempt that were sent without a fault.
    pub(super) fn delivered(
        &self,
        attempt: &str,
    ) -> impl DoubleEndedIterator<Item = &Code> + Clone {
        self.codes
            .iter()
            .filter(move |code| code.sent.attempt == attempt && code.delivery == Delivery::Done)
    }

    /// Notes what a step did.
    pub(super) fn follow(&mut self, done: &Done<'_>, mailed: Option<Delivery>) {
        self.follow_codes(done, mailed);
        self.follow_passwords(done);
    }

    fn follow_codes(&mut self, done: &Done<'_>, mailed: Option<Delivery>) {
        let client = &done.after.client;
        let answer = done.result.as_ref().map(|next| next.answer.is_ok());
        let is_wrong_code =
            done.result.as_ref().is_ok_and(|next| next.answer == Err(FlowError::CodeIncorrect));
        if is_wrong_code {
            let attempt = done.step.attempt(&done.before.client).unwrap();
            let tried = self.codes.iter_mut().rfind(|code| {
                code.sent.attempt == attempt && code.delivery != Delivery::OverBudget
            });
            tried.unwrap().tries += 1;
        }
        for sign_up in client.sign_up.iter().filter(|_| answer.is_ok()) {
            let was = sign_ups(&done.before.client).find(|earlier| earlier.id == sign_up.id);
            let address = sign_up.email_address.as_ref();
            let earlier = was.and_then(|was| was.email_address.as_ref());
            let changed =
                address.map(|email| &email.address) != earlier.map(|email| &email.address);
            let lost =
                answer == Ok(false) && was.is_some_and(|was| !is_verified(was)) && !is_wrong_code;
            if changed || lost || address.is_none_or(|email| email.verification.is_none()) {
                let attempt = sign_up.id.as_str();
                let codes = self.codes.iter_mut().filter(|code| code.sent.attempt == attempt);
                codes.for_each(|code| code.void = true);
            }
        }
        if let Some(delivery) = mailed {
            let sent = done.after.mail.last().unwrap().clone();
            self.codes.push(Code { sent, delivery, tries: 0, void: false });
        }
    }

    fn follow_passwords(&mut self, done: &Done<'_>) {
        let (Ok(_), client) = (&done.result, &done.after.client) else {
            return;
        };
        if let Some(password) = done.step.supplied_password() {
            // The attempt that it was supplied to is open still or has just become a user.
            let became = client
                .completed_sign_up
                .as_ref()
                .filter(|found| done.before.client.completed_sign_up.as_ref() != Some(*found));
            let id = became.or(client.sign_up.as_ref()).map(|found| found.id.to_string());
            self.supplied.insert(id.unwrap(), password);
        }
        if let Some(sign_up) = &client.completed_sign_up {
            let user = sign_up.created_user().unwrap();
            if !done.before.users.contains_key(user)
                && let Some(password) = self.supplied.get(sign_up.id.as_str())
            {
                self.passwords.insert(user.clone(), password);
            }
        }
        if let Some(password) = done.step.new_password() {
            let sign_in = client.completed_sign_in.as_ref().unwrap();
            self.passwords.insert(sign_in.factors().unwrap().user.clone(), password);
        }
    }
}

impl Code {
    pub(super) fn digits(&self) -> &str {
        self.sent.code.reveal()
    }
}
