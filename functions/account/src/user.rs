//! The signed-in user's own record.

use postern::flow::user::verbs::Read;
use postern::http::{Answer, ApiError, Ask, Form, params};

/// Shows the user.
pub(crate) async fn read(ask: Ask) -> Result<Answer, ApiError> {
    Ok(ask.advance(&Read { acting: ask.acting()? }).await)
}

/// Changes names, username or the primary address.
pub(crate) async fn update(ask: Ask, form: Form) -> Result<Answer, ApiError> {
    let verb = params::update_user(ask.acting()?, &form, ask.settings())?;
    Ok(ask.advance(&verb).await)
}

/// Merges a patch into the metadata that the user may write.
pub(crate) async fn update_metadata(ask: Ask, form: Form) -> Result<Answer, ApiError> {
    let verb = params::update_metadata(ask.acting()?, &form)?;
    Ok(ask.advance(&verb).await)
}
