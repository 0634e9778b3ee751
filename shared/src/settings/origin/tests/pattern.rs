use super::super::{Origin, OriginPattern};

#[test]
fn a_pattern_matches_what_it_says_and_no_more() {
    for (pattern, allowed, refused) in [
        (
            "https://app.example.com",
            &["https://app.example.com", "https://app.example.com:443"][..],
            &[
                "http://app.example.com",
                "https://app.example.com:8443",
                "https://example.com",
                "https://www.app.example.com",
                "https://app.example.com.evil.example",
                "https://evilapp.example.com",
            ][..],
        ),
        (
            "https://*.preview.example.com",
            &["https://a.preview.example.com", "https://a.b.preview.example.com"],
            &[
                "https://preview.example.com",
                "https://evilpreview.example.com",
                "https://a.preview.example.com:8443",
                "http://a.preview.example.com",
                "https://a.preview.example.com.evil.example",
                "https://a-preview.example.com",
            ],
        ),
        (
            "http://localhost:*",
            &["http://localhost", "http://localhost:80", "http://localhost:3000"],
            &["https://localhost:3000", "http://a.localhost:3000", "http://localhost.evil.example"],
        ),
        (
            "http://*.example.test:*",
            &["http://a.example.test", "http://a.b.example.test:3000"],
            &["http://example.test:3000", "https://a.example.test"],
        ),
        (
            "https://*.example.com:8443",
            &["https://a.example.com:8443"],
            &["https://a.example.com", "https://example.com:8443"],
        ),
    ] {
        let pattern = OriginPattern::parse(pattern).unwrap();
        for text in allowed {
            assert!(pattern.matches(&Origin::parse(text).unwrap()), "{pattern} allows {text}");
        }
        for text in refused {
            assert!(!pattern.matches(&Origin::parse(text).unwrap()), "{pattern} refuses {text}");
        }
    }
}

#[test]
fn a_pattern_is_shown_as_it_was_written() {
    for text in [
        "https://app.example.com",
        "https://app.example.com:8443",
        "https://*.preview.example.com",
        "http://*.example.test:*",
        "http://127.0.0.1:*",
    ] {
        assert_eq!(OriginPattern::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(
        OriginPattern::parse("HTTPS://App.example.com:443").unwrap().to_string(),
        "https://app.example.com"
    );
}

#[test]
fn a_pattern_that_is_too_wide_or_unclear_is_refused_with_its_reason() {
    for (text, reason) in [
        ("*", "begins with"),
        ("*://app.example.com", "begins with"),
        ("app.example.com", "begins with"),
        ("ftp://app.example.com", "begins with"),
        ("null", "begins with"),
        ("https://*", "a star may"),
        ("https://*:*", "a star may"),
        ("https://app.*", "a star may"),
        ("https://app.*.com", "a star may"),
        ("https://app*.example.com", "a star may"),
        ("https://*app.example.com", "a star may"),
        ("https://*.*.example.com", "a star may"),
        ("https://app.example.com:30*", "a star may"),
        ("https://app.example.com:*/*", "a star may"),
        ("https://*.com", "at least two labels"),
        ("http://*.localhost:*", "at least two labels"),
        ("http://*.127.0.0.1", "at least two labels"),
        ("https://app.example.com/", "nothing after them"),
        ("https://app.example.com/path", "nothing after them"),
        ("https://user@app.example.com", "nothing after them"),
        ("https://app.example.com:80:*", "nothing after them"),
        ("https://app.example.com:", "nothing after them"),
        ("https://bücher.example", "ASCII"),
        ("https://*.", "nothing after them"),
        ("https://", "nothing after them"),
        ("https://:*", "nothing after them"),
        (" https://app.example.com", "begins with"),
    ] {
        let refusal = OriginPattern::parse(text).unwrap_err();
        assert!(refusal.contains(reason), "{text}: {refusal}");
    }
}
