//! Proves an identifier of a sign-up.

use postern::flow::SignUpId;
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Tries a code.
pub(crate) async fn verification(
    ask: Ask,
    Id(id): Id<SignUpId>,
    form: Form,
) -> Result<Answer, ApiError> {
    let verb = params::attempt_sign_up(id, &form)?;
    Ok(ask.advance(&verb).await)
}
