//! Every function in one process, on this machine.
//!
//! The functions run here as they run in the cloud. What differs lies under the AWS SDK ([`aws`]) and
//! around the router ([`serve`], [`inbox`]); nothing of it is linked into a deployed function.

pub mod aws;
pub mod cli;
pub mod host_name;
pub mod inbox;
pub mod instance;
pub mod serve;
