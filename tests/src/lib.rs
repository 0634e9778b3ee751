//! What the tests share: an instance in memory, and browsers that use it.
//!
//! Everything is the real thing but time and chance: requests go through the whole API, the AWS SDK and an
//! implementation of DynamoDB. The clock stands still until a test moves it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "a test may panic, and says so by panicking"
)]

pub use browser::{Browser, Reply};
pub use crowd::{answers, crowd};
pub use instance::{Builder, Instance};
pub use steps::wrong;

mod browser;
mod crowd;
mod external;
mod instance;
mod steps;
pub mod table;
