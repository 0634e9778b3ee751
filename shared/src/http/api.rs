//! What is done to every request and every answer, whichever function serves it.

use std::any::Any;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower::{Service, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use super::Endpoint;
use super::answer::json_response;
use super::cors::PageOrigin;
use super::error::{ApiError, Failure};
use super::form::Form;
use super::router;
use crate::app::App;

/// A function's endpoints with all that stands around them.
///
/// `_method` and trailing slashes are dealt with before the router sees the request: a layer inside of it
/// would run after the route was chosen.
#[derive(Clone, Debug)]
pub struct Api {
    app: Arc<App>,
    router: Router,
}

impl Api {
    /// The API of these endpoints.
    pub fn new(app: Arc<App>, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let router = router(endpoints)
            .fallback(|| async { ApiError::NoRoute })
            .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
            .with_state(Arc::clone(&app))
            .layer(CatchPanicLayer::custom(panicked));
        Self { app, router }
    }

    async fn answer(self, request: Request<Body>) -> Response {
        let trace_id = self.app.trace_id();
        let page = PageOrigin::of(request.headers(), self.app.settings());
        let span = tracing::info_span!(
            "request",
            method = %request.method(),
            path = request.uri().path(),
            trace_id = trace_id.as_str(),
        );
        let head = request.method() == Method::HEAD;
        let answered = self.serve(request, &page).instrument(span.clone()).await;
        let mut response = span.in_scope(|| finished(answered, &trace_id));
        if head {
            // The router leaves the body of a success out; the error's was written after it.
            *response.body_mut() = Body::empty();
        }
        let headers = response.headers_mut();
        page.allow(headers);
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        response
    }

    async fn serve(self, request: Request<Body>, page: &PageOrigin) -> Response {
        let request = match normalised(request) {
            Ok(request) => request,
            Err(error) => return error.into_response(),
        };
        if request.method() == Method::OPTIONS {
            let mut response = StatusCode::NO_CONTENT.into_response();
            page.preflight(response.headers_mut());
            return response;
        }
        if !page.may(request.method()) {
            return ApiError::OriginInvalid.into_response();
        }
        match read(request).await {
            Ok(request) => match self.router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(error) => error.into_response(),
        }
    }
}

impl<B> Service<Request<B>> for Api
where
    B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let api = self.clone();
        Box::pin(async move { Ok(api.answer(request.map(Body::new)).await) })
    }
}

/// The request as the router knows it: the method that `_method` names, no slash at the path's end.
fn normalised(mut request: Request<Body>) -> Result<Request<Body>, ApiError> {
    if request.method() == Method::POST {
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes());
        match query.named("_method").map(str::to_ascii_uppercase).as_deref() {
            None | Some("" | "POST") => {}
            Some("PUT") => *request.method_mut() = Method::PUT,
            Some("PATCH") => *request.method_mut() = Method::PATCH,
            Some("DELETE") => *request.method_mut() = Method::DELETE,
            Some(_) => return Err(ApiError::MethodNotAllowed),
        }
    }
    let path = request.uri().path();
    if path.len() > 1 && path.ends_with('/') {
        let trimmed = path.trim_end_matches('/');
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        *request.uri_mut() =
            format!("{trimmed}{query}").parse::<Uri>().map_err(|_| ApiError::NoRoute)?;
    }
    Ok(request)
}

/// The request with its body read, as far as one can be that large.
async fn read(request: Request<Body>) -> Result<Request<Body>, ApiError> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, BODY_BYTES).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, Body::from(body.to_bytes()))),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::BodyTooLarge),
        Err(_) => Err(ApiError::BodyUnreadable),
    }
}

/// What a panic is answered with. What it says is for the log, and the panic hook has written it there.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::Panicked.into_response()
}

/// The answer with its error, if it is one, written into the body and into the log.
fn finished(response: Response, trace_id: &str) -> Response {
    let Some(failure) = response.extensions().get::<Failure>().cloned() else {
        tracing::info!(status = response.status().as_u16(), "answered");
        return response;
    };
    let status = response.status();
    let code = failure.error.code();
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), code, error = %failure.error.chain(), "failed");
    } else {
        tracing::info!(status = status.as_u16(), code, "refused");
    }
    let mut named = json_response(status, &failure.body(trace_id));
    let mut headers = response.into_parts().0.headers;
    headers.remove(CONTENT_LENGTH);
    named.headers_mut().extend(headers);
    named
}

/// More than any form that is asked for: the largest field holds 8 KiB.
const BODY_BYTES: usize = 64 * 1024;
