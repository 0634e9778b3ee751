use super::super::Origin;

#[test]
fn a_url_leads_to_the_origin_before_its_path() {
    for (url, expected) in [
        ("https://app.example.com", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com/a//b?c=https://d.example#e@f", "https://app.example.com"),
        ("https://app.example.com?next=//evil.example", "https://app.example.com"),
        ("https://app.example.com#@evil.example", "https://app.example.com"),
        ("https://app.example.com/@evil.example", "https://app.example.com"),
        ("http://localhost:3000/sign-in", "http://localhost:3000"),
        ("HTTPS://APP.example.com:443/", "https://app.example.com"),
        ("https://evil.example/https://app.example.com", "https://evil.example"),
        ("https://evil.example?https://app.example.com", "https://evil.example"),
        ("https://app.example.com.evil.example/", "https://app.example.com.evil.example"),
    ] {
        let origin = Origin::of_url(url);
        assert_eq!(origin.map(|origin| origin.to_string()).as_deref(), Some(expected), "{url}");
    }
}

#[test]
fn a_url_that_a_browser_might_read_otherwise_leads_nowhere() {
    for url in [
        "",
        "/",
        "/path",
        "//app.example.com",
        "///app.example.com",
        "\\\\app.example.com",
        "/\\app.example.com",
        "app.example.com",
        "https:app.example.com",
        "https:/app.example.com",
        "https:///app.example.com",
        "https:////app.example.com",
        "https:\\\\app.example.com",
        "https:\\/app.example.com",
        "https:/\\app.example.com",
        "https://\\app.example.com",
        "https://app.example.com\\.evil.example",
        "https://app.example.com\\@evil.example",
        "https://evil.example\\@app.example.com",
        "https://app.example.com/\\evil.example",
        "https://app.example.com@evil.example",
        "https://evil.example@app.example.com",
        "https://app.example.com:443@evil.example",
        "https://app.example.com:pw@evil.example",
        "https://app.example.com%2f@evil.example",
        "https://app.example.com%00.evil.example",
        "https://app.example.com%2eevil.example",
        "https://app.example.com;.evil.example",
        "https://app.example.com,evil.example",
        "https://app.example.com&.evil.example",
        "https://app.example.com\t.evil.example",
        "https://app.example.com/\n",
        "https://app.example.com/\r\nSet-Cookie:a=b",
        "https://app.example.com/ x",
        "https://app.example.com/ü",
        "https://app.example.com／.evil.example",
        "https://app.example.com？.evil.example",
        "https://app.example.com\u{2044}.evil.example",
        " https://app.example.com",
        "\thttps://app.example.com",
        "\u{feff}https://app.example.com",
        "ht\ttps://app.example.com",
        "https\n://app.example.com",
        "https://?app.example.com",
        "https://#app.example.com",
        "javascript:alert(1)",
        "javascript://app.example.com/%0aalert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,https://app.example.com",
        "blob:https://app.example.com/1",
        "view-source:https://app.example.com",
        "ws://app.example.com",
        "null",
    ] {
        assert_eq!(Origin::of_url(url), None, "{url:?}");
    }
}
