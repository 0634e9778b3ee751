//! `create`: begins a sign-up or sign-in, supplies or changes its fields.

use postern::http::Endpoint;

mod sign_in;
mod sign_up;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/client/sign_ups", sign_up::create),
        Endpoint::patch("/v1/client/sign_ups/{id}", sign_up::update),
        Endpoint::post("/v1/client/sign_ins", sign_in::create),
    ]
}
