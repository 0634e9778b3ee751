use super::*;
use crate::flow::ids::UserId;
use crate::flow::{Identifier, Timestamp};

fn user(first_name: Option<&str>, last_name: Option<&str>) -> User {
    User {
        id: UserId::parse("user_2abcXYZ").unwrap(),
        email_addresses: Vec::new(),
        primary_email_address: None,
        username: Some(Identifier::Username("jane_d".to_owned())),
        first_name: first_name.map(str::to_owned),
        last_name: last_name.map(str::to_owned),
        password: None,
        password_version: 0,
        unsafe_metadata: crate::flow::metadata::Metadata::default(),
        sessions: Vec::new(),
        last_sign_in_at: None,
        legal_accepted_at: None,
        locale: None,
        timezone: None,
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

/// Seed and initials as they come back from the URL.
fn through_url(user: &User) -> (String, String) {
    let url = image_url("https://accounts.example.com/", user);
    let segment = url.strip_prefix("https://accounts.example.com/v1/avatars/").unwrap();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    assert!(segment.bytes().all(plain), "{segment}");
    parse(segment).unwrap()
}

#[test]
fn the_url_carries_the_initials() {
    let cases = [
        (Some("jane"), Some("doe"), "JD"),
        (Some("Jane"), None, "J"),
        (None, Some("O'Neill"), "O"),
        (None, None, "J"),
        (Some(" \u{1f980} crab"), Some("\u{202e}<x>"), "CX"),
        (Some("\u{1f980}"), Some("!"), "J"),
        (Some("e\u{301}lan"), Some("\u{df}"), "\u{c9}\u{df}"),
        (Some("q\u{307}\u{323}"), Some("7up"), "Q\u{323}\u{307}7"),
        (Some("\u{915}\u{93f}\u{930}\u{923}"), None, "\u{915}\u{93f}"),
        (Some("\u{5d3}\u{5d5}\u{5d3}"), Some("\u{5db}"), "\u{5d3}\u{5db}"),
        (Some("\u{5b57}\u{5b57}"), None, "\u{5b57}"),
    ];
    for (first, last, expected) in cases {
        let (seed, initials) = through_url(&user(first, last));
        assert_eq!(seed, "user_2abcXYZ");
        assert_eq!(initials, expected, "{first:?} {last:?}");
    }
}

#[test]
fn a_pile_of_marks_is_cut() {
    let zalgo = format!("z{}", "\u{323}".repeat(500));
    let (_, initials) = through_url(&user(Some(&zalgo), Some(&zalgo)));
    assert_eq!(initials.chars().count(), INITIALS * (1 + MARKS));
}

#[test]
fn who_is_called_nothing_gets_head_and_shoulders() {
    let nobody = User { username: None, ..user(None, None) };
    let (seed, initials) = through_url(&nobody);
    assert_eq!(initials, "");
    insta::assert_snapshot!(svg(&seed, &initials));
}

#[test]
fn the_picture_shows_the_initials() {
    insta::assert_snapshot!(svg("user_2abcXYZ", "JD"));
}

#[test]
fn no_picture_has_such_a_segment() {
    let segment = |seed: &str, initials: &str| {
        format!("{seed}.{}", BASE64URL_NOPAD.encode(initials.as_bytes()))
    };
    assert!(parse(&segment("user_a", "JD")).is_some());
    for text in [
        String::new(),
        ".".to_owned(),
        "user_a".to_owned(),
        "user_a.SkQ=".to_owned(),
        "user_a.Sk Q".to_owned(),
        "user_a._w".to_owned(),
        segment("", "JD"),
        segment("../a", "JD"),
        segment("user_a", "JDX"),
        segment("user_a", "<a"),
        segment("user_a", "\u{202e}J"),
        segment("user_a", "\n"),
        segment("user_a", &format!("J{}", "\u{323}".repeat(8))),
        segment(&"a".repeat(200), "JD"),
    ] {
        assert_eq!(parse(&text), None, "{text}");
    }
}

#[test]
fn markup_is_not_drawn() {
    let drawn = svg("\"/><script>", "<script>\"&'");
    assert_eq!(drawn, svg("\"/><script>", "script"));
    assert!(!drawn.contains("<script"));
}

#[test]
fn users_have_colours_of_their_own() {
    let seeds: Vec<_> = (0..200).map(|n| format!("user_{n}")).collect();
    for pair in COLOURS {
        assert!(seeds.iter().any(|seed| colours(seed) == pair), "{pair:?}");
    }
    assert_eq!(colours("user_a"), colours("user_a"));
}

#[test]
fn white_is_readable_on_every_colour() {
    for (from, to) in COLOURS.into_iter().chain([FALLBACK]) {
        for colour in [from, to] {
            let contrast = 1.05 / (luminance(colour) + 0.05);
            assert!(contrast >= 4.5, "{colour}: {contrast}");
        }
    }
}

/// WCAG 2.2: relative luminance.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
