//! What each request costs, and never more.
//!
//! Everything is counted where the SDK leaves the process: calls, how many of them had to wait for one
//! another, and the capacity units that DynamoDB reports. The figures are exact, so `docs/budget.md` shows
//! them and is compared with them; `POSTERN_UPDATE=1` writes it anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod document;
mod journeys;
mod limits;
mod measured;
mod process;
mod sizes;
