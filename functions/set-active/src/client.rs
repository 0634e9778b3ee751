//! Opens and closes clients.

use postern::flow::client::verbs::{Open, SignOut};
use postern::http::{Answer, Ask};

/// Makes sure that the caller has a client.
pub(crate) async fn open(ask: Ask) -> Answer {
    ask.advance(&Open).await.as_client()
}

/// Ends every session and forgets the client.
pub(crate) async fn delete(ask: Ask) -> Answer {
    ask.advance(&SignOut { forget: true }).await.as_client()
}

/// Ends every session; the client stays.
pub(crate) async fn sign_out(ask: Ask) -> Answer {
    ask.advance(&SignOut { forget: false }).await.as_client()
}
