//! Races through the API: many at once, and each outcome must be one that some order would have given.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod codes;
mod deliveries;
mod guesses;
mod keys;
mod messages;
mod passwords;
mod profile;
mod secrets;
mod sessions;
mod sign_ups;
