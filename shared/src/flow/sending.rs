//! How often an attempt asked for a code, and when it may again.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::FlowError;
use super::identifier::Identifier;
use super::message::Message;
use super::strategy::{Asked, Prepared, Strategy};
use super::time::Timestamp;

/// How often an attempt asked for a code, and when it may again. Kept by the attempt and not by what is to
/// be proved: changing an address to and fro does not begin anew, and correcting one need not wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sending {
    codes: u32,
    /// The addresses that got a code within the cool-down, and when each may get the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<(Identifier, Timestamp)>,
}

impl Sending {
    /// Begins a verification, if a code may be sent for it now.
    ///
    /// # Errors
    /// [`FlowError::TooManyRequests`] within the cool-down of the address or after too many codes; see
    /// [`Strategy::prepare`].
    pub(super) fn prepare(
        &self,
        strategy: Strategy,
        asked: &Asked<'_>,
        abandon_at: Timestamp,
        cx: &Context<'_>,
    ) -> Result<(Self, Prepared), FlowError> {
        self.allow(asked.identifier, abandon_at, cx)?;
        let prepared = strategy.prepare(asked, cx)?;
        let after = self.clone().after(prepared.message.as_ref().map(Message::to), cx);
        Ok((after, prepared))
    }

    /// Refuses a code to an address within the cool-down of its last one, or after too many.
    fn allow(
        &self,
        to: &Identifier,
        abandon_at: Timestamp,
        cx: &Context<'_>,
    ) -> Result<(), FlowError> {
        let last = self.recent.iter().find(|(address, next)| address == to && cx.now < *next);
        if let Some((_, next)) = last {
            return Err(FlowError::TooManyRequests { retry_after: next.since(cx.now) });
        }
        if self.codes >= cx.settings.codes.per_attempt {
            return Err(FlowError::TooManyRequests { retry_after: abandon_at.since(cx.now) });
        }
        Ok(())
    }

    /// After one more code. Where nothing is sent, to a test address, there is nothing to slow down.
    fn after(mut self, sent_to: Option<&Identifier>, cx: &Context<'_>) -> Self {
        self.codes = self.codes.saturating_add(1);
        self.recent.retain(|(address, next)| cx.now < *next && Some(address) != sent_to);
        let next = cx.now + cx.settings.codes.resend_after;
        self.recent.extend(sent_to.map(|address| (address.clone(), next)));
        self
    }
}
