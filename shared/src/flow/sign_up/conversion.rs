//! How a sign-up becomes a user: once nothing is missing or unverified, in whatever request that is.

use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::{EmailAddressId, UserId};
use super::super::requirements::Requirements;
use super::super::session::Session;
use super::super::transition::{Subject, Transition, Write};
use super::super::user::{EmailAddress, User, UserPassword};
use super::super::verb::Facts;
use super::super::verification::Verification;
use super::{SignUp, State, SuppliedPassword};

impl SignUp {
    /// The sign-up, complete if it now can be.
    pub(super) fn concluded(self, facts: &Facts, cx: &Context<'_>) -> Transition<Self> {
        if !Requirements::of(&self, cx.settings).are_met() {
            return self.stays();
        }
        match self.taken(facts) {
            Some(Field::EmailAddress) => self.after_losing(Field::EmailAddress),
            Some(_) => self.after_losing(Field::Username),
            None => self.completed(cx),
        }
    }

    /// The field whose identifier became somebody else's while this sign-up was under way.
    fn taken(&self, facts: &Facts) -> Option<Field> {
        let taken = |identifier: Option<&Identifier>| {
            identifier.is_some_and(|identifier| facts.owners.contains_key(identifier))
        };
        if taken(self.email_address.as_ref().map(|email| &email.address)) {
            Some(Field::EmailAddress)
        } else if taken(self.username.as_ref()) {
            Some(Field::Username)
        } else {
            None
        }
    }

    /// Stays open: another took the identifier. The proof is void, or the name is free to be chosen again.
    fn after_losing(mut self, field: Field) -> Transition<Self> {
        if field == Field::EmailAddress {
            if let Some(email) = &mut self.email_address {
                email.verification = None;
            }
        } else {
            self.username = None;
        }
        self.stays().answering(Err(FlowError::IdentifierExists(field)))
    }

    /// Becomes a user with a session.
    fn completed(mut self, cx: &Context<'_>) -> Transition<Self> {
        let id = UserId::generate(cx);
        let session = Session::begin(&id, cx);
        let user = self.user(id.clone(), cx).signed_in(&session, cx);
        let identifiers =
            [self.email_address.as_ref().map(|email| &email.address), self.username.as_ref()];
        let mut writes = vec![Write::CreateUser(user)];
        for identifier in identifiers.into_iter().flatten() {
            writes.push(Write::Claim(identifier.clone(), id.clone()));
        }
        self.state = State::Complete { user: id, session: session.id.clone() };
        self.password = self.password.map(|_| SuppliedPassword::HandedOver);
        let subject = Subject::SignUp(self.id.clone());
        Transition { writes, opens: Some(session), ..Transition::to(self, subject) }
    }

    /// The user that this sign-up becomes.
    fn user(&self, id: UserId, cx: &Context<'_>) -> User {
        let password = match &self.password {
            Some(SuppliedPassword::Hashed(hash)) => {
                Some(UserPassword { hash: hash.clone(), updated_at: cx.now })
            }
            Some(SuppliedPassword::HandedOver) | None => None,
        };
        let email_addresses: Vec<_> = self
            .email_address
            .iter()
            .map(|email| EmailAddress {
                id: EmailAddressId::generate(cx),
                address: email.address.clone(),
                verification: email.verification.clone().filter(Verification::is_verified),
                created_at: cx.now,
            })
            .collect();
        User {
            id,
            primary_email_address: email_addresses.first().map(|email| email.id.clone()),
            email_addresses,
            username: self.username.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            password_version: u32::from(password.is_some()),
            password,
            unsafe_metadata: self.unsafe_metadata.clone(),
            sessions: Vec::new(),
            last_sign_in_at: None,
            legal_accepted_at: self.legal_accepted_at,
            locale: self.locale.clone(),
            timezone: self.timezone.clone(),
            created_at: cx.now,
            updated_at: cx.now,
        }
    }
}
