//! Random sequences of verbs, and what holds after each of them.
