//! Services that fail: every call of every flow, in every way, and what a person finds afterwards.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod flow;
mod guesses;
mod keys;
mod mail;
mod matrix;
