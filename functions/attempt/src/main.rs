//! The `attempt` function.
fn main() {}
