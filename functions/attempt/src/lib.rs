//! `attempt`: finishes a verification with a code or a password, or by setting a new password.

use postern::http::Endpoint;

mod sign_in;
mod sign_up;

/// What this function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/client/sign_ups/{id}/attempt_verification", sign_up::verification),
        Endpoint::post("/v1/client/sign_ins/{id}/attempt_first_factor", sign_in::first_factor),
        Endpoint::post("/v1/client/sign_ins/{id}/reset_password", sign_in::reset_password),
    ]
}
