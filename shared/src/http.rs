//! HTTP: endpoints as data, what requests carry, the API's envelope and its errors.
//!
//! The only room that knows a header. Functions list their [`Endpoint`]s, [`router`] folds them into a
//! router and [`Api`] stands around it: it does what must be done to every request and every answer,
//! whichever function serves it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

pub use answer::{Answer, document, fresh_document};
pub use api::Api;
pub use ask::{Ask, Id};
pub use error::ApiError;
pub use form::Form;
pub use serve::serve;
pub use source_ip::SourceIp;

use crate::app::App;

mod answer;
mod api;
mod ask;
pub mod cookie;
mod cors;
pub mod error;
pub mod form;
pub mod params;
pub mod redirect;
pub mod resource;
mod serve;
mod source_ip;

/// A method and a path, and what answers them.
#[derive(Clone)]
pub struct Endpoint {
    method: Method,
    path: &'static str,
    route: MethodRouter<Arc<App>>,
}

impl Endpoint {
    /// Answers GET.
    pub fn get<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Self {
        Self { method: Method::GET, path, route: on(MethodFilter::GET, handler) }
    }

    /// Answers POST.
    pub fn post<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Self {
        Self { method: Method::POST, path, route: on(MethodFilter::POST, handler) }
    }

    /// Answers PUT.
    pub fn put<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Self {
        Self { method: Method::PUT, path, route: on(MethodFilter::PUT, handler) }
    }

    /// Answers PATCH.
    pub fn patch<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Self {
        Self { method: Method::PATCH, path, route: on(MethodFilter::PATCH, handler) }
    }

    /// Answers DELETE.
    pub fn delete<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Self {
        Self { method: Method::DELETE, path, route: on(MethodFilter::DELETE, handler) }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path; `{name}` stands for one segment.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }
}

/// Folds endpoints into a router.
///
/// # Panics
/// If two endpoints have the same method and path.
pub fn router(endpoints: impl IntoIterator<Item = Endpoint>) -> Router<Arc<App>> {
    endpoints
        .into_iter()
        .fold(Router::new(), |router, Endpoint { path, route, .. }| router.route(path, route))
}

/// The methods and paths that a gateway must send to these endpoints.
///
/// Browsers send PUT, PATCH and DELETE as `POST …?_method=…`, and a gateway routes by path and method
/// alone: each of those endpoints has a POST twin.
#[must_use]
pub fn gateway_routes(endpoints: &[Endpoint]) -> BTreeSet<(String, String)> {
    endpoints
        .iter()
        .flat_map(|endpoint| {
            let own = endpoint.method.as_str();
            let twin = (endpoint.method != Method::GET).then_some("POST");
            [Some(own), twin]
                .into_iter()
                .flatten()
                .map(|method| (method.to_owned(), endpoint.path.to_owned()))
        })
        .collect()
}
