//! `account`: the signed-in user on their own record.

use postern::http::Endpoint;

mod user;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/v1/me", user::read),
        Endpoint::patch("/v1/me", user::update),
        Endpoint::patch("/v1/me/metadata", user::update_metadata),
    ]
}
