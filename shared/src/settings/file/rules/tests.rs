use super::super::parse;

/// A sound file, followed by these lines, which begin at line 4.
fn refusal(lines: &str) -> String {
    let text = format!(
        "application = {{ name = \"Example\", home_url = \"https://app.example.com\" }}\n\
         instance.host = \"accounts.example.com\"\n\
         mail.sender = \"no-reply@example.com\"\n{lines}\n"
    );
    parse(&text, None).err().map(|mistakes| mistakes.to_string()).unwrap_or_default()
}

#[track_caller]
fn assert_refused(lines: &str, expected: &str) {
    let refusal = refusal(lines);
    assert!(refusal.starts_with(expected), "{lines}: {refusal}");
    assert_eq!(refusal.lines().count(), 1, "{refusal}");
}

#[track_caller]
fn assert_accepted(lines: &str) {
    assert_eq!(refusal(lines), "", "{lines}");
}

#[test]
fn a_cookie_domain_lies_at_or_above_the_host() {
    assert_accepted("instance.cookie_domain = \"example.com\"");
    assert_accepted("instance.cookie_domain = \"accounts.example.com\"");
    assert_accepted("instance.cookie_domain = \"\"");
    for domain in ["example.org", "ccounts.example.com", "app.example.com"] {
        assert_refused(
            &format!("instance.cookie_domain = \"{domain}\""),
            "line 4: instance.cookie_domain: cookie_domain has to be host",
        );
    }
    assert_refused("instance.cookie_domain = \"com\"", "line 4: instance.cookie_domain: expected");
}

#[test]
fn what_is_not_enabled_cannot_be_asked_for() {
    for attribute in ["username", "first_name", "last_name", "password"] {
        assert_refused(
            &format!("[attributes.{attribute}]\nenabled = false\nrequired = true"),
            &format!(
                "line 6: attributes.{attribute}.required: required asks for what enabled = false"
            ),
        );
        assert_accepted(&format!("[attributes.{attribute}]\nenabled = false"));
    }
    assert_refused(
        "[attributes.username]\nenabled = false\nused_for_sign_in = true",
        "line 6: attributes.username.used_for_sign_in: used_for_sign_in asks",
    );
    for key in
        ["used_for_sign_in = true", "verify_at_sign_up = true", "first_factors = [\"email_code\"]"]
    {
        assert_refused(
            &format!(
                "[attributes]\npassword.required = true\n\
                 email_address.enabled = false\nemail_address.{key}"
            ),
            "line 7: attributes.email_address.",
        );
    }
}

#[test]
fn an_address_to_be_proved_needs_a_way_to_prove_it() {
    let message =
        "line 5: attributes.email_address.verifications: an address that is required or verified";
    let with = |rest: &str| format!("[attributes.email_address]\nverifications = []\n{rest}");
    assert_refused(&with(""), message);
    let password = "[attributes.password]\nrequired = true";
    assert_refused(&with(&format!("verify_at_sign_up = false\n{password}")), message);
    assert_accepted(&with(
        "required = false\nverify_at_sign_up = false\n[attributes.password]\nrequired = true",
    ));
}

#[test]
fn something_can_be_typed_to_sign_in() {
    assert_refused(
        "[attributes]\nusername.used_for_sign_in = false\nemail_address.used_for_sign_in = false",
        "line 6: attributes.email_address.used_for_sign_in: nothing can be typed to sign in",
    );
    assert_accepted("[attributes]\nusername.used_for_sign_in = false");
    assert_accepted("[attributes]\nemail_address.used_for_sign_in = false");
}

#[test]
fn who_signed_up_can_sign_in_again() {
    let message = "line 5: attributes.email_address.first_factors: somebody could sign up";
    let with = |rest| format!("[attributes]\nemail_address.first_factors = []\n{rest}");
    assert_refused(&with(""), message);
    assert_refused(&with("password.enabled = false"), message);
    assert_accepted(&with("password.required = true"));
    assert_accepted("attributes.password.enabled = false");
    assert_refused(
        "attributes.email_address.enabled = false",
        "line 4: attributes.email_address.enabled: somebody could sign up",
    );
}

#[test]
fn a_value_that_its_neighbour_hides_is_a_mistake() {
    for (lines, expected) in [
        (
            "password = { min_length = 80 }",
            "password.min_length: min_length (80) is above max_length (72)",
        ),
        (
            "username = { min_length = 9, max_length = 8 }",
            "username.min_length: min_length (9) is above max_length (8)",
        ),
        ("sessions.lifetime_days = 2", "sessions.lifetime_days: inactivity_days is above"),
        (
            "codes = { lifetime_minutes = 1, resend_after_seconds = 61 }",
            "codes.resend_after_seconds: resend_after_seconds is longer",
        ),
        (
            "limits.messages_per_address_day = 4",
            "limits.messages_per_address_day: messages_per_address_hour is above",
        ),
    ] {
        assert_refused(lines, &format!("line 4: {expected}"));
    }
}

#[test]
fn a_value_that_is_wrong_by_itself_is_reported_once() {
    assert_refused(
        "password = { min_length = 800 }",
        "line 4: password.min_length: expected 8 to 128",
    );
}

#[test]
fn a_misfit_stands_in_the_topmost_text_that_takes_part() {
    let file = "application = { name = \"Example\", home_url = \"https://app.example.com\" }\n\
                instance.host = \"accounts.example.com\"\n\
                mail.sender = \"no-reply@example.com\"\n\
                password.min_length = 80\n";
    let refusal = parse(file, Some("\npassword.max_length = 70")).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "overlay line 2: password.max_length: min_length (80) is above max_length (70)"
    );
}
