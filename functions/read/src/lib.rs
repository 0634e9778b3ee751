//! The `read` function.
