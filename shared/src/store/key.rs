//! The partition keys: one item an entity, found by its key alone.

use crate::flow::{ClientId, Guess, Identifier, Timestamp, UserId};

use super::counter::IpKey;

/// What a client's key begins with.
pub(super) const CLIENT: &str = "CLIENT#";
/// What a user's key begins with.
pub(super) const USER: &str = "USER#";
/// The key ring's key: the only item that `read` may write.
pub(super) const KEY_RING: &str = "KEYRING";

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
    format!("GUESS#{}#{}", guess.user, guess.factor)
}
