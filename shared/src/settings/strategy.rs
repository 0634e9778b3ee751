//! The strategies by name: settings say which of them an instance uses, `flow::strategy` what each does.

use serde::{Deserialize, Serialize};

/// How something is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A code sent to an e-mail address.
    EmailCode,
    /// The user's password.
    Password,
    /// A code sent to an e-mail address, to set a new password.
    ResetPasswordEmailCode,
}

impl Strategy {
    /// All of them, in the order in which factors are offered.
    pub const ALL: [Self; 3] = [Self::EmailCode, Self::Password, Self::ResetPasswordEmailCode];

    /// Those by which an e-mail address can be proved at sign-up.
    pub(super) const OF_EMAIL_ADDRESSES: &'static [Self] = &[Self::EmailCode];

    /// The name on the wire and in the settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::Password => "password",
            Self::ResetPasswordEmailCode => "reset_password_email_code",
        }
    }

    /// The strategy of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == name)
    }
}
