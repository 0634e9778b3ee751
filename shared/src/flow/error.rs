//! Why a verb was refused, in the domain's own words. Text for people is made in `http`.

use std::time::Duration;

use super::fields::Field;
use super::ids::SessionId;
use super::time::Timestamp;

/// Why a verb was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// A field that is needed is empty or absent.
    Missing(Field),
    /// A field does not have the form it must have.
    FormatInvalid(Field),
    /// A field has a value that is not among those possible.
    ValueInvalid(Field),
    /// A field is longer than allowed.
    TooLong(Field),
    /// The instance does not use this attribute.
    NotEnabled(Field),
    /// The identifier belongs to a user already.
    IdentifierExists(Field),
    /// Nobody has this identifier.
    IdentifierNotFound,
    /// A username has too few or too many characters.
    UsernameLength {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// A username holds a character that it may not.
    UsernameCharacter,
    /// A username is all digits.
    UsernameNeedsLetter,
    /// The address has a subaddress, which the instance refuses.
    SubaddressBlocked,
    /// The password has too few characters.
    PasswordTooShort {
        /// Fewest.
        min: usize,
    },
    /// The password has too many characters.
    PasswordTooLong {
        /// Most.
        max: usize,
    },
    /// The password is one of the commonest.
    PasswordCommon,
    /// The password is the identifier.
    PasswordMatchesIdentifier,
    /// The password is wrong.
    PasswordIncorrect,
    /// The code is wrong.
    CodeIncorrect,
    /// The verification's time is over.
    VerificationExpired,
    /// The verification was tried too often.
    VerificationFailed,
    /// The verification has been made already.
    VerificationAlreadyVerified,
    /// Nothing has been prepared that could be attempted.
    VerificationMissing,
    /// The user cannot use this strategy.
    StrategyForUserInvalid,
    /// The sign-up became a user already.
    SignUpComplete,
    /// The sign-in is not in the state that this verb needs.
    SignInState,
    /// Signed in already, and the instance has one session a browser.
    SessionExists,
    /// This user is signed in on this client already.
    AlreadySignedIn(SessionId),
    /// Too many failed guesses of this factor.
    UserLocked {
        /// When it takes guesses again.
        until: Timestamp,
    },
    /// There is no such thing, or not for this client.
    NotFound,
    /// The session does not live, or there is none.
    Unauthenticated,
    /// Too much was asked for.
    TooManyRequests {
        /// When it is worth asking again.
        retry_after: Duration,
    },
    /// A code was to be made or compared by a function that has no key for codes: a bug.
    NoCodeKey,
    /// The request came with a secret that was replaced while it was under way.
    ClientChanged,
}
