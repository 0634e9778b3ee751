//! Begins to prove a factor of a sign-in.

use postern::flow::SignInId;
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Sends a fresh code.
pub(crate) async fn first_factor(
    ask: Ask,
    Id(id): Id<SignInId>,
    form: Form,
) -> Result<Answer, ApiError> {
    let verb = params::prepare_first_factor(id, &form)?;
    Ok(ask.advance(&verb).await)
}
