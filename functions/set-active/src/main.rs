//! The `set-active` function.
fn main() {}
