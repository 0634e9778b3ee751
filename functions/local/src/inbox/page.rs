//! The page at `/`: a small mail client, and how to connect an application.

use askama::Template;

use super::Inbox;
use crate::aws::outbox::{Channel, Message};

/// Renders the page with one message open: the one that was asked for, or the newest.
pub(super) fn render(inbox: &Inbox, open: Option<&str>) -> askama::Result<String> {
    let messages = inbox.outbox.all();
    let open = open
        .and_then(|id| messages.iter().find(|message| message.id == id))
        .or(messages.first())
        .cloned();
    let open_id = open.as_ref().map(|message| message.id.as_str()).unwrap_or_default();
    let newest = messages.first().map(|message| message.id.as_str()).unwrap_or_default();
    let page = Page {
        inbox,
        state: format!("{newest} {open_id}"),
        count: messages.len(),
        rows: messages.iter().take(ROWS).map(|message| View::of(message, open_id)).collect(),
        open: open.as_deref().map(|message| View::of(message, open_id)),
    };
    page.render()
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page<'a> {
    inbox: &'a Inbox,
    /// Differs when the page has something new to show.
    state: String,
    count: usize,
    rows: Vec<View<'a>>,
    open: Option<View<'a>>,
}

struct View<'a> {
    message: &'a Message,
    /// The code, if the title begins with it: then it need not be shown again beside the title.
    lead: Option<&'a str>,
    /// What follows the lead.
    title: &'a str,
    is_text_message: bool,
    is_open: bool,
    at: String,
}

impl<'a> View<'a> {
    fn of(message: &'a Message, open_id: &str) -> Self {
        let title = message.subject.as_deref().unwrap_or(&message.text);
        let code = message.code.as_deref();
        let led = code.and_then(|code| Some((code, title.strip_prefix(code)?)));
        Self {
            message,
            lead: led.map(|(code, _)| code),
            title: led.map_or(title, |(_, rest)| rest),
            is_text_message: message.channel == Channel::Sms,
            is_open: message.id == open_id,
            at: utc(message.sent_at),
        }
    }
}

/// The time of day for readers without scripts; the script shows it in the reader's own zone.
fn utc(sent_at: u64) -> String {
    let minutes = sent_at / 60_000;
    format!("{:02}:{:02} UTC", minutes / 60 % 24, minutes % 60)
}

/// The page stays quick when a load test has filled the outbox; `/dev/messages` has them all.
const ROWS: usize = 100;
