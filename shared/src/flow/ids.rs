//! Public ids: opaque, prefixed by what they name.
//!
//! An id is 128 random bits in base 62, so that it is unique without asking anybody. A session's id
//! begins with its user's, so that one read can fetch both records by the session's id alone.

use std::fmt;
use std::str::FromStr;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::context::{Context, Purpose};

/// A text that no id of the kind asked for looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $shortest:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id that a client sent; `None` if no id of this kind can look like that.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let random = text.strip_prefix(Self::PREFIX)?;
                let plausible = ($shortest..=LONGEST).contains(&random.len())
                    && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
                plausible.then(|| Self(text.to_owned()))
            }

            /// The id as the API shows it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::parse(text).ok_or(NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $purpose:expr) => {
        id!($(#[$doc])* $name, $prefix, 1);

        impl $name {
            /// A new id.
            #[must_use]
            pub fn generate(cx: &Context<'_>) -> Self {
                Self(format!("{}{}", Self::PREFIX, base62(cx, $purpose, RANDOM)))
            }
        }
    };
}

random_id!(
    /// A browser, or whatever else keeps a client's cookie.
    ClientId, "client_", Purpose::ClientId
);
random_id!(
    /// One sign-up attempt.
    SignUpId, "sua_", Purpose::SignUpId
);
random_id!(
    /// One sign-in attempt.
    SignInId, "sia_", Purpose::SignInId
);
random_id!(
    /// A user.
    UserId, "user_", Purpose::UserId
);
random_id!(
    /// An e-mail address of a user.
    EmailAddressId, "idn_", Purpose::EmailAddressId
);
id!(
    /// A session; begins with its user's id.
    SessionId, "sess_", RANDOM + SESSION
);

impl SessionId {
    /// A new id for a session of this user.
    #[must_use]
    pub fn generate(user: &UserId, cx: &Context<'_>) -> Self {
        let user = user.as_str().trim_start_matches(UserId::PREFIX);
        Self(format!("{}{user}{}", Self::PREFIX, base62(cx, Purpose::SessionId, SESSION)))
    }

    /// The user whose session this would be.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        let random = self.0.strip_prefix(Self::PREFIX)?;
        let user = random.get(..random.len().checked_sub(SESSION)?)?;
        UserId::parse(&format!("{}{user}", UserId::PREFIX))
    }
}

/// Random letters and digits for one purpose.
fn base62(cx: &Context<'_>, purpose: Purpose, length: usize) -> String {
    let mut rng = cx.rng(purpose);
    (0..length).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect()
}

/// 22 characters of base 62 hold 130 bits.
const RANDOM: usize = 22;
/// 11 characters of base 62 hold 65 bits: enough among the sessions of one user, whose id comes first.
const SESSION: usize = 11;
/// Longer than any id, shorter than any abuse.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::context::tests::context;

    #[test]
    fn a_sessions_id_tells_its_user() {
        context(|cx| {
            let user = UserId::generate(cx);
            let session = SessionId::generate(&user, cx);
            assert_eq!(session.user_id(), Some(user));
        });
    }

    #[test]
    fn what_no_id_looks_like_is_refused() {
        for text in ["", "sua_", "sia_abc", "sua_a/b", "sua_\u{1f980}", "sua_{}", "SUA_abc"] {
            assert_eq!(SignUpId::parse(text), None, "{text}");
        }
        assert_eq!(SignUpId::parse(&format!("sua_{}", "a".repeat(2000))), None);
        assert!(SignUpId::parse("sua_2abcXYZ").is_some());
    }

    #[test]
    fn ids_of_one_context_differ_by_kind() {
        context(|cx| {
            let sign_up = SignUpId::generate(cx).to_string();
            let sign_in = SignInId::generate(cx).to_string();
            assert_ne!(sign_up.trim_start_matches("sua_"), sign_in.trim_start_matches("sia_"));
        });
    }
}
