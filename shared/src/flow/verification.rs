//! One proof under way, and the one-time code that it may wait for.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use data_encoding::HEXLOWER;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::context::{Context, Purpose};
use super::strategy::Strategy;
use super::time::Timestamp;
use crate::settings::Codes;

/// One proof under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How it is proved.
    pub strategy: Strategy,
    /// What was tried so far, the right one included.
    pub attempts: u32,
    /// When it can no longer be proved; never for those that need no preparation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Timestamp>,
    state: State,
}

/// Where a verification stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Waits for the code of this digest.
    Code { digest: String },
    /// Was tried without preparation, and was wrong.
    Unproved,
    /// Proved.
    Verified { at: Timestamp },
    /// Proved for somebody who has no user yet.
    Transferable,
}

/// Where a verification stands, as the API says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationStatus {
    /// Waits for a proof.
    Unverified,
    /// Proved.
    Verified,
    /// Proved for somebody who has no user yet.
    Transferable,
    /// Too late.
    Expired,
    /// Tried too often.
    Failed,
}

/// A one-time code: six digits. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

/// The key under which codes are hashed: without it six digits could be found from their digest.
pub struct CodeKey(hmac::Key);

impl Verification {
    /// Waits for a code.
    #[must_use]
    pub fn code(strategy: Strategy, digest: String, expire_at: Timestamp) -> Self {
        Self { strategy, attempts: 0, expire_at: Some(expire_at), state: State::Code { digest } }
    }

    /// Proved without preparation.
    #[must_use]
    pub fn verified(strategy: Strategy, at: Timestamp) -> Self {
        Self { strategy, attempts: 1, expire_at: None, state: State::Verified { at } }
    }

    /// Tried without preparation, and wrong.
    #[must_use]
    pub fn unverified(strategy: Strategy) -> Self {
        Self { strategy, attempts: 1, expire_at: None, state: State::Unproved }
    }

    /// Where it stands now.
    #[must_use]
    pub fn status(&self, codes: &Codes, now: Timestamp) -> VerificationStatus {
        match &self.state {
            State::Verified { .. } => VerificationStatus::Verified,
            State::Transferable => VerificationStatus::Transferable,
            State::Code { .. } if self.attempts >= codes.max_attempts => VerificationStatus::Failed,
            State::Code { .. } if self.expire_at.is_some_and(|end| end <= now) => {
                VerificationStatus::Expired
            }
            State::Code { .. } | State::Unproved => VerificationStatus::Unverified,
        }
    }

    /// Whether it is proved.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        matches!(self.state, State::Verified { .. })
    }

    /// The digest of the code that is waited for.
    pub(super) fn code_digest(&self) -> Option<&str> {
        match &self.state {
            State::Code { digest } => Some(digest),
            State::Unproved | State::Verified { .. } | State::Transferable => None,
        }
    }

    /// One more try.
    pub(super) fn tried(&self) -> Self {
        Self { attempts: self.attempts.saturating_add(1), ..self.clone() }
    }

    /// Proved; the digest is forgotten.
    pub(super) fn into_verified(self, at: Timestamp) -> Self {
        Self { state: State::Verified { at }, ..self }
    }
}

impl VerificationStatus {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
            Self::Transferable => "transferable",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }
}

impl OneTimeCode {
    /// How many digits a code has. NIST SP 800-63B-4 3.1.3.2: six decimal digits at least.
    pub const DIGITS: usize = 6;

    /// A new code.
    #[must_use]
    pub fn generate(cx: &Context<'_>) -> Self {
        Self(format!("{:06}", cx.rng(Purpose::Code).random_range(0..1_000_000)))
    }

    /// The code that verifies every test address.
    #[must_use]
    pub fn test() -> Self {
        Self("424242".to_owned())
    }

    /// Reads what somebody typed: spaces do not count, and it must be six ASCII digits.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        if text.len() > LONGEST_TYPED {
            return None;
        }
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == Self::DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
        is_code.then_some(Self(digits))
    }

    /// The digits, for the message that carries them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

impl CodeKey {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// What is stored of a code: a MAC over it and what it is for, so that the code of one attempt or
    /// strategy is worth nothing at another.
    #[must_use]
    pub fn digest(&self, code: &OneTimeCode, strategy: Strategy, attempt: &str) -> String {
        HEXLOWER.encode(self.sign(code, strategy, attempt).as_ref())
    }

    /// Whether this is the code of that digest. Takes the same time wherever they differ.
    #[must_use]
    pub fn matches(
        &self,
        digest: &str,
        code: &OneTimeCode,
        strategy: Strategy,
        attempt: &str,
    ) -> bool {
        let expected = self.digest(code, strategy, attempt);
        constant_time::verify_slices_are_equal(digest.as_bytes(), expected.as_bytes()).is_ok()
    }

    fn sign(&self, code: &OneTimeCode, strategy: Strategy, attempt: &str) -> hmac::Tag {
        let text = format!("code\0{attempt}\0{}\0{}", strategy.as_str(), code.0);
        hmac::sign(&self.0, text.as_bytes())
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// Room for generous spacing between six digits; longer input is not looked at.
const LONGEST_TYPED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::context::tests::context;

    #[test]
    fn what_is_no_code_is_not_taken_for_one() {
        for text in [
            "",
            "12345",
            "1234567",
            "abcdef",
            "４２４２４２",
            "123\x0045",
            "🦀🦀🦀",
            "-12345",
            "+12345",
        ] {
            assert_eq!(OneTimeCode::typed(text), None, "{text:?}");
        }
        assert_eq!(OneTimeCode::typed(&"1".repeat(10_000)), None);
    }

    #[test]
    fn spaces_in_a_code_do_not_count() {
        assert_eq!(OneTimeCode::typed(" 012 345\n"), Some(OneTimeCode("012345".to_owned())));
    }

    #[test]
    fn a_digest_is_of_one_attempt_and_one_strategy() {
        context(|cx| {
            let code = OneTimeCode::generate(cx);
            let digest = cx.code_key().unwrap().digest(&code, Strategy::EmailCode, "sua_a");
            assert!(cx.code_key().unwrap().matches(&digest, &code, Strategy::EmailCode, "sua_a"));
            assert!(!cx.code_key().unwrap().matches(&digest, &code, Strategy::EmailCode, "sua_b"));
            assert!(!cx.code_key().unwrap().matches(
                &digest,
                &code,
                Strategy::ResetPasswordEmailCode,
                "sua_a"
            ));
            assert!(!digest.contains(code.reveal()));
        });
    }

    #[test]
    fn a_code_is_not_printed() {
        context(|cx| {
            let code = OneTimeCode::generate(cx);
            assert!(!format!("{code:?}").contains(code.reveal()));
        });
    }
}
