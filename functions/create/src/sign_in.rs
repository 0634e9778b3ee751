//! Begins a sign-in.

use postern::http::{Answer, ApiError, Ask, Form, params};

/// Begins a sign-in: empty, by an identifier, with a password or a strategy.
pub(crate) async fn create(ask: Ask, form: Form) -> Result<Answer, ApiError> {
    let verb = params::create_sign_in(&form, ask.settings())?;
    Ok(ask.advance(&verb).await)
}
