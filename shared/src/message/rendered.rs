//! Messages as people read them. The words stand in `templates/message/`, compiled in.

use std::fmt;

use askama::Template;

use super::MailError;
use super::header::one_line;
use crate::flow::Message;
use crate::flow::message::CodeMessage;
use crate::settings::{Application, Settings};

/// A message as people read it. Never printed, since it may hold a code.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// For mail programs without HTML.
    pub text: String,
    /// For all others.
    pub html: String,
}

/// Writes a message. Every text is in English so far, whatever the person's language.
///
/// # Errors
/// [`MailError::Compose`] if a template fails, which none can on its own.
pub fn render(message: &Message, settings: &Settings) -> Result<Rendered, MailError> {
    let application = one_line(&settings.application.name);
    Ok(match message {
        Message::VerificationCode(message) => {
            let code = Code::new(&application, message);
            // Test helpers of the field look for mail whose subject has these words and the code.
            Rendered {
                subject: format!("{} is your {application} verification code", code.digits),
                text: VerificationCodeText(&code).render()?,
                html: VerificationCodeHtml(&code).render()?,
            }
        }
        Message::ResetPasswordCode(message) => {
            let code = Code::new(&application, message);
            Rendered {
                subject: format!(
                    "{} is your {application} password reset verification code",
                    code.digits
                ),
                text: ResetPasswordCodeText(&code).render()?,
                html: ResetPasswordCodeHtml(&code).render()?,
            }
        }
        Message::PasswordChanged { to: _, locale: _ } => {
            let notice = Notice::new(&application, &settings.application);
            Rendered {
                subject: format!("Your {application} password was changed"),
                text: PasswordChangedText(&notice).render()?,
                html: PasswordChangedHtml(&notice).render()?,
            }
        }
    })
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rendered(…)")
    }
}

/// What the texts that carry a code speak of.
struct Code<'a> {
    application: &'a str,
    digits: &'a str,
    minutes: u64,
}

/// What the notices speak of.
struct Notice<'a> {
    application: &'a str,
    sign_in_url: &'a str,
    support_email: Option<&'a str>,
}

impl<'a> Code<'a> {
    fn new(application: &'a str, message: &'a CodeMessage) -> Self {
        Self {
            application,
            digits: message.code.reveal(),
            // Rounded down: a mail must not promise time that a code does not have.
            minutes: (message.lifetime.as_secs() / 60).max(1),
        }
    }
}

impl<'a> Notice<'a> {
    fn new(application: &'a str, settings: &'a Application) -> Self {
        Self {
            application,
            sign_in_url: &settings.sign_in_url,
            support_email: settings.support_email.as_deref(),
        }
    }
}

#[derive(Template)]
#[template(path = "message/verification_code.txt")]
struct VerificationCodeText<'a>(&'a Code<'a>);

#[derive(Template)]
#[template(path = "message/verification_code.html")]
struct VerificationCodeHtml<'a>(&'a Code<'a>);

#[derive(Template)]
#[template(path = "message/reset_password_code.txt")]
struct ResetPasswordCodeText<'a>(&'a Code<'a>);

#[derive(Template)]
#[template(path = "message/reset_password_code.html")]
struct ResetPasswordCodeHtml<'a>(&'a Code<'a>);

#[derive(Template)]
#[template(path = "message/password_changed.txt")]
struct PasswordChangedText<'a>(&'a Notice<'a>);

#[derive(Template)]
#[template(path = "message/password_changed.html")]
struct PasswordChangedHtml<'a>(&'a Notice<'a>);

#[cfg(test)]
mod tests;
