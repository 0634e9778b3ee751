//! How often an attempt asked for a code, and when it may again.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::FlowError;
use super::time::Timestamp;
use super::transition::Message;

/// How often an attempt asked for a code, and when it may again. Kept by the attempt and not by what is to
/// be proved, so that changing an address to and fro does not begin anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sending {
    codes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resend_at: Option<Timestamp>,
}

impl Sending {
    /// Refuses a code within the cool-down of the last one, or after too many.
    pub(super) fn allow(&self, abandon_at: Timestamp, cx: &Context<'_>) -> Result<(), FlowError> {
        if let Some(resend_at) = self.resend_at.filter(|resend_at| cx.now < *resend_at) {
            return Err(FlowError::TooManyRequests { retry_after: resend_at.since(cx.now) });
        }
        if self.codes >= cx.settings.codes.per_attempt {
            return Err(FlowError::TooManyRequests { retry_after: abandon_at.since(cx.now) });
        }
        Ok(())
    }

    /// After one more code. Where nothing is sent, to a test address, there is nothing to slow down.
    pub(super) fn after(&self, message: Option<&Message>, cx: &Context<'_>) -> Self {
        Self {
            codes: self.codes.saturating_add(1),
            resend_at: message.map(|_| cx.now + cx.settings.codes.resend_after),
        }
    }
}
