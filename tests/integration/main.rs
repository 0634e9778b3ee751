//! Journeys through the whole API, and what must be true of the repository as a whole.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod journeys;
mod template;
