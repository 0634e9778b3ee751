//! Benchmarks: `cargo bench --workspace --bench load -- WHAT`, each with a bounded amount of work.
//!
//! - `served`: sign-ups and token refreshes a second of the built `local`, in a process of its own;
//! - `in-process [COUNT]`: the same sign-ups without sockets, for a profiler;
//! - `functions DIRECTORY`: size, start and memory of the packaged Lambda functions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, and has to read the clock"
)]

use std::io::{Write as _, stdout};

mod connection;
mod functions;
mod in_process;
mod process;
mod runtime_api;
mod served;
mod statistics;
mod visitor;

fn main() {
    // Cargo adds an option of its own.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|text| text != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["served"] => served::run(None),
        ["served", server] => served::run(Some(server.as_ref())),
        ["in-process"] => in_process::run(200),
        ["in-process", count] => in_process::run(count.parse().unwrap()),
        ["functions", packages] => functions::run(packages.as_ref()),
        _ => say("usage: served [LOCAL] | in-process [COUNT] | functions DIRECTORY"),
    }
}

/// Writes a line of results.
fn say(line: &str) {
    stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}
