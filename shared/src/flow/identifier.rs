//! Identifiers: what people type, in the one spelling under which it is claimed.
//!
//! Addresses are compared as a person means them: outer spaces, case, Unicode composition and the two
//! spellings of an international domain do not make another address (NFKC, IDNA). Dots and `+` tags are
//! kept, since only the provider knows what they mean.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::error::FlowError;
use super::fields::Field;
use crate::settings::UsernameRules;

/// Something that names one user: normalised, and claimed by at most one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Identifier {
    /// An e-mail address, lower-case, its domain in ASCII.
    EmailAddress(String),
    /// A username, lower-case.
    Username(String),
}

/// The kinds of identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// An e-mail address.
    EmailAddress,
    /// A username.
    Username,
}

impl Identifier {
    /// Reads an e-mail address.
    ///
    /// # Errors
    /// [`FlowError::FormatInvalid`] or [`FlowError::TooLong`], for the field given.
    pub fn email_address(text: &str, field: Field) -> Result<Self, FlowError> {
        let text: String = text.trim().nfkc().collect();
        if text.chars().count() > EMAIL_LENGTH {
            return Err(FlowError::TooLong(field));
        }
        let (local, domain) = text.rsplit_once('@').ok_or(FlowError::FormatInvalid(field))?;
        let domain =
            idna::domain_to_ascii_strict(domain).map_err(|_| FlowError::FormatInvalid(field))?;
        // Checked as it is kept: the lower case of a letter may be more than a letter.
        let local: String = local.to_lowercase().nfkc().collect();
        if !is_local_part(&local) || !is_domain(&domain) {
            return Err(FlowError::FormatInvalid(field));
        }
        Ok(Self::EmailAddress(format!("{local}@{domain}")))
    }

    /// Reads a username.
    ///
    /// # Errors
    /// [`FlowError::UsernameLength`], [`FlowError::UsernameCharacter`] or
    /// [`FlowError::UsernameNeedsLetter`].
    pub fn username(text: &str, rules: &UsernameRules) -> Result<Self, FlowError> {
        let text = text.trim().nfkc().collect::<String>().to_lowercase();
        if !(rules.min_length..=rules.max_length).contains(&text.chars().count()) {
            let UsernameRules { min_length: min, max_length: max } = *rules;
            return Err(FlowError::UsernameLength { min, max });
        }
        let allowed =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if !text.chars().all(allowed) {
            return Err(FlowError::UsernameCharacter);
        }
        if text.chars().all(|c| c.is_ascii_digit()) {
            return Err(FlowError::UsernameNeedsLetter);
        }
        Ok(Self::Username(text))
    }

    /// Reads what somebody typed to sign in: with an `@` it is an address, else a username.
    ///
    /// # Errors
    /// [`FlowError::FormatInvalid`] for an address that is none; [`FlowError::IdentifierNotFound`] for
    /// what nobody can be called.
    pub fn typed(text: &str, rules: &UsernameRules) -> Result<Self, FlowError> {
        if text.nfkc().any(|c| c == '@') {
            Self::email_address(text, Field::Identifier)
        } else {
            Self::username(text, rules).map_err(|_| FlowError::IdentifierNotFound)
        }
    }

    /// The kind of identifier.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        match self {
            Self::EmailAddress(_) => IdentifierKind::EmailAddress,
            Self::Username(_) => IdentifierKind::Username,
        }
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::EmailAddress(text) | Self::Username(text) => text,
        }
    }

    /// Whether test mode verifies this address without a message: its subaddress holds `clerk_test`.
    #[must_use]
    pub fn is_test_address(&self) -> bool {
        match self {
            Self::EmailAddress(address) => address
                .rsplit_once('@')
                .is_some_and(|(local, _)| local.split('+').skip(1).any(|tag| tag == "clerk_test")),
            Self::Username(_) => false,
        }
    }

    /// Whether this is an address with a subaddress: `name+tag@…`.
    #[must_use]
    pub fn has_subaddress(&self) -> bool {
        match self {
            Self::EmailAddress(address) => {
                address.rsplit_once('@').is_some_and(|(local, _)| local.contains('+'))
            }
            Self::Username(_) => false,
        }
    }

    /// The text with most of it hidden, for those who typed another identifier of the same user.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::EmailAddress(address) => {
                let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
                let first: String = local.chars().take(1).collect();
                format!("{first}••••@{domain}")
            }
            Self::Username(name) => name.clone(),
        }
    }
}

impl IdentifierKind {
    /// The field in which it is supplied.
    #[must_use]
    pub fn field(self) -> Field {
        match self {
            Self::EmailAddress => Field::EmailAddress,
            Self::Username => Field::Username,
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// RFC 5321 4.1.2 dot-atom. Quoted local parts are refused, and so are the letters of RFC 6531: SES sends to
/// none of them, and an address that no code reaches is better refused at once.
fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.len() <= LOCAL_PART_BYTES
        && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

/// A host name with at least two labels, the last not a number.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.len() <= 253
        && domain.split('.').all(label)
        && domain
            .rsplit_once('.')
            .is_some_and(|(_, last)| !last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// RFC 5321 4.5.3.1.3: a path of 256 octets, less its angle brackets.
const EMAIL_LENGTH: usize = 254;
/// RFC 5321 4.5.3.1.1.
const LOCAL_PART_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Result<String, FlowError> {
        Identifier::email_address(text, Field::EmailAddress).map(|found| found.to_string())
    }

    #[test]
    fn the_spellings_of_an_address_are_one() {
        let spellings = [
            "jane@example.com",
            " Jane@EXAMPLE.com ",
            "JANE@example.com",
            "\u{ff4a}ane@example.com",
            "jane@ex\u{ff41}mple.com",
        ];
        for text in spellings {
            assert_eq!(email(text).as_deref(), Ok("jane@example.com"), "{text}");
        }
        for text in
            ["jo@b\u{fc}cher.example", "jo@bu\u{308}cher.example", "JO@XN--BCHER-KVA.example"]
        {
            assert_eq!(email(text).as_deref(), Ok("jo@xn--bcher-kva.example"), "{text}");
        }
    }

    #[test]
    fn dots_and_tags_are_kept() {
        assert_eq!(email("j.a.n.e+tag@example.com").as_deref(), Ok("j.a.n.e+tag@example.com"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let bad = [
            "",
            "nobody",
            "a@",
            "@b.example",
            "a b@c.example",
            "a@b@c.example",
            "a@exa mple.com",
            "a@localhost",
            "a@1.2.3.4",
            "a..b@c.example",
            ".a@c.example",
            "a@-b.example",
            "a\r\n@c.example",
            "a\0@c.example",
            "\u{202e}a@c.example",
            "a@c.example\nBcc: x@y.example",
        ];
        for text in bad {
            assert_eq!(email(text), Err(FlowError::FormatInvalid(Field::EmailAddress)), "{text:?}");
        }
        let long = format!("{}@c.example", "x".repeat(400));
        assert_eq!(email(&long), Err(FlowError::TooLong(Field::EmailAddress)));
    }

    #[test]
    fn usernames_are_one_in_any_case() {
        let rules = UsernameRules { min_length: 4, max_length: 64 };
        assert_eq!(Identifier::username("Jane_D", &rules), Identifier::username("jane_d", &rules));
        assert_eq!(
            Identifier::username("ab", &rules),
            Err(FlowError::UsernameLength { min: 4, max: 64 })
        );
        assert_eq!(Identifier::username("jane doe", &rules), Err(FlowError::UsernameCharacter));
        assert_eq!(Identifier::username("12345", &rules), Err(FlowError::UsernameNeedsLetter));
    }

    #[test]
    fn a_masked_address_hides_all_but_the_first_letter_and_the_domain() {
        let address = Identifier::EmailAddress("jane@example.com".to_owned());
        assert_eq!(address.masked(), "j••••@example.com");
    }

    #[test]
    fn only_the_subaddress_makes_a_test_address() {
        let is_test = |text: &str| Identifier::EmailAddress(text.to_owned()).is_test_address();
        assert!(is_test("jane+clerk_test@example.com"));
        assert!(is_test("jane+a+clerk_test@example.com"));
        assert!(!is_test("clerk_test@example.com"));
        assert!(!is_test("jane+clerk_tests@example.com"));
    }
}
