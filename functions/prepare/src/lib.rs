//! The `prepare` function.
