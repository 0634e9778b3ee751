//! The `set-active` function.
