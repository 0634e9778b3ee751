//! The API's objects: one file each. Records go in, JSON comes out.
//!
//! Every key of an object is always there, as `null` where there is nothing: client packages read them
//! without asking. A resource borrows from the records and the settings that it shows, so that an answer is
//! written once, straight into its body.

use std::sync::Arc;

use serde::Serialize;

use crate::app::{App, View};
use crate::flow::{SessionState, Subject};
use crate::settings::Settings;

pub(super) use client::ClientResource;
use session::SessionResource;
use sign_in::SignInResource;
use sign_up::SignUpResource;
use token::TokenResource;
use user::UserResource;

pub mod avatar;
mod client;
mod email_address;
pub mod environment;
mod fixed;
mod image_url;
pub mod openid_configuration;
mod public_user_data;
mod session;
mod sign_in;
mod sign_up;
mod token;
mod user;
mod verification;

/// Shows records as the API's objects.
#[derive(Clone, Debug)]
pub struct Show {
    app: Arc<App>,
}

/// Any object that a reply can be about.
#[derive(Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "one is made for each answer, and written at once")]
pub(super) enum Resource<'a> {
    Client(ClientResource<'a>),
    SignUp(SignUpResource<'a>),
    SignIn(SignInResource<'a>),
    Session(SessionResource<'a>),
    Token(TokenResource<'a>),
    User(UserResource<'a>),
}

/// What records are seen in: it stands beside the record that a resource is made of.
#[derive(Clone, Copy)]
struct Scene<'a> {
    settings: &'a Settings,
    base_url: &'a str,
    view: &'a View,
}

impl Show {
    /// Shows records of this app.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// The object that a reply is about; `None` if the view does not have it.
    pub(super) fn subject<'a>(
        &'a self,
        view: &'a View,
        subject: &'a Subject,
    ) -> Option<Resource<'a>> {
        Resource::of(subject, self.scene(view))
    }

    /// The client with its open attempts and its live sessions.
    pub(super) fn client<'a>(&'a self, view: &'a View) -> ClientResource<'a> {
        ClientResource::of(self.scene(view))
    }

    fn scene<'a>(&'a self, view: &'a View) -> Scene<'a> {
        Scene { settings: self.app.settings(), base_url: &self.app.site().base_url, view }
    }
}

impl<'a> Resource<'a> {
    fn of(subject: &'a Subject, scene: Scene<'a>) -> Option<Self> {
        let view = scene.view;
        match subject {
            Subject::Client => Some(Self::Client(ClientResource::of(scene))),
            Subject::SignUp(id) => {
                let sign_up = view.client.find_sign_up(id, view.now).ok()?;
                Some(Self::SignUp(SignUpResource::of(sign_up, scene)))
            }
            Subject::SignIn(id) => {
                let sign_in = view.client.find_sign_in(id, view.now).ok()?;
                Some(Self::SignIn(SignInResource::of(sign_in, scene)))
            }
            Subject::Session(session, state) => {
                let live = view.session(&session.id).filter(|_| *state == SessionState::Active);
                let session = live.unwrap_or(session);
                Some(Self::Session(SessionResource::of(session, *state, scene)))
            }
            Subject::Token(session) => TokenResource::of(&session.id, scene).map(Self::Token),
            Subject::User(id) => {
                view.users.get(id).map(|user| Self::User(UserResource::of(user, scene)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
