//! The partition keys: one item an entity, found by its key alone.

use std::net::IpAddr;
use std::time::Duration;

use crate::flow::{ClientId, Guess, Identifier, Timestamp, UserId};

/// What a client's key begins with.
pub(super) const CLIENT: &str = "CLIENT#";
/// What a user's key begins with.
pub(super) const USER: &str = "USER#";
/// The key ring's key: the only item that `read` may write.
pub(super) const KEY_RING: &str = "KEYRING";

/// Whose requests are counted together, and in which hour: an IPv4 address, or the /64 of an IPv6 one,
/// within which anybody can pick addresses at will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpKey {
    pub(super) network: String,
    pub(super) hour: i64,
    pub(super) now: Timestamp,
}

impl IpKey {
    /// The key of this address now.
    #[must_use]
    pub fn new(ip: IpAddr, now: Timestamp) -> Self {
        let network = match ip.to_canonical() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        };
        Self { network, hour: now.seconds().div_euclid(HOUR), now }
    }

    /// How long until the hour is over.
    #[must_use]
    pub fn rest_of_hour(&self) -> Duration {
        rest(self.now, HOUR)
    }
}

pub(super) fn client(id: &ClientId) -> String {
    format!("{CLIENT}{id}")
}

pub(super) fn user(id: &UserId) -> String {
    format!("{USER}{id}")
}

/// The item by which an identifier is claimed.
pub(super) fn identifier(identifier: &Identifier) -> String {
    match identifier {
        Identifier::EmailAddress(address) => format!("EMAIL#{address}"),
        Identifier::Username(name) => format!("USERNAME#{name}"),
    }
}

/// What was sent to an identifier, and guessed for it, on one day (UTC).
pub(super) fn identifier_day(identifier: &Identifier, now: Timestamp) -> String {
    format!("COUNT#{}#{}", self::identifier(identifier), now.seconds().div_euclid(86_400))
}

/// What was asked for from one address in one hour.
pub(super) fn ip(ip: &IpKey) -> String {
    format!("COUNT#IP#{}#{}", ip.network, ip.hour)
}

/// The failed guesses at one factor of one account.
pub(super) fn guess(guess: &Guess) -> String {
    format!("GUESS#{}#{}", guess.user, guess.factor.as_str())
}

/// What is left of the window of so many seconds.
pub(super) fn rest(now: Timestamp, window: i64) -> Duration {
    Duration::from_secs((window - now.seconds().rem_euclid(window)).unsigned_abs())
}

pub(super) const HOUR: i64 = 60 * 60;
pub(super) const DAY: i64 = 24 * HOUR;
