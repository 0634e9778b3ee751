//! What is said to people, by mail through SES.
//!
//! What lives here: the texts (`templates/message/`) and the one call that sends them. `flow` decides what
//! is said to whom; when, and how often, is the shell's business.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::Builder;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BoxError, BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message as Simple};
use thiserror::Error;

use crate::flow::{Identifier, Message};
use crate::settings::Settings;

pub use rendered::{Rendered, render};

mod header;
mod rendered;

/// Sends mail.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
}

/// Why a mail was not sent. What the mail service said stands in the source alone, which is for logs.
#[derive(Debug, Error)]
pub enum MailError {
    /// The recipient is none that mail can go to.
    #[error("the recipient is no address that mail goes to")]
    NoAddress,
    /// The message could not be put together.
    #[error("the mail could not be composed")]
    Compose(#[source] BoxError),
    /// The service will never send this, or nothing in this state: the sender is not verified, the account
    /// may not send, the address is suppressed.
    #[error("the mail service refused the mail")]
    Refused(#[source] Box<SdkError<SendEmailError>>),
    /// The service takes no more for now.
    #[error("the mail service takes no more for now")]
    Throttled(#[source] Box<SdkError<SendEmailError>>),
    /// The service is not reached, fails or is too slow; the mail may have gone out.
    #[error("the mail service did not answer as it should")]
    Unavailable(#[source] Box<SdkError<SendEmailError>>),
}

impl Mailer {
    /// A mailer that reaches SES as this configuration says, except that it never sends twice.
    ///
    /// `SendEmail` knows no idempotency key: a repeated call is a second mail. A person who waits repeats
    /// the request, which makes a new code; hence the short time limit as well.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_timeout(SEND_TIMEOUT)
            .build();
        let config = Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .build();
        Self { client: Client::from_conf(config) }
    }

    /// Sends a message, once at most.
    ///
    /// # Errors
    /// [`MailError::NoAddress`], [`MailError::Compose`], [`MailError::Refused`], [`MailError::Throttled`] or
    /// [`MailError::Unavailable`]; the mail may have gone out in the last case alone.
    pub async fn send(&self, message: &Message, settings: &Settings) -> Result<(), MailError> {
        let recipient = recipient(message.to())?;
        let content = content(render(message, settings)?)?;
        let send = self
            .client
            .send_email()
            .from_email_address(header::mailbox(&settings.application.name, &settings.mail.sender))
            .destination(Destination::builder().to_addresses(recipient).build())
            .content(content)
            .send();
        let answer = Box::pin(send).await.map_err(MailError::of)?;
        tracing::info!(to = message.to().masked(), message_id = answer.message_id(), "sent mail");
        Ok(())
    }
}

impl MailError {
    fn of(error: SdkError<SendEmailError>) -> Self {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let throttled = error.code().is_some_and(|code| THROTTLING.contains(&code));
        let error = Box::new(error);
        match status {
            Some(429) => Self::Throttled(error),
            Some(_) if throttled => Self::Throttled(error),
            Some(400..=499) => Self::Refused(error),
            Some(_) | None => Self::Unavailable(error),
        }
    }
}

impl From<askama::Error> for MailError {
    fn from(error: askama::Error) -> Self {
        Self::Compose(error.into())
    }
}

impl From<BuildError> for MailError {
    fn from(error: BuildError) -> Self {
        Self::Compose(error.into())
    }
}

/// The address as it stands in the header; what could mean anything but one address is refused.
fn recipient(to: &Identifier) -> Result<&str, MailError> {
    match to {
        Identifier::EmailAddress(address) if header::is_address(address) => Ok(address),
        Identifier::EmailAddress(_) | Identifier::Username(_) => Err(MailError::NoAddress),
    }
}

fn content(rendered: Rendered) -> Result<EmailContent, BuildError> {
    let body = Body::builder().text(part(rendered.text)?).html(part(rendered.html)?).build();
    let simple = Simple::builder().subject(part(rendered.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(simple).build())
}

fn part(data: String) -> Result<Content, BuildError> {
    Content::builder().data(data).charset("UTF-8").build()
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Shorter than a person's patience and than any function's own time limit.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// Codes by which SES asks to slow down with a status other than 429.
const THROTTLING: [&str; 3] = ["LimitExceededException", "Throttling", "ThrottlingException"];

#[cfg(test)]
mod tests;
