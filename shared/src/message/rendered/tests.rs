use std::time::Duration;

use super::*;
use crate::flow::Identifier;
use crate::flow::context::tests::settings;
use crate::flow::verification::OneTimeCode;

fn code() -> CodeMessage {
    CodeMessage {
        to: to(),
        code: OneTimeCode::typed("042017").unwrap(),
        lifetime: Duration::from_mins(10),
        locale: Some("de-CH".to_owned()),
    }
}

fn to() -> Identifier {
    Identifier::EmailAddress("jane@example.com".to_owned())
}

fn notice() -> Message {
    Message::PasswordChanged { to: to(), locale: None }
}

/// Every message there is.
fn all() -> [Message; 3] {
    [Message::VerificationCode(code()), Message::ResetPasswordCode(code()), notice()]
}

fn hostile() -> Settings {
    let mut settings = settings();
    settings.application.name =
        "<b onclick='x'>A&B\"\r\nBcc: all@example.com\0\u{202e}</b>{{ 7 * 7 }}".to_owned();
    settings.application.sign_in_url = "https://app.example.com/?a=\"><script>".to_owned();
    settings.application.support_email = Some("<i>@example.com".to_owned());
    settings
}

fn shown(message: &Message, settings: &Settings) -> String {
    let Rendered { subject, text, .. } = render(message, settings).unwrap();
    format!("{subject}\n---\n{text}")
}

fn html(message: &Message, settings: &Settings) -> String {
    render(message, settings).unwrap().html
}

#[test]
fn a_verification_code_reads_well() {
    let message = Message::VerificationCode(code());
    insta::assert_snapshot!(shown(&message, &settings()), @r"
    042017 is your Example verification code
    ---
    042017 is your Example verification code.

    Enter it to continue. It works once, for 10 minutes.

    If you did not ask for this, ignore this mail: nobody can continue without the code.
    Nobody at Example will ever ask you for it.
    ");
    insta::assert_snapshot!("verification_code_html", html(&message, &settings()));
}

#[test]
fn a_reset_code_reads_well() {
    let message = Message::ResetPasswordCode(code());
    insta::assert_snapshot!(shown(&message, &settings()), @r"
    042017 is your Example password reset verification code
    ---
    042017 is your Example password reset verification code.

    Enter it to choose a new password. It works once, for 10 minutes.

    If you did not ask for this, ignore this mail: your password stays as it is.
    Nobody at Example will ever ask you for the code.
    ");
    insta::assert_snapshot!("reset_password_code_html", html(&message, &settings()));
}

#[test]
fn the_notice_of_a_changed_password_says_what_to_do() {
    let mut settings = settings();
    insta::assert_snapshot!(shown(&notice(), &settings), @r"
    Your Example password was changed
    ---
    The password of your Example account was just changed.

    If that was you, there is nothing to do.

    If it was not you, somebody else can read your mail or knows your password.
    Reset it at once: https://app.example.com/sign-in
    ");
    settings.application.support_email = Some("help@example.com".to_owned());
    insta::assert_snapshot!(shown(&notice(), &settings), @r"
    Your Example password was changed
    ---
    The password of your Example account was just changed.

    If that was you, there is nothing to do.

    If it was not you, somebody else can read your mail or knows your password.
    Reset it at once: https://app.example.com/sign-in
    And write to help@example.com.
    ");
    insta::assert_snapshot!("password_changed_html", html(&notice(), &settings));
}

#[test]
fn a_hostile_name_changes_no_header_and_no_markup() {
    let settings = hostile();
    for message in all() {
        let Rendered { subject, html, .. } = render(&message, &settings).unwrap();
        assert!(!subject.contains(char::is_control), "{subject:?}");
        assert!(!subject.contains('\u{202e}'), "{subject:?}");
        for markup in ["<b ", "</b>", "<script>", "<i>", "\u{202e}", "\0"] {
            assert!(!html.contains(markup), "{markup:?} in {html}");
        }
        assert!(html.contains("{{ 7 * 7 }}"), "a name is no template");
    }
    insta::assert_snapshot!(shown(&Message::VerificationCode(code()), &settings), @r#"
    042017 is your <b onclick='x'>A&B" Bcc: all@example.com </b>{{ 7 * 7 }} verification code
    ---
    042017 is your <b onclick='x'>A&B" Bcc: all@example.com </b>{{ 7 * 7 }} verification code.

    Enter it to continue. It works once, for 10 minutes.

    If you did not ask for this, ignore this mail: nobody can continue without the code.
    Nobody at <b onclick='x'>A&B" Bcc: all@example.com </b>{{ 7 * 7 }} will ever ask you for it.
    "#);
    insta::assert_snapshot!("hostile_password_changed_html", html(&notice(), &settings));
}

#[test]
fn mail_loads_nothing_from_elsewhere() {
    for message in all() {
        let html = html(&message, &settings());
        for tag in ["<img", "<link", "<script", "url(", "@import", "src="] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
    }
}

#[test]
fn a_lifetime_is_told_in_whole_minutes_that_the_code_has() {
    let text = |seconds| {
        let message = Message::VerificationCode(CodeMessage {
            lifetime: Duration::from_secs(seconds),
            ..code()
        });
        render(&message, &settings()).unwrap().text
    };
    assert!(text(60).contains("for 1 minute."));
    assert!(text(119).contains("for 1 minute."));
    assert!(text(120).contains("for 2 minutes."));
}

#[test]
fn a_code_is_never_printed() {
    for message in all() {
        let rendered = render(&message, &settings()).unwrap();
        assert!(!format!("{message:?} {rendered:?}").contains("042017"));
    }
}
