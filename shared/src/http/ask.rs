//! Who asks, and in which way they want to be answered.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use http::{HeaderMap, header};

use super::answer::Answer;
use super::cookie::{self, Carrier, Cookies};
use super::cors::PageOrigin;
use super::error::ApiError;
use super::form::Form;
use super::resource::Show;
use super::source_ip::SourceIp;
use crate::app::{App, AppError, Caller, View};
use crate::flow::{FlowError, SessionId, Verb};
use crate::settings::Settings;

/// A request that knows who made it.
#[derive(Clone, Debug)]
pub struct Ask {
    app: Arc<App>,
    caller: Caller,
    carrier: Carrier,
    /// The session that the page says it acts as, as it says it.
    acting: Option<String>,
}

impl Ask {
    /// The app.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The instance's settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.app.settings()
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The session that the page acts as; the client's last active one if it does not say.
    ///
    /// # Errors
    /// [`FlowError::Unauthenticated`] if it names what cannot be a session.
    pub fn acting(&self) -> Result<Option<SessionId>, FlowError> {
        self.acting
            .as_deref()
            .map(|text| SessionId::parse(text).ok_or(FlowError::Unauthenticated))
            .transpose()
    }

    /// How cookies are set.
    #[must_use]
    pub fn cookies(&self) -> Cookies {
        Cookies::new(self.settings(), self.app.site())
    }

    /// Performs a verb and answers with what came of it.
    pub async fn advance(&self, verb: &dyn Verb) -> Answer {
        let reply = Box::pin(self.app.advance(&self.caller, verb)).await;
        self.answer().reply(reply)
    }

    /// The caller's client as it is now.
    ///
    /// # Errors
    /// [`AppError::Store`] or [`AppError::Keys`] if a service does not answer.
    pub async fn view(&self) -> Result<Option<View>, AppError> {
        Box::pin(self.app.view(&self.caller)).await
    }

    /// An answer in the way that the caller wants.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer::new(self.show(), self.cookies(), self.carrier)
    }

    /// The `Set-Cookie` values that renew what the browser holds. A client that changed a short while ago has
    /// its cookies, and may be changing: an answer that is overtaken must not bring an old secret back.
    #[must_use]
    pub fn renewed(&self, view: &View) -> Vec<String> {
        let cookies = self.cookies();
        let mut lines = Vec::new();
        if view.current && self.carrier != Carrier::Authorization {
            let settled = view.now.since(view.client.updated_at) >= RENEWED_AFTER;
            lines.extend(
                self.caller
                    .credential
                    .as_ref()
                    .filter(|_| settled)
                    .map(|found| cookies.client(&found.client, &found.secret)),
            );
            lines.extend(cookies.signed_in_at(view.client.signed_in_at()));
        }
        lines
    }

    /// How resources are shown.
    #[must_use]
    pub fn show(&self) -> Show {
        Show::new(Arc::clone(&self.app))
    }
}

impl FromRequestParts<Arc<App>> for Ask {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let native = query.named("_is_native").is_some_and(|value| value == "1" || value == "true");
        let settings = app.settings();
        let origin = match PageOrigin::of(&parts.headers, settings) {
            PageOrigin::Allowed(_, origin) if !native => Some(origin.to_string()),
            PageOrigin::Allowed(..) | PageOrigin::Absent | PageOrigin::Foreign => None,
        };
        let credential =
            if native { bearer(&parts.headers) } else { cookie::credential(&parts.headers) };
        let carrier = if native {
            Carrier::Authorization
        } else if cookie::has_client_cookie(&parts.headers) {
            Carrier::Cookie
        } else {
            Carrier::NoCookie
        };
        Ok(Self {
            caller: Caller {
                credential,
                ip: SourceIp::of(
                    &parts.extensions,
                    &parts.headers,
                    settings.access.trusted_proxy_hops,
                ),
                origin,
            },
            carrier,
            acting: query.named("_clerk_session_id").map(str::to_owned),
            app: Arc::clone(app),
        })
    }
}

/// The id that a path carries. What cannot be one names nothing.
#[derive(Clone, Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let segment = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = segment.and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| FlowError::NotFound.into())
    }
}

/// The credential of a native client: the bare token, or a bearer's.
fn bearer(headers: &HeaderMap) -> Option<crate::app::Credential> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    cookie::parse_credential(text.strip_prefix("Bearer ").unwrap_or(text))
}

/// Far less than the year for which a browser keeps a cookie, and far more than any answer is under way.
const RENEWED_AFTER: Duration = Duration::from_hours(24);
