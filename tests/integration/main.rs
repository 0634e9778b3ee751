//! Journeys through the whole API, and what must be true of the repository as a whole.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod architecture;
mod cookies;
mod errors;
mod journeys;
mod lambda_events;
mod template;
mod transport;

/// Somebody's address, and their password where they have one.
const EMAIL: &str = "jane@example.com";
const PASSWORD: &str = "correct horse battery";
