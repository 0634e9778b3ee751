//! Begins a sign-up; supplies or changes its fields.

use postern::flow::SignUpId;
use postern::http::{Answer, ApiError, Ask, Form, Id, params};

/// Begins a sign-up, with any fields.
pub(crate) async fn create(ask: Ask, form: Form) -> Result<Answer, ApiError> {
    let verb = params::create_sign_up(&form, ask.settings())?;
    Ok(ask.advance(&verb).await)
}

/// Supplies or changes fields of a sign-up.
pub(crate) async fn update(ask: Ask, Id(id): Id<SignUpId>, form: Form) -> Result<Answer, ApiError> {
    let verb = params::update_sign_up(id, &form, ask.settings())?;
    Ok(ask.advance(&verb).await)
}
