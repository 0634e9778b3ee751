use super::super::Origin;

#[test]
fn an_origin_header_is_read_into_one_spelling() {
    for (text, expected) in [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.COM", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:65535", "http://127.0.0.1:65535"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://a--b.example.com", "https://a--b.example.com"),
    ] {
        let origin = Origin::parse(text);
        assert_eq!(origin.map(|origin| origin.to_string()).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_plain_origin_is_refused_in_a_header() {
    for text in [
        "",
        "null",
        "example.com",
        "//example.com",
        "://example.com",
        "https:example.com",
        "https:/example.com",
        "https://",
        "https:///example.com",
        "https://example.com/",
        "https://example.com/path",
        "https://example.com?query",
        "https://example.com#fragment",
        "https://user@example.com",
        "https://user:password@example.com",
        "https://example.com:",
        "https://example.com:+443",
        "https://example.com:0443",
        "https://example.com:0",
        "https://example.com:65536",
        "https://example.com:*",
        "https://*.example.com",
        "https://example.com:80:80",
        "https://example.com, https://example.org",
        " https://example.com",
        "https://example.com ",
        "https://example.com\n",
        "https://exa\tmple.com",
        "https://exam\0ple.com",
        "https:\\\\example.com",
        "https://example.com\\",
        "ftp://example.com",
        "file://",
        "javascript://example.com",
        "chrome-extension://abcdefgh",
    ] {
        assert_eq!(Origin::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_host_that_a_browser_would_mend_is_refused() {
    let long_label = "a".repeat(64);
    let long_host = ["a".repeat(63).as_str(); 4].join(".");
    for host in [
        "example.com.",
        ".example.com",
        "example..com",
        "-example.com",
        "example-.com",
        "exam_ple.com",
        "ex%61mple.com",
        "bücher.example",
        "ＥＸＡＭＰＬＥ.com",
        "example。com",
        "exam\u{ad}ple.com",
        "exam\u{200b}ple.com",
        "xn--.example",
        "xn--example-.com",
        "xn--a.example",
        "0x7f.1",
        "0x7f000001",
        "0x",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "256.0.0.1",
        "1.2.3.4.5",
        "example.1",
        "[::1]",
        "::1",
        long_label.as_str(),
        long_host.as_str(),
    ] {
        assert_eq!(Origin::parse(&format!("https://{host}")), None, "{host:?}");
        assert_eq!(Origin::of_url(&format!("https://{host}/")), None, "{host:?}");
    }
}
