//! Begins to prove an identifier of a sign-up.

use postern::flow::SignUpId;
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Sends a fresh code.
pub(crate) async fn verification(
    ask: Ask,
    Id(id): Id<SignUpId>,
    form: Form,
) -> Result<Answer, ApiError> {
    let verb = params::prepare_sign_up(id, &form)?;
    Ok(ask.advance(&verb).await)
}
