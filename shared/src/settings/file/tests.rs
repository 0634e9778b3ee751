use super::*;

mod shipped;

/// The keys without a default, each in a line of its own.
const REQUIRED: &str = r#"application = { name = "Example", home_url = "https://app.example.com" }
instance = { host = "accounts.example.com" }
mail = { sender = "no-reply@example.com" }
"#;

/// The mistakes of the required keys together with these lines, which begin at line 4.
fn mistakes(lines: &str) -> Vec<String> {
    let refused = parse(&format!("{REQUIRED}{lines}"), None);
    refused.unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_one_mistake(lines: &str, expected: &str) {
    assert_eq!(mistakes(lines), [expected], "{lines}");
}

#[test]
fn an_overlay_replaces_single_values_and_whole_arrays() {
    let file = format!(
        "{REQUIRED}[access]\nallowed_origins = [\"https://a.example.com\", \"https://b.example.com\"]\n\
         [codes]\nmax_attempts = 3\nper_attempt = 4\n"
    );
    let overlay = "access.allowed_origins = [\"https://c.example.com\"]\ncodes.max_attempts = 2\n";
    let settings = parse(&file, Some(overlay)).unwrap();
    assert_eq!(
        settings.access.allowed_origins,
        [OriginPattern::parse("https://c.example.com").unwrap()]
    );
    assert_eq!((settings.codes.max_attempts, settings.codes.per_attempt), (2, 4));
}

#[test]
fn an_overlay_may_supply_a_required_key() {
    let settings =
        parse("mail.sender = \"a@example.com\"", Some(&REQUIRED.replace("mail", "#mail")));
    assert_eq!(settings.unwrap().mail.sender, "a@example.com");
}

#[test]
fn mistakes_of_both_texts_are_reported() {
    let file = format!("{REQUIRED}codes.max_attempts = 0\n");
    let overlay = "codes.max_attempts = 5\nlimit.messages = 1\n[password]\nmin_length = 100\n";
    assert_eq!(
        parse(&file, Some(overlay)).unwrap_err().to_string(),
        "line 4: codes.max_attempts: expected 1 to 10, found 0\n\
         overlay line 2: limit: unknown; did you mean limits? allowed: access, application, attempts, \
         attributes, codes, instance, limits, lockout, mail, password, sessions, sign_up, test_mode, username\n\
         overlay line 4: password.min_length: min_length (100) is above max_length (72)"
    );
}

#[test]
fn every_mistake_is_reported_in_the_order_of_lines() {
    let text = r#"
[application]
home_url = "app.example.com"

[instance]
host = "https://accounts.example.com"
[codes]
lifetime_minutes = 0
max_attempts = "five"
lifetime_minute = 5
[access]
allowed_origins = [
  "https://app.example.com",
  "https://*",
  7,
]
[attributes.email_address]
first_factors = ["email_link"]
"#;
    assert_eq!(
        parse(text, None).unwrap_err().to_string(),
        r#"line 2: application.name: missing, and there is no default
line 3: application.home_url: expected an absolute URL without query and fragment such as "https://app.example.com", found "app.example.com"
line 6: instance.host: expected a host name of two labels or more, in lower-case ASCII and without scheme and port, such as "accounts.example.com", found "https://accounts.example.com"
line 8: codes.lifetime_minutes: expected 1 to 60, found 0
line 9: codes.max_attempts: expected 1 to 10, found "five"
line 10: codes.lifetime_minute: unknown; did you mean lifetime_minutes? allowed: lifetime_minutes, max_attempts, per_attempt, resend_after_seconds
line 14: access.allowed_origins: "https://*": a star may stand as the first label of a host (`https://*.example.com`) or as the port (`http://localhost:*`)
line 15: access.allowed_origins: expected an origin such as "https://app.example.com", found 7
line 18: attributes.email_address.first_factors: expected "email_code", found "email_link"
line 18: mail.sender: missing, and there is no default"#
    );
}

#[test]
fn an_empty_file_misses_the_four_required_keys() {
    let refused = parse("", None).unwrap_err();
    let keys = refused.0.iter().map(|mistake| mistake.key.as_str()).collect::<Vec<_>>();
    assert_eq!(keys, ["application.home_url", "application.name", "instance.host", "mail.sender"]);
}

#[test]
fn what_is_no_toml_is_one_mistake_with_its_line() {
    let refused = parse("[mail]\nsender = no-reply@example.com\n", None).unwrap_err();
    assert_eq!(refused.0.len(), 1);
    assert!(refused.to_string().starts_with("line 2: not TOML: "), "{refused}");

    let refused = parse("[mail]\nsender = \"a\"\nsender = \"b\"\n", None).unwrap_err();
    assert!(refused.to_string().starts_with("line 3: not TOML: duplicate key"), "{refused}");

    let refused = parse(REQUIRED, Some("\n\n[mail")).unwrap_err();
    assert!(refused.to_string().starts_with("overlay line 3: not TOML: "), "{refused}");
}

#[test]
fn unknown_names_are_mistakes_wherever_they_stand() {
    assert_one_mistake(
        "name = 1",
        "line 4: name: unknown; allowed: access, application, attempts, attributes, codes, instance, limits, \
         lockout, mail, password, sessions, sign_up, test_mode, username",
    );
    assert_one_mistake(
        "[attributes.phone_number]\nenabled = true",
        "line 4: attributes.phone_number: unknown; \
         allowed: email_address, first_name, last_name, password, username",
    );
    assert_one_mistake(
        "[attributes.username]\nverify_at_sign_up = true",
        "line 5: attributes.username.verify_at_sign_up: unknown; allowed: enabled, required, used_for_sign_in",
    );
    assert_one_mistake(
        "\"codes.max_attempts\" = 5",
        "line 4: codes.max_attempts: unknown; allowed: access, application, attempts, attributes, codes, \
         instance, limits, lockout, mail, password, sessions, sign_up, test_mode, username",
    );
}

#[test]
fn a_value_in_place_of_a_section_is_a_mistake_and_so_is_the_reverse() {
    assert_one_mistake("codes = 5", "line 4: codes: expected a section: [codes], found 5");
    assert_one_mistake("[[codes]]", "line 4: codes: expected a section: [codes], found an array");
    assert_one_mistake(
        "[codes.max_attempts]",
        "line 4: codes.max_attempts: expected 1 to 10, found a section",
    );
}

#[test]
fn a_number_out_of_range_or_of_another_type_is_a_mistake() {
    for (value, shown) in [
        ("0", "0"),
        ("61", "61"),
        ("-1", "-1"),
        ("10.0", "10.0"),
        ("true", "true"),
        ("\"10\"", "\"10\""),
        ("99999999999999999999", "99999999999999999999"),
        ("2026-01-01", "a date or time"),
        ("[10]", "an array"),
    ] {
        assert_one_mistake(
            &format!("codes.lifetime_minutes = {value}"),
            &format!("line 4: codes.lifetime_minutes: expected 1 to 60, found {shown}"),
        );
    }
    for value in ["1", "60", "+5", "0x0a", "1_0"] {
        let text = format!("{REQUIRED}codes.lifetime_minutes = {value}");
        assert!(parse(&text, None).is_ok(), "{value}");
    }
}

#[test]
fn a_host_an_address_or_a_url_that_cannot_work_is_a_mistake() {
    for (key, values) in [
        (
            "host = \"accounts.example.com\"",
            &[
                "localhost",
                "127.0.0.1",
                "Accounts.example.com",
                "accounts.example.com:443",
                "a..b",
                "",
            ][..],
        ),
        (
            "sender = \"no-reply@example.com\"",
            &[
                "example.com",
                "a@",
                "@example.com",
                "a@b",
                "a b@example.com",
                "A <a@example.com>",
                "a@@b.com",
                "",
            ],
        ),
        (
            "home_url = \"https://app.example.com\"",
            &[
                "app.example.com",
                "https://app.example.com?a=b",
                "https://app.example.com#a",
                "ftp://a.com",
                "",
            ],
        ),
        ("name = \"Example\"", &["", " Example", "Two\\nlines", &"x".repeat(65)]),
    ] {
        for value in values {
            let name = key.split(" =").next().unwrap();
            let text = REQUIRED.replace(key, &format!("{name} = \"{value}\""));
            let refused = parse(&text, None).unwrap_err();
            assert_eq!(refused.0.len(), 1, "{value}: {refused}");
            assert!(refused.0[0].key.ends_with(name), "{refused}");
        }
    }
}

#[test]
fn a_slash_at_the_end_of_the_home_url_is_dropped() {
    let text = REQUIRED.replace("app.example.com\"", "app.example.com/\"");
    assert_eq!(parse(&text, None), parse(REQUIRED, None));
}
