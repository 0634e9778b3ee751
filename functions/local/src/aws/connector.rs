//! The SDK's way to the services without a socket.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::Services;
use super::call::Call;

#[derive(Debug, Clone)]
pub(super) struct InProcess {
    services: Services,
}

impl InProcess {
    pub(super) fn new(services: Services) -> Self {
        Self { services }
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(call) = recognise(&request) else {
            return HttpConnectorFuture::ready(Err(unknown(&request)));
        };
        let services = self.services.clone();
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            tokio::task::yield_now().await;
            Ok(services.answer(&call, body).await.into_sdk())
        })
    }
}

/// Recognises the call in an SDK request.
pub(super) fn recognise(request: &HttpRequest) -> Option<Call> {
    let path = request.uri().parse::<http::Uri>().ok()?;
    let body = request.body().bytes().unwrap_or_default();
    Call::recognise(request.method(), path.path(), request.headers().get("x-amz-target"), body)
}

fn unknown(request: &HttpRequest) -> ConnectorError {
    let message = format!("{} {} has no stand-in", request.method(), request.uri());
    ConnectorError::user(message.into())
}
