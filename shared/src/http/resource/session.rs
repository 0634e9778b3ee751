//! `session`

use serde_json::{Value, json};

use super::Show;
use crate::app::View;
use crate::flow::{Session, SessionState, User};

impl Show {
    /// A session in this state, with its user.
    #[must_use]
    pub fn session(&self, session: &Session, state: SessionState, view: &View) -> Value {
        let user = view.users.get(&session.user);
        let token = view
            .token
            .as_ref()
            .filter(|(id, _)| *id == session.id)
            .map(|(_, jwt)| json!({ "object": "token", "jwt": jwt }));
        json!({
            "object": "session",
            "id": session.id,
            "status": state.as_str(),
            "expire_at": session.expire_at,
            "abandon_at": session.abandon_at,
            "last_active_at": session.last_active_at,
            "last_active_token": token,
            "last_active_organization_id": null,
            "actor": null,
            "tasks": null,
            "factor_verification_age": (session.first_factor_age(view.now), -1),
            "public_user_data": user.map(|user| self.public_user_data(user)),
            "user": user.map(|user| self.user(user)),
            "created_at": session.created_at,
            "updated_at": session.updated_at,
        })
    }

    /// What of a user may be shown beside a session.
    fn public_user_data(&self, user: &User) -> Value {
        json!({
            "first_name": user.first_name,
            "last_name": user.last_name,
            "image_url": self.image_url(user),
            "has_image": false,
            "identifier": user.label().map(ToString::to_string).unwrap_or_default(),
            "user_id": user.id,
            "username": user.username.as_ref().map(ToString::to_string),
            "banned": false,
            "profile_image_url": self.image_url(user),
        })
    }
}
