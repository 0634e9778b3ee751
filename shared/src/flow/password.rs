//! Passwords: which are good enough, and how they are kept. Hashing is the shell's slow work.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::error::FlowError;
use super::identifier::Identifier;
use crate::settings::PasswordRules;

/// What somebody typed as their password. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A password's argon2id hash as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl Password {
    /// Takes what was typed, in one Unicode spelling (NFC, NIST SP 800-63B-4 3.1.1.2) and otherwise as it is.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.nfc().collect())
    }

    /// Checks that it may become somebody's password: length in characters, and not one of the commonest.
    ///
    /// # Errors
    /// [`FlowError::PasswordTooShort`], [`FlowError::PasswordTooLong`] or [`FlowError::PasswordCommon`].
    pub fn check(&self, rules: &PasswordRules) -> Result<(), FlowError> {
        let length = self.0.chars().count();
        if length < rules.min_length {
            Err(FlowError::PasswordTooShort { min: rules.min_length })
        } else if length > rules.max_length {
            Err(FlowError::PasswordTooLong { max: rules.max_length })
        } else if rules.refuse_common && is_common(&self.0) {
            Err(FlowError::PasswordCommon)
        } else {
            Ok(())
        }
    }

    /// Whether it is the identifier, in any case, or the part of it before the `@`.
    #[must_use]
    pub fn is_identifier(&self, identifier: &Identifier) -> bool {
        let password = self.0.to_lowercase();
        let whole = identifier.as_str();
        password == whole || whole.split_once('@').is_some_and(|(local, _)| password == local)
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is longer than any password can be, so that comparing it is wasted work.
    #[must_use]
    pub fn is_absurd(&self) -> bool {
        self.0.len() > LONGEST_BYTES
    }

    /// The bytes to be hashed.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl PasswordHash {
    /// A PHC string that the hasher made.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Whether the password is on the list of the commonest, in any case.
fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let mut low = 0;
    let mut high = COMMON.len();
    // Binary search over the sorted lines of one text: no table to build at start.
    while low < high {
        let middle = low + (high - low) / 2;
        let start = COMMON.get(..middle).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
        let line = COMMON.get(start..).and_then(|tail| tail.lines().next()).unwrap_or_default();
        match line.cmp(password.as_str()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// The commonest passwords of eight characters and more, lower-case, ASCII, sorted, one a line.
const COMMON: &str = include_str!("password/common.txt");
/// 128 characters of at most four bytes, the most that a setting allows.
const LONGEST_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PasswordRules =
        PasswordRules { min_length: 8, max_length: 72, refuse_common: true };

    #[test]
    fn every_line_of_the_list_is_found() {
        let mut last = "";
        for line in COMMON.lines() {
            assert!(line > last, "{line} is out of order");
            assert!(is_common(line), "{line}");
            last = line;
        }
        assert!(COMMON.lines().count() > 5_000);
    }

    #[test]
    fn the_commonest_are_refused_in_any_case() {
        for text in ["password", "Password1", "12345678", "QWERTYUIOP"] {
            assert_eq!(
                Password::typed(text).check(&RULES),
                Err(FlowError::PasswordCommon),
                "{text}"
            );
        }
        assert_eq!(Password::typed("correct horse battery").check(&RULES), Ok(()));
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_cut_off() {
        assert_eq!(
            Password::typed("Ab1!").check(&RULES),
            Err(FlowError::PasswordTooShort { min: RULES.min_length })
        );
        assert_eq!(Password::typed(&"🦀".repeat(72)).check(&RULES), Ok(()));
        assert_eq!(
            Password::typed(&"🦀".repeat(73)).check(&RULES),
            Err(FlowError::PasswordTooLong { max: RULES.max_length })
        );
        assert_ne!(Password::typed("secret "), Password::typed("secret"));
    }

    #[test]
    fn a_password_is_not_printed() {
        assert_eq!(format!("{:?}", Password::typed("hunter2")), "Password(…)");
        assert_eq!(format!("{:?}", PasswordHash::new("$argon2id$…".to_owned())), "PasswordHash(…)");
    }
}
