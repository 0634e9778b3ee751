//! The journeys that are measured.

mod session;
mod sign_in;
mod sign_up;

use std::time::Duration;

use postern_tests::Instance;

use crate::measured::Journey;

pub(crate) use session::{public, session};
pub(crate) use sign_in::{by_code, by_password, by_reset};
pub(crate) use sign_up::{at_once, at_once_on, one_by_one, one_by_one_on, other_turns};

/// All of them, in the order in which they are shown.
pub(crate) async fn all() -> Vec<Journey> {
    vec![
        one_by_one().await,
        at_once().await,
        other_turns().await,
        by_code().await,
        by_password().await,
        by_reset().await,
        session().await,
        public().await,
    ]
}

/// A new instance, its keys read, at a time of as many digits as time usually has: round ones are shorter.
pub(crate) async fn warm() -> Instance {
    let instance = Instance::start().await;
    instance.app.warm_up().await.unwrap();
    instance.wait(Duration::from_millis(1_234_567));
    instance
}

/// A code that is not the one that was sent.
fn wrong(code: &str) -> &'static str {
    if code == "999999" { "000000" } else { "999999" }
}

/// The code that was sent last.
pub(crate) fn code(instance: &Instance) -> String {
    instance.code(ADDRESS)
}

pub(crate) const ADDRESS: &str = "ada.lovelace@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
