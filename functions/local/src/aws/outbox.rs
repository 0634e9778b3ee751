//! The messages that were sent, newest first; the oldest are forgotten.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use serde::Serialize;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Through SES.
    Email,
    /// Through SNS.
    Sms,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The id that the sender got.
    pub id: String,
    /// How it went.
    pub channel: Channel,
    /// The address or number.
    pub to: String,
    /// The subject; text messages have none.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// The six-digit code in the text.
    pub code: Option<String>,
    /// The verification link in the text.
    pub link: Option<String>,
    /// When it was sent, in milliseconds since 1970.
    pub sent_at: u64,
}

/// The messages of this process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Outbox(Arc<Mutex<VecDeque<Arc<Message>>>>);

impl Outbox {
    /// Every message that is kept, newest first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Message>> {
        self.lock().iter().cloned().collect()
    }

    /// The messages to one address, newest first; upper and lower case are one address.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Arc<Message>> {
        let kept = self.lock();
        kept.iter().filter(|message| message.to.eq_ignore_ascii_case(address)).cloned().collect()
    }

    /// The message with that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Message>> {
        self.lock().iter().find(|message| message.id == id).cloned()
    }

    /// Keeps a message and returns its id.
    pub(super) fn record(&self, draft: Draft) -> String {
        let id = fresh_id();
        let message = Message {
            id: id.clone(),
            channel: draft.channel,
            to: draft.to,
            subject: draft.subject,
            code: code(&draft.text),
            link: link(&draft.text),
            text: draft.text,
            html: draft.html,
            sent_at: now(),
        };
        let mut kept = self.lock();
        kept.push_front(Arc::new(message));
        kept.truncate(CAPACITY);
        id
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Message>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sender says of a message.
pub(super) struct Draft {
    pub(super) channel: Channel,
    pub(super) to: String,
    pub(super) subject: Option<String>,
    pub(super) text: String,
    pub(super) html: Option<String>,
}

/// A code stands alone as a word, which digits in an address or a token do not.
fn code(text: &str) -> Option<String> {
    let words = text.split_whitespace();
    words
        .map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()))
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
}

fn link(text: &str) -> Option<String> {
    let words = text.split_whitespace();
    words.map(|word| word.trim_matches(['<', '>', '(', ')', '"', '.', ','])).find_map(|word| {
        let web = word.starts_with("https://") || word.starts_with("http://");
        let path = word.split(['?', '#']).next()?;
        (web && path.ends_with("/v1/verify")).then(|| word.to_owned())
    })
}

/// Random rather than counted: a page left open must not take a new process's message for an old one.
fn fresh_id() -> String {
    let mut bytes = [0; 12];
    // Without random numbers the services do not open at all, so a failure here is as good as none.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    format!("msg_{}", HEXLOWER.encode(&bytes))
}

#[expect(clippy::disallowed_methods, reason = "the mail service's clock, not the application's")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

const CAPACITY: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(to: &str, text: &str) -> Draft {
        let (to, text) = (to.to_owned(), text.to_owned());
        Draft { channel: Channel::Email, to, subject: None, text, html: None }
    }

    #[test]
    fn the_code_is_the_word_of_six_digits() {
        let text =
            "Hello 123456@example.com, see https://example.com/654321 : your code is 042017.";
        assert_eq!(code(text).as_deref(), Some("042017"));
        assert_eq!(code("Order 1234567 of 2026 has been sent."), None);
    }

    #[test]
    fn the_link_is_the_one_to_the_verification() {
        let text =
            "Docs: https://example.com/help. Sign in: <https://a.example.com/v1/verify?token=x.y>";
        assert_eq!(link(text).as_deref(), Some("https://a.example.com/v1/verify?token=x.y"));
        assert_eq!(link("https://example.com/?next=/v1/verify"), None);
    }

    #[test]
    fn messages_come_newest_first_and_by_address() {
        let outbox = Outbox::default();
        outbox.record(draft("ada@example.com", "first"));
        outbox.record(draft("bob@example.com", "second"));
        outbox.record(draft("ada@example.com", "third"));
        let texts = |messages: Vec<Arc<Message>>| -> Vec<String> {
            messages.iter().map(|message| message.text.clone()).collect()
        };
        assert_eq!(texts(outbox.all()), ["third", "second", "first"]);
        assert_eq!(texts(outbox.to("Ada@example.com")), ["third", "first"]);
    }

    #[test]
    fn the_oldest_messages_are_forgotten() {
        let outbox = Outbox::default();
        let first = outbox.record(draft("ada@example.com", "first"));
        for _ in 0..CAPACITY {
            outbox.record(draft("ada@example.com", "later"));
        }
        assert_eq!(outbox.all().len(), CAPACITY);
        assert_eq!(outbox.find(&first), None);
    }
}
