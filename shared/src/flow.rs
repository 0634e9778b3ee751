//! The core: records, state machines and what they require. Pure.
//!
//! Nothing here waits, reads a clock, draws from the operating system or knows AWS or HTTP. A **verb** of
//! the API (`sign_up::Prepare`, `sign_in::Attempt`, …) says first what must be known before it can decide
//! ([`Needs`]), and then decides: from the client as it is, the [`Facts`] and the [`Context`] follows a
//! [`Transition`], a plain value that tests compare.

pub use client::{Client, Secret, SecretStanding};
pub use context::{Context, Purpose};
pub use error::FlowError;
pub use fields::Field;
pub use identifier::{Identifier, IdentifierKind};
pub use ids::{ClientId, EmailAddressId, SessionId, SignInId, SignUpId, UserId};
pub use message::Message;
pub use requirements::Requirements;
pub use session::{Session, SessionState};
pub use sign_in::SignIn;
pub use sign_up::SignUp;
pub use strategy::{GuessedFactor, Strategy};
pub use time::Timestamp;
pub use transition::{Budget, Effect, Refused, Subject, Transition, Write};
pub use user::User;
pub use verb::{Facts, Guess, Lookups, Needs, PasswordCheck, Verb};
pub use verification::{Verification, VerificationStatus};

pub mod client;
pub mod context;
pub mod error;
pub mod fields;
pub mod identifier;
pub mod ids;
pub mod key_ring;
pub mod message;
pub mod metadata;
pub mod password;
pub mod requirements;
mod sending;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod strategy;
pub mod text;
pub mod time;
pub mod transition;
pub mod user;
pub mod verb;
pub mod verification;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod invariants;
