//! `prepare`: begins a verification by sending a code.

use postern::http::Endpoint;

mod sign_in;
mod sign_up;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/client/sign_ups/{id}/prepare_verification", sign_up::verification),
        Endpoint::post("/v1/client/sign_ins/{id}/prepare_first_factor", sign_in::first_factor),
    ]
}
