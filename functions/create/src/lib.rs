//! The `create` function.
