//! The `attempt` function.
