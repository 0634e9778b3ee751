//! Sign-up and sign-in: flows, store and API, shared by every function.

pub mod app;
pub mod flow;
pub mod http;
pub mod message;
pub mod settings;
pub mod store;
pub mod token;
