//! Reads `postern.toml`: which keys there are, what each may hold, and what it is when left out.
//!
//! All mistakes are reported at once, each with its line: whoever edits the file mends it in one round.
//! `reader` walks the text, `kind` says what a value may be, `rules` compares values with each other.
//! No other room knows TOML.

use std::time::Duration;

use super::{
    Access, Application, Attempts, Attributes, Codes, EmailAddressAttribute, Instance, Limits,
    Lockout, Mail, Origin, OriginPattern, PasswordRules, PlainAttribute, Sessions, Settings,
    SignUpRules, Strategy, UsernameAttribute, UsernameRules,
};
pub use mistake::{Layer, Mistake, Mistakes};
use reader::Reader;

mod kind;
mod mistake;
mod reader;
mod rules;

/// Reads the settings from a file's text and, over it, an overlay's.
pub(super) fn parse(text: &str, overlay: Option<&str>) -> Result<Settings, Mistakes> {
    let mut reader = Reader::new(text, overlay)?;
    let settings = settings(&mut reader);
    rules::check(&settings, &mut reader);
    reader.finish().map(|()| settings)
}

fn settings(r: &mut Reader<'_>) -> Settings {
    let application = application(r);
    Settings {
        instance: instance(r),
        access: access(r, &application),
        application,
        mail: Mail { sender: r.require("mail.sender", kind::email_address()) },
        attributes: Attributes {
            email_address: email_address(r),
            username: username(r),
            first_name: plain(r, "attributes.first_name.enabled", "attributes.first_name.required"),
            last_name: plain(r, "attributes.last_name.enabled", "attributes.last_name.required"),
            password: plain(r, "attributes.password.enabled", "attributes.password.required"),
        },
        password: PasswordRules {
            min_length: r.read("password.min_length", kind::number(8..=128), 8),
            // NIST SP 800-63B-4 3.1.1.2: at least 64 characters are to be let through.
            max_length: r.read("password.max_length", kind::number(64..=128), 72),
            refuse_common: r.read("password.refuse_common", kind::flag(), true),
        },
        username: UsernameRules {
            min_length: r.read("username.min_length", kind::number(4..=64), 4),
            max_length: r.read("username.max_length", kind::number(4..=64), 64),
        },
        sessions: sessions(r),
        codes: codes(r),
        attempts: Attempts {
            lifetime: r.read("attempts.lifetime_hours", kind::time(HOUR, 1..=168), 24 * HOUR),
        },
        lockout: Lockout {
            // NIST SP 800-63B-4 3.2.2: no more than 100 failures in a row.
            max_attempts: r.read("lockout.max_attempts", kind::number(1..=100), 10),
            duration: r.read("lockout.duration_minutes", kind::time(MINUTE, 1..=1440), HOUR),
        },
        limits: limits(r),
        sign_up: SignUpRules {
            legal_consent: r.read("sign_up.legal_consent", kind::flag(), false),
            block_email_subaddresses: r.read(
                "sign_up.block_email_subaddresses",
                kind::flag(),
                false,
            ),
        },
        test_mode: r.read("test_mode.enabled", kind::flag(), false),
    }
}

fn application(r: &mut Reader<'_>) -> Application {
    let name = r.require("application.name", kind::text(1..=64));
    let home_url = r.require("application.home_url", kind::base_url());
    Application {
        sign_in_url: r.read("application.sign_in_url", kind::url(), format!("{home_url}/sign-in")),
        sign_up_url: r.read("application.sign_up_url", kind::url(), format!("{home_url}/sign-up")),
        support_email: r.read(
            "application.support_email",
            kind::optional(kind::email_address()),
            None,
        ),
        name,
        home_url,
    }
}

fn instance(r: &mut Reader<'_>) -> Instance {
    Instance {
        host: r.require("instance.host", kind::domain()),
        cookie_domain: r.read("instance.cookie_domain", kind::optional(kind::domain()), None),
    }
}

fn access(r: &mut Reader<'_>, application: &Application) -> Access {
    let home = Origin::of_url(&application.home_url).map(OriginPattern::from);
    Access {
        allowed_origins: r.read(
            "access.allowed_origins",
            kind::list(kind::origin_pattern()),
            home.into_iter().collect(),
        ),
        redirect_origins: r.read(
            "access.redirect_origins",
            kind::list(kind::origin_pattern()),
            Vec::new(),
        ),
        trusted_proxy_hops: r.read("access.trusted_proxy_hops", kind::number(0..=5), 0),
    }
}

fn email_address(r: &mut Reader<'_>) -> EmailAddressAttribute {
    let enabled = r.read("attributes.email_address.enabled", kind::flag(), true);
    let strategies = || kind::list(kind::strategy(Strategy::OF_EMAIL_ADDRESSES));
    let by_default = || if enabled { vec![Strategy::EmailCode] } else { Vec::new() };
    EmailAddressAttribute {
        enabled,
        required: r.read("attributes.email_address.required", kind::flag(), enabled),
        used_for_sign_in: r.read(
            "attributes.email_address.used_for_sign_in",
            kind::flag(),
            enabled,
        ),
        verify_at_sign_up: r.read(
            "attributes.email_address.verify_at_sign_up",
            kind::flag(),
            enabled,
        ),
        verifications: r.read("attributes.email_address.verifications", strategies(), by_default()),
        first_factors: r.read("attributes.email_address.first_factors", strategies(), by_default()),
    }
}

fn username(r: &mut Reader<'_>) -> UsernameAttribute {
    let enabled = r.read("attributes.username.enabled", kind::flag(), true);
    UsernameAttribute {
        enabled,
        required: r.read("attributes.username.required", kind::flag(), false),
        used_for_sign_in: r.read("attributes.username.used_for_sign_in", kind::flag(), enabled),
    }
}

fn plain(r: &mut Reader<'_>, enabled: &'static str, required: &'static str) -> PlainAttribute {
    PlainAttribute {
        enabled: r.read(enabled, kind::flag(), true),
        required: r.read(required, kind::flag(), false),
    }
}

fn sessions(r: &mut Reader<'_>) -> Sessions {
    Sessions {
        single: r.read("sessions.single", kind::flag(), true),
        // Browsers keep no cookie for longer than 400 days.
        lifetime: r.read("sessions.lifetime_days", kind::time(DAY, 1..=365), 7 * DAY),
        inactivity: r.read("sessions.inactivity_days", kind::time(DAY, 1..=365), 7 * DAY),
        // Both are kept inside one item of the table each, which has to stay small.
        per_client: r.read("sessions.per_client", kind::number(1..=25), 10),
        per_user: r.read("sessions.per_user", kind::number(1..=100), 25),
    }
}

fn codes(r: &mut Reader<'_>) -> Codes {
    Codes {
        lifetime: r.read("codes.lifetime_minutes", kind::time(MINUTE, 1..=60), 10 * MINUTE),
        max_attempts: r.read("codes.max_attempts", kind::number(1..=10), 5),
        resend_after: r.read(
            "codes.resend_after_seconds",
            kind::time(SECOND, 1..=600),
            30 * SECOND,
        ),
        per_attempt: r.read("codes.per_attempt", kind::number(1..=50), 10),
    }
}

fn limits(r: &mut Reader<'_>) -> Limits {
    let mut limit = |key, default| r.read(key, kind::number(1..=1_000_000), default);
    Limits {
        messages_per_address_hour: limit("limits.messages_per_address_hour", 5),
        messages_per_address_day: limit("limits.messages_per_address_day", 20),
        messages_per_ip_hour: limit("limits.messages_per_ip_hour", 100),
        wrong_codes_per_address_day: limit("limits.wrong_codes_per_address_day", 20),
        wrong_guesses_per_ip_hour: limit("limits.wrong_guesses_per_ip_hour", 100),
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests;
