//! The instance's settings, parsed once from `postern.toml` into types.
//!
//! What lives here: the values and what follows from them alone (publishable key, issuer, whether an
//! origin is allowed). Reading the file is `file`'s work, so that no other room knows TOML. Every room
//! may read the settings; they read nothing themselves.

use std::time::Duration;

use data_encoding::BASE64;

pub use file::{Layer, Mistake, Mistakes};
pub use origin::{Origin, OriginPattern};
pub use strategy::Strategy;

mod file;
mod origin;
mod strategy;

/// Everything an instance's owner decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The application that people sign in to.
    pub application: Application,
    /// Which instance this is and where its API is reached.
    pub instance: Instance,
    /// Who may call, and where a redirect may lead.
    pub access: Access,
    /// How mail is sent.
    pub mail: Mail,
    /// What a user consists of.
    pub attributes: Attributes,
    /// Rules for a new password.
    pub password: PasswordRules,
    /// Rules for a username.
    pub username: UsernameRules,
    /// How many sessions there are and how long they live.
    pub sessions: Sessions,
    /// One-time codes.
    pub codes: Codes,
    /// Sign-up and sign-in attempts.
    pub attempts: Attempts,
    /// When an account stops taking guesses.
    pub lockout: Lockout,
    /// How much is sent, and how much may be guessed, before it is refused.
    pub limits: Limits,
    /// Who may sign up.
    pub sign_up: SignUpRules,
    /// Whether test addresses are verified by the code `424242` without a message.
    pub test_mode: bool,
}

/// The application that people sign in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Shown in mail and on hosted pages; 1 to 64 characters.
    pub name: String,
    /// Where the application lives: an absolute URL without a trailing slash.
    pub home_url: String,
    /// The application's sign-in page.
    pub sign_in_url: String,
    /// The application's sign-up page.
    pub sign_up_url: String,
    /// Where people ask for help.
    pub support_email: Option<String>,
}

/// Which instance this is and where its API is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Host name of the API, on the application's registrable domain: `accounts.example.com`.
    pub host: String,
    /// Domain on which browser and application share cookies: `example.com`.
    pub cookie_domain: Option<String>,
}

/// Who may call, and where a redirect may lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Origins whose pages may call the API.
    pub allowed_origins: Vec<OriginPattern>,
    /// Origins that a redirect may lead to, besides the allowed ones.
    pub redirect_origins: Vec<OriginPattern>,
    /// How many hops at the end of `X-Forwarded-For` are the owner's own proxies.
    pub trusted_proxy_hops: usize,
}

/// How mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Address that SES may send from.
    pub sender: String,
}

/// What a user consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The e-mail address.
    pub email_address: EmailAddressAttribute,
    /// The username.
    pub username: UsernameAttribute,
    /// The given name.
    pub first_name: PlainAttribute,
    /// The family name.
    pub last_name: PlainAttribute,
    /// The password.
    pub password: PlainAttribute,
}

/// How the instance uses e-mail addresses.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddressAttribute {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether a sign-up needs one.
    pub required: bool,
    /// Whether it may be typed to sign in.
    pub used_for_sign_in: bool,
    /// Whether a sign-up must prove it.
    pub verify_at_sign_up: bool,
    /// What verifies it at sign-up.
    pub verifications: Vec<Strategy>,
    /// What proves at sign-in that it is somebody's, in place of a password.
    pub first_factors: Vec<Strategy>,
}

/// How the instance uses usernames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsernameAttribute {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether a sign-up needs one.
    pub required: bool,
    /// Whether it may be typed to sign in.
    pub used_for_sign_in: bool,
}

/// An attribute that is on or off, and asked for or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainAttribute {
    /// Whether there is one.
    pub enabled: bool,
    /// Whether a sign-up needs it.
    pub required: bool,
}

/// Rules for a new password. NIST SP 800-63B-4 3.1.1.2: length and a blocklist, no composition rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// Fewest characters; at least 8.
    pub min_length: usize,
    /// Most characters; at most 128.
    pub max_length: usize,
    /// Whether the commonest passwords are refused.
    pub refuse_common: bool,
}

/// Rules for a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsernameRules {
    /// Fewest characters; at least 4.
    pub min_length: usize,
    /// Most characters; at most 64.
    pub max_length: usize,
}

/// How many sessions there are and how long they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// One session a browser; a sign-in while signed in is refused.
    pub single: bool,
    /// From sign-in to the end, however active.
    pub lifetime: Duration,
    /// From the last activity to the end.
    pub inactivity: Duration,
    /// Most sessions on one client; the oldest gives way.
    pub per_client: usize,
    /// Most sessions of one user; the oldest gives way.
    pub per_user: usize,
}

/// One-time codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    /// How long a code can be used.
    pub lifetime: Duration,
    /// Wrong tries before the code is void.
    pub max_attempts: u32,
    /// How long after one code the next may be asked for.
    pub resend_after: Duration,
    /// How many codes one sign-up or sign-in may ask for.
    pub per_attempt: u32,
}

/// Sign-up and sign-in attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// When an unfinished one is abandoned.
    pub lifetime: Duration,
}

/// When an account stops taking guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// Failed passwords or codes before the account is locked.
    pub max_attempts: u32,
    /// How long it stays locked.
    pub duration: Duration,
}

/// How much is sent, and how much may be guessed, before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages to one address an hour.
    pub messages_per_address_hour: u32,
    /// Messages to one address a day.
    pub messages_per_address_day: u32,
    /// Messages asked for from one IP address (IPv6: /64) an hour.
    pub messages_per_ip_hour: u32,
    /// Wrong codes for one address a day before no further code is sent to it and none is accepted.
    pub wrong_codes_per_address_day: u32,
    /// Wrong codes and passwords from one IP address (IPv6: /64) an hour before its guesses are refused.
    pub wrong_guesses_per_ip_hour: u32,
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignUpRules {
    /// Whether the terms must be accepted.
    pub legal_consent: bool,
    /// Whether `name+anything@example.com` is refused.
    pub block_email_subaddresses: bool,
}

impl Settings {
    /// Parses the text of a `postern.toml`.
    ///
    /// # Errors
    /// All mistakes of the text, each with its line and what is allowed there.
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        file::parse(text, None)
    }

    /// Parses the text of a `postern.toml` with an overlay whose values win.
    ///
    /// # Errors
    /// All mistakes of both texts, each with its line and what is allowed there.
    pub fn parse_with_overlay(text: &str, overlay: &str) -> Result<Self, Mistakes> {
        file::parse(text, Some(overlay))
    }

    /// Whether pages of this origin may call the API.
    #[must_use]
    pub fn allows_origin(&self, origin: &Origin) -> bool {
        self.access.allowed_origins.iter().any(|pattern| pattern.matches(origin))
    }

    /// Whether a redirect may lead to this origin.
    #[must_use]
    pub fn allows_redirect(&self, origin: &Origin) -> bool {
        self.allows_origin(origin)
            || self.access.redirect_origins.iter().any(|pattern| pattern.matches(origin))
    }
}

impl Instance {
    /// The key that the application gives to its client package: a production instance, and the host of its API.
    #[must_use]
    pub fn publishable_key(&self) -> String {
        format!("pk_live_{}", BASE64.encode(format!("{}$", self.host).as_bytes()))
    }

    /// The issuer of session tokens; follows the publishable key, not a proxy in front of the API.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("https://{}", self.host)
    }
}
