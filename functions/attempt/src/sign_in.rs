//! Proves a factor of a sign-in, and sets a new password where one is due.

use postern::flow::SignInId;
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Tries a code or a password.
pub(crate) async fn first_factor(
    ask: Ask,
    Id(id): Id<SignInId>,
    form: Form,
) -> Result<Answer, ApiError> {
    let verb = params::attempt_first_factor(id, &form)?;
    Ok(ask.advance(&verb).await)
}

/// Sets a new password after a code allowed it.
pub(crate) async fn reset_password(
    ask: Ask,
    Id(id): Id<SignInId>,
    form: Form,
) -> Result<Answer, ApiError> {
    let verb = params::reset_password(id, &form, ask.settings())?;
    Ok(ask.advance(&verb).await)
}
