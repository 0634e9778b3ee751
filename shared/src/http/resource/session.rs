//! `session`

use serde::Serialize;

use super::Scene;
use super::fixed::Null;
use super::image_url::ImageUrl;
use super::public_user_data::PublicUserData;
use super::token::TokenResource;
use super::user::UserResource;
use crate::flow::{Session, SessionId, SessionState, Timestamp};

/// A session in some state, with its user.
#[derive(Serialize)]
pub(in crate::http) struct SessionResource<'a> {
    object: &'static str,
    id: &'a SessionId,
    status: &'static str,
    expire_at: Timestamp,
    abandon_at: Timestamp,
    last_active_at: Timestamp,
    last_active_token: Option<TokenResource<'a>>,
    last_active_organization_id: Null,
    actor: Null,
    tasks: Null,
    /// Minutes since each factor was proved; −1 where there is none.
    factor_verification_age: (u64, i8),
    public_user_data: Option<PublicUserData<'a>>,
    user: Option<UserResource<'a>>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl<'a> SessionResource<'a> {
    pub(super) fn of(session: &'a Session, state: SessionState, scene: Scene<'a>) -> Self {
        let user = scene.view.users.get(&session.user);
        let user = user.map(|user| (user, ImageUrl::of(user, scene)));
        let (public_user_data, user) = user
            .map(|(user, image_url)| {
                let public = PublicUserData::of(user, image_url.clone());
                (public, UserResource::pictured(user, image_url, scene))
            })
            .unzip();
        Self {
            object: "session",
            id: &session.id,
            status: state.as_str(),
            expire_at: session.expire_at,
            abandon_at: session.abandon_at,
            last_active_at: session.last_active_at,
            last_active_token: TokenResource::of(&session.id, scene),
            last_active_organization_id: Null,
            actor: Null,
            tasks: Null,
            factor_verification_age: (session.first_factor_age(scene.view.now), -1),
            public_user_data,
            user,
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}
