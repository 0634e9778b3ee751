//! The store's contract: what was written is what is read, and every condition holds.
