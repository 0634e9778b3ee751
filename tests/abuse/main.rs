//! What an attacker, a flaky network or an impatient user will do.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod codes;
mod enumeration;
mod identifiers;
mod redirects;
mod secrets;
mod sending;
mod service;
mod sessions;

/// Somebody's address, and their password where they have one.
const EMAIL: &str = "jane@example.com";
const PASSWORD: &str = "correct horse battery";
