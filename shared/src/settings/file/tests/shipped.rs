use std::collections::BTreeSet;

use super::super::*;
use super::REQUIRED;

const SHIPPED: &str = include_str!("../../../../../postern.toml");
const LOCAL: &str = include_str!("../../../../../functions/local/local.toml");

#[test]
fn the_shipped_file_is_sound_and_states_the_defaults() {
    assert_eq!(parse(SHIPPED, None).unwrap(), parse(REQUIRED, None).unwrap());
}

#[test]
fn the_shipped_file_names_every_key() {
    let mut reader = Reader::new(REQUIRED, None).unwrap();
    settings(&mut reader);
    let mut section = String::new();
    let mut named = BTreeSet::new();
    for line in SHIPPED.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
            named.insert(format!("{section}.{key}"));
        }
    }
    for key in reader.keys() {
        assert!(named.contains(key), "{key}");
    }
}

#[test]
fn the_shipped_instance_is_what_an_owner_expects() {
    let settings = parse(SHIPPED, None).unwrap();
    assert_eq!(settings.instance.issuer(), "https://accounts.example.com");
    assert_eq!(settings.instance.cookie_domain, None);
    assert_eq!(settings.application.sign_in_url, "https://app.example.com/sign-in");
    assert_eq!(settings.application.sign_up_url, "https://app.example.com/sign-up");
    let on = |required| PlainAttribute { enabled: true, required };
    assert_eq!(
        settings.attributes,
        Attributes {
            email_address: EmailAddressAttribute {
                enabled: true,
                required: true,
                used_for_sign_in: true,
                verify_at_sign_up: true,
                verifications: vec![Strategy::EmailCode],
                first_factors: vec![Strategy::EmailCode],
            },
            username: UsernameAttribute { enabled: true, required: false, used_for_sign_in: true },
            first_name: on(false),
            last_name: on(false),
            password: on(false),
        }
    );
    assert!(settings.sessions.single);
    assert_eq!(settings.sessions.lifetime, 7 * DAY);
    assert_eq!(settings.codes.lifetime, 10 * MINUTE);
    assert_eq!(settings.codes.resend_after, 30 * SECOND);
    assert_eq!(settings.attempts.lifetime, DAY);
    assert_eq!(settings.lockout.duration, HOUR);
    assert!(!settings.test_mode);
}

#[test]
fn the_shipped_instance_lets_no_laptop_in() {
    let settings = parse(SHIPPED, None).unwrap();
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
        "https://example.com",
    ] {
        let origin = Origin::parse(origin).unwrap();
        assert!(!settings.allows_origin(&origin), "{origin}");
        assert!(!settings.allows_redirect(&origin), "{origin}");
    }
    assert!(settings.allows_origin(&Origin::parse("https://app.example.com").unwrap()));
}

#[test]
fn the_local_overlay_lets_only_this_machine_in() {
    let settings = parse(SHIPPED, Some(LOCAL)).unwrap();
    let local = ["http://localhost:*", "http://127.0.0.1:*"]
        .map(|pattern| OriginPattern::parse(pattern).unwrap());
    assert_eq!(settings.access.allowed_origins, local);
    assert_eq!(settings.access.redirect_origins, local);
    assert_eq!(settings.limits.messages_per_ip_hour, 250);
    assert!(settings.test_mode);
}

#[test]
fn the_local_overlay_fits_whatever_the_file_says() {
    let file = r#"
        [application]
        name = "Example"
        home_url = "https://app.example.com"
        sign_in_url = "https://login.example.com/in"
        sign_up_url = "https://login.example.com/up"
        [instance]
        host = "accounts.example.com"
        cookie_domain = "example.com"
        [access]
        trusted_proxy_hops = 2
        redirect_origins = ["https://www.example.com"]
        [mail]
        sender = "no-reply@example.com"
        [limits]
        messages_per_ip_hour = 7
    "#;
    assert_eq!(parse(file, None).unwrap().instance.cookie_domain.as_deref(), Some("example.com"));
    let local = parse(file, Some(LOCAL)).unwrap();
    let shipped = parse(SHIPPED, Some(LOCAL)).unwrap();
    assert_eq!(local, shipped);
}
