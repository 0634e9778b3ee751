//! The API's objects: one file each. Records go in, JSON comes out.
//!
//! Every key of an object is always there, as `null` where there is nothing: client packages read them
//! without asking.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::{App, View};
use crate::flow::{SessionState, Subject, Timestamp};
use crate::settings::Settings;

pub mod avatar;
mod client;
pub mod environment;
pub mod openid_configuration;
mod session;
mod sign_in;
mod sign_up;
mod user;
mod verification;

/// Shows records as the API's objects.
#[derive(Clone, Debug)]
pub struct Show {
    app: Arc<App>,
}

impl Show {
    /// Shows records of this app.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// The object that a reply is about; `None` if the view does not have it.
    #[must_use]
    pub fn subject(&self, view: &View, subject: &Subject) -> Option<Value> {
        match subject {
            Subject::Client => Some(self.client(view)),
            Subject::SignUp(id) => view
                .client
                .find_sign_up(id, view.now)
                .ok()
                .map(|sign_up| self.sign_up(sign_up, view.now)),
            Subject::SignIn(id) => view
                .client
                .find_sign_in(id, view.now)
                .ok()
                .map(|sign_in| self.sign_in(sign_in, view.now)),
            Subject::Session(session, state) => {
                let live = view.session(&session.id).filter(|_| *state == SessionState::Active);
                Some(self.session(live.unwrap_or(session), *state, view))
            }
            Subject::Token(session) => {
                let (_, jwt) = view.token.as_ref().filter(|(id, _)| *id == session.id)?;
                Some(json!({ "object": "token", "jwt": jwt }))
            }
            Subject::User(id) => view.users.get(id).map(|user| self.user(user)),
        }
    }

    fn settings(&self) -> &Settings {
        self.app.settings()
    }

    fn base_url(&self) -> &str {
        &self.app.site().base_url
    }
}

/// A time, or `null`.
fn time(at: Option<Timestamp>) -> Value {
    json!(at.map(Timestamp::millis))
}
