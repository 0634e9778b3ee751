//! What our tokens say.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::flow::{Session, SessionId, Timestamp, UserId};

/// A session token, version 2: who is signed in, for a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionClaims {
    /// The origin of the page that asked, which a verifier compares with its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<String>,
    exp: i64,
    /// Whole minutes since the first and the second factor were proved; −1 for never.
    fva: (i64, i64),
    iat: i64,
    iss: String,
    jti: String,
    nbf: i64,
    sid: SessionId,
    sts: &'static str,
    sub: UserId,
    v: u8,
}

/// What a handshake hands to the application's server: cookies to set, as `Set-Cookie` values.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Handshake {
    /// The `Set-Cookie` values.
    pub handshake: Vec<String>,
}

impl SessionClaims {
    /// The claims of a session's token made now.
    #[must_use]
    pub fn new(
        session: &Session,
        issuer: &str,
        origin: Option<String>,
        jti: String,
        now: Timestamp,
    ) -> Self {
        let age = i64::try_from(session.first_factor_age(now)).unwrap_or(i64::MAX);
        Self {
            azp: origin,
            exp: (now + LIFETIME).seconds(),
            fva: (age, -1),
            iat: now.seconds(),
            iss: issuer.to_owned(),
            jti,
            nbf: (now - LEEWAY).seconds(),
            sid: session.id.clone(),
            sts: "active",
            sub: session.user.clone(),
            v: 2,
        }
    }
}

/// The cookies hold a token: nothing of them is printed.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handshake(…)")
    }
}

/// Short, since a token cannot be taken back: ending a session is felt everywhere within this time.
const LIFETIME: Duration = Duration::from_mins(1);
/// For verifiers whose clock is behind.
const LEEWAY: Duration = Duration::from_secs(10);
