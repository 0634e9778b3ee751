use proptest::prelude::*;

use super::super::{Origin, OriginPattern};

/// Text made of the pieces that an open redirect is made of.
fn crafted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "http",
            "https",
            "HTTPS",
            "javascript",
            ":",
            "/",
            "//",
            "://",
            "\\",
            "@",
            "?",
            "#",
            ".",
            "*",
            "%",
            "%2f",
            "[",
            "]",
            ":443",
            ":80",
            ":0",
            "app",
            "example",
            "com",
            "app.example.com",
            "evil.example",
            "localhost",
            "0x7f",
            "127.0.0.1",
            "xn--",
            "\t",
            "\n",
            "\0",
            " ",
            "。",
            "／",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn only_the_origin_itself_matches_a_fixed_pattern(text in prop_oneof![crafted(), any::<String>()]) {
        let pattern = OriginPattern::parse("https://app.example.com").unwrap();
        if Origin::parse(&text).is_some_and(|origin| pattern.matches(&origin)) {
            let text = text.to_ascii_lowercase();
            let text = text.strip_suffix(":443").unwrap_or(&text);
            prop_assert_eq!(text, "https://app.example.com");
        }
    }

    #[test]
    fn only_a_url_of_the_origin_matches_a_fixed_pattern(
        start in prop_oneof![Just(""), Just("https://"), Just("https://app.example.com")],
        rest in crafted(),
    ) {
        let url = format!("{start}{rest}");
        let pattern = OriginPattern::parse("https://app.example.com").unwrap();
        if Origin::of_url(&url).is_some_and(|origin| pattern.matches(&origin)) {
            let url = url.to_ascii_lowercase();
            let after = url.strip_prefix("https://app.example.com").unwrap();
            let after = after.strip_prefix(":443").unwrap_or(after);
            prop_assert!(after.is_empty() || after.starts_with(['/', '?', '#']), "{}", url);
        }
    }

    #[test]
    fn a_pattern_that_is_read_reads_the_same_again(text in crafted()) {
        if let Ok(pattern) = OriginPattern::parse(&text) {
            prop_assert_eq!(OriginPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn an_origin_that_is_read_reads_the_same_again(text in crafted()) {
        if let Some(origin) = Origin::parse(&text) {
            prop_assert_eq!(Origin::parse(&origin.to_string()), Some(origin.clone()));
            prop_assert_eq!(Origin::of_url(&origin.to_string()), Some(origin.clone()));
            prop_assert!(OriginPattern::from(origin.clone()).matches(&origin));
        }
    }
}
