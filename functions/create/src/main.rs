//! The `create` function.
fn main() {}
