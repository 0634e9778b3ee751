//! Request bodies: `application/x-www-form-urlencoded`, as client packages send them.
//!
//! An absent value and an empty one differ: JavaScript's `undefined` is left out and `null` travels as an
//! empty text. Where a key comes twice, the last counts. Unknown keys are ignored, since client packages
//! add their own.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{Method, header};

use super::error::ApiError;
use crate::flow::{Field, FlowError};

/// The fields of a request.
#[derive(Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an encoded form.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a field, also an empty one.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        self.named(field.as_str())
    }

    /// The value of a key that is no field of a person's.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that was filled in.
    #[must_use]
    pub fn filled(&self, field: Field) -> Option<&str> {
        self.get(field).filter(|value| !value.is_empty())
    }

    /// The value of a field that must be filled in.
    ///
    /// # Errors
    /// [`FlowError::Missing`] if it is empty or absent.
    pub fn required(&self, field: Field) -> Result<&str, FlowError> {
        self.filled(field).ok_or(FlowError::Missing(field))
    }

    /// The value of a field that says yes or no.
    ///
    /// # Errors
    /// [`FlowError::ValueInvalid`] if it says neither.
    pub fn flag(&self, field: Field) -> Result<Option<bool>, FlowError> {
        match self.filled(field) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(FlowError::ValueInvalid(field)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if [Method::GET, Method::HEAD].contains(request.method()) {
            return Ok(Self::parse(request.uri().query().unwrap_or_default().as_bytes()));
        }
        let media = request
            .headers()
            .get(header::CONTENT_TYPE)
            .map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
        let is_form = media.as_deref().is_none_or(|media| {
            media.split(';').next().is_some_and(|essence| essence.trim() == FORM)
        });
        let body =
            Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyUnreadable)?;
        if !is_form && !body.is_empty() {
            return Err(ApiError::UnsupportedMediaType);
        }
        // Raw bytes that are no UTF-8 are refused; escaped ones are replaced by the decoder, as WHATWG says.
        if std::str::from_utf8(&body).is_err() {
            return Err(ApiError::BodyUnreadable);
        }
        Ok(Self::parse(&body))
    }
}

/// Forms hold passwords and codes: only the names of the fields are printed.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
