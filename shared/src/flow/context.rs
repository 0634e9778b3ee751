//! What a decision may use besides records and input: time, chance, settings, the key of the codes.

use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

use super::error::FlowError;
use super::time::Timestamp;
use super::verification::CodeKey;
use crate::settings::Settings;

/// What a decision may use besides records and input.
///
/// The same context gives the same decision: the shell draws 32 bytes from the operating system and
/// everything random follows from them.
pub struct Context<'a> {
    /// When this is decided.
    pub now: Timestamp,
    /// The instance's settings.
    pub settings: &'a Settings,
    /// The key under which one-time codes are hashed, where codes are made or compared.
    pub code_key: Option<&'a CodeKey>,
    /// What everything random of this decision follows from.
    pub entropy: [u8; 32],
}

/// What a random value is drawn for; each purpose has a stream of its own, so that no draw depends on
/// which others were made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A client's id.
    ClientId,
    /// A client's first secret.
    ClientSecret,
    /// The secret that replaces it when its privilege grows.
    RotatedSecret,
    /// A sign-up's id.
    SignUpId,
    /// A sign-in's id.
    SignInId,
    /// A user's id.
    UserId,
    /// An e-mail address's id.
    EmailAddressId,
    /// A session's id.
    SessionId,
    /// A one-time code.
    Code,
}

impl Context<'_> {
    /// The key under which one-time codes are hashed.
    ///
    /// # Errors
    /// [`FlowError::NoCodeKey`] where no code is made or compared.
    pub fn code_key(&self) -> Result<&CodeKey, FlowError> {
        self.code_key.ok_or(FlowError::NoCodeKey)
    }

    /// The random numbers for one purpose.
    #[must_use]
    pub fn rng(&self, purpose: Purpose) -> ChaCha20Rng {
        let mut rng = ChaCha20Rng::from_seed(self.entropy);
        rng.set_stream(purpose as u64);
        rng
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs a test with a context of fixed time and entropy and the settings that ship.
    pub(crate) fn context<T>(test: impl FnOnce(&Context<'_>) -> T) -> T {
        let settings = settings();
        let code_key = CodeKey::new(&[7; 32]);
        test(&Context {
            now: NOW,
            settings: &settings,
            code_key: Some(&code_key),
            entropy: [42; 32],
        })
    }

    /// The settings that ship.
    pub(crate) fn settings() -> Settings {
        Settings::parse(include_str!("../../../postern.toml")).unwrap()
    }

    /// 2026-01-01T00:00:00Z.
    pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);
}
