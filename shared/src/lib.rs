//! Sign-up and sign-in: flows, store and API, shared by every function.

pub mod flow;
pub mod settings;
pub mod store;
