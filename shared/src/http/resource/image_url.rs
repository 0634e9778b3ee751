//! Where the picture of a user is.

use std::rc::Rc;

use serde::{Serialize, Serializer};

use super::{Scene, avatar};
use crate::flow::User;

/// Where the picture of a user is: made once, and shown under several keys.
#[derive(Clone)]
pub(super) struct ImageUrl(Rc<str>);

impl ImageUrl {
    pub(super) fn of(user: &User, scene: Scene<'_>) -> Self {
        Self(avatar::image_url(scene.base_url, user).into())
    }
}

impl Serialize for ImageUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
