//! How requests and answers travel, whatever they are about.

mod bodies;
mod envelopes;
mod methods;
mod native;
mod origins;
