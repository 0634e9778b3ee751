//! `public_user_data`

use serde::Serialize;

use super::fixed::False;
use super::image_url::ImageUrl;
use crate::flow::{Identifier, User, UserId};

/// What of a user may be shown beside a session.
#[derive(Serialize)]
pub(super) struct PublicUserData<'a> {
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    image_url: ImageUrl,
    has_image: False,
    identifier: &'a str,
    user_id: &'a UserId,
    username: Option<&'a str>,
    banned: False,
    profile_image_url: ImageUrl,
}

impl<'a> PublicUserData<'a> {
    pub(super) fn of(user: &'a User, image_url: ImageUrl) -> Self {
        Self {
            first_name: user.first_name.as_deref(),
            last_name: user.last_name.as_deref(),
            image_url: image_url.clone(),
            has_image: False,
            identifier: user.label().map(Identifier::as_str).unwrap_or_default(),
            user_id: &user.id,
            username: user.username.as_ref().map(Identifier::as_str),
            banned: False,
            profile_image_url: image_url,
        }
    }
}
