//! Serves everything on this machine.
fn main() {}
