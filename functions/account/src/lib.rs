//! The `account` function.
