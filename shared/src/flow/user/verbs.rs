//! The verbs of a signed-in user on their own record.

use super::super::client::Client;
use super::super::context::Context;
use super::super::error::FlowError;
use super::super::fields::Field;
use super::super::identifier::Identifier;
use super::super::ids::{EmailAddressId, SessionId};
use super::super::metadata::Metadata;
use super::super::sign_up::{Patch, not_enabled};
use super::super::transition::{Subject, Transition, Write};
use super::super::verb::{Facts, Lookups, Needs, Verb};
use super::User;
use crate::settings::Settings;

/// Whose record it is: the user of this session, or of the client's last active one.
pub type Acting = Option<SessionId>;

/// Reads the user.
#[derive(Clone, Debug)]
pub struct Read {
    /// As which session.
    pub acting: Acting,
}

/// Changes what the user may change about themselves.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// As which session.
    pub acting: Acting,
    /// `username`
    pub username: Patch<Identifier>,
    /// `first_name`
    pub first_name: Patch<String>,
    /// `last_name`
    pub last_name: Patch<String>,
    /// `primary_email_address_id`
    pub primary_email_address: Option<EmailAddressId>,
    /// A patch for `unsafe_metadata`.
    pub unsafe_metadata: Option<Metadata>,
}

impl Update {
    /// Checks what can be checked without knowing the user.
    ///
    /// # Errors
    /// [`FlowError::NotEnabled`] for each field that the instance does not use.
    pub fn check(&self, settings: &Settings) -> Result<(), Vec<FlowError>> {
        let errors = not_enabled(
            settings,
            [
                (Field::Username, self.username.value().is_some()),
                (Field::FirstName, self.first_name.value().is_some()),
                (Field::LastName, self.last_name.value().is_some()),
            ],
        );
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Verb for Read {
    fn lookups(&self) -> Lookups<'_> {
        acting_lookups(self.acting.as_ref())
    }

    fn needs(&self, client: &Client, _: &Facts, _: &Context<'_>) -> Result<Needs, FlowError> {
        Ok(Needs::users_of(client))
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let user = acting_user(self.acting.as_ref(), &client, facts, cx)?;
        let subject = Subject::User(user.id.clone());
        Ok(Transition::to(client, subject))
    }

    fn allowed_to_superseded(&self, visible: &[SessionId]) -> bool {
        self.acting.as_ref().is_some_and(|id| visible.contains(id))
    }
}

impl Verb for Update {
    fn lookups(&self) -> Lookups<'_> {
        Lookups {
            identifiers: self.username.value().into_iter().collect(),
            ..acting_lookups(self.acting.as_ref())
        }
    }

    fn needs(&self, client: &Client, _: &Facts, _: &Context<'_>) -> Result<Needs, FlowError> {
        Ok(Needs::users_of(client))
    }

    fn decide(
        &self,
        client: Client,
        facts: &Facts,
        cx: &Context<'_>,
    ) -> Result<Transition<Client>, FlowError> {
        let mut user = acting_user(self.acting.as_ref(), &client, facts, cx)?.clone();
        let mut writes = Vec::new();
        let former = user.username.clone();
        self.username.apply(&mut user.username);
        if user.username != former {
            claim_username(&user, former, facts, &mut writes)?;
        }
        self.first_name.apply(&mut user.first_name);
        self.last_name.apply(&mut user.last_name);
        if user.username.is_none() && cx.settings.attributes.username.required {
            return Err(FlowError::Missing(Field::Username));
        }
        if user.first_name.is_none() && cx.settings.attributes.first_name.required {
            return Err(FlowError::Missing(Field::FirstName));
        }
        if user.last_name.is_none() && cx.settings.attributes.last_name.required {
            return Err(FlowError::Missing(Field::LastName));
        }
        if let Some(id) = &self.primary_email_address {
            let own = user.email_addresses.iter().find(|email| email.id == *id);
            if !own.is_some_and(super::EmailAddress::is_verified) {
                return Err(FlowError::ValueInvalid(Field::PrimaryEmailAddressId));
            }
            user.primary_email_address = Some(id.clone());
        }
        if let Some(patch) = &self.unsafe_metadata {
            user.unsafe_metadata = user.unsafe_metadata.merged(patch)?;
        }
        let subject = Subject::User(user.id.clone());
        writes.push(Write::UpdateUser(user.changed(cx)));
        Ok(Transition { writes, ..Transition::to(client, subject) })
    }
}

/// Makes the new username the user's, and gives up the former.
fn claim_username(
    user: &User,
    former: Option<Identifier>,
    facts: &Facts,
    writes: &mut Vec<Write>,
) -> Result<(), FlowError> {
    if let Some(username) = &user.username {
        if facts.owners.get(username).is_some_and(|owner| *owner != user.id) {
            return Err(FlowError::IdentifierExists(Field::Username));
        }
        writes.push(Write::Claim(username.clone(), user.id.clone()));
    } else if user.email_addresses.is_empty() {
        // Without any identifier nobody could sign in as this user again.
        return Err(FlowError::Missing(Field::Username));
    }
    writes.extend(former.map(|former| Write::Release(former, user.id.clone())));
    Ok(())
}

fn acting_lookups(acting: Option<&SessionId>) -> Lookups<'static> {
    acting.map(Lookups::user_of).unwrap_or_default()
}

/// The user who acts: of the session that the request names, else of the last active one.
fn acting_user<'a>(
    acting: Option<&SessionId>,
    client: &Client,
    facts: &'a Facts,
    cx: &Context<'_>,
) -> Result<&'a User, FlowError> {
    let live =
        |id: &SessionId| client.live_sessions(facts, cx.now).find(|session| session.id == *id);
    let session = match acting {
        Some(id) => live(id),
        None => client
            .last_active_session
            .as_ref()
            .and_then(live)
            .or_else(|| client.live_sessions(facts, cx.now).last()),
    };
    let session = session.ok_or(FlowError::Unauthenticated)?;
    facts.users.get(&session.user).ok_or(FlowError::Unauthenticated)
}
