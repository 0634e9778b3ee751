//! Sign-up and sign-in: flows, store and API, shared by every function.

// The API's larger objects are written out key by key, as JSON.
#![recursion_limit = "256"]

pub mod app;
pub mod flow;
pub mod http;
pub mod message;
pub mod settings;
pub mod store;
pub mod token;
