//! The `prepare` function.
fn main() {}
