//! What the store promises, on any implementation of DynamoDB: records as they were, writes all or nothing,
//! identifiers exclusive, counters exact.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod arbitrary;
mod budgets;
mod claims;
mod commits;
mod items;
mod lockout;
mod records;
mod writer;
