//! The `read` function.
fn main() {}
