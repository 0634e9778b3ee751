//! Runs a function's endpoints under the Lambda runtime.

use std::sync::Arc;

use super::{Api, Endpoint};
use crate::app::App;

/// Answers the gateway's events with these endpoints until the environment is taken away.
///
/// What the first request would wait for is fetched before it comes. If that fails, the function starts all
/// the same and the request that needs it says so.
///
/// # Errors
/// Whatever ends the runtime.
pub async fn serve(app: App, endpoints: Vec<Endpoint>) -> Result<(), lambda_http::Error> {
    init_tracing();
    let app = Arc::new(app);
    if let Err(error) = app.warm_up().await {
        tracing::warn!(error = %crate::app::chain(&error), "not warm");
    }
    lambda_http::run(Api::new(app, endpoints)).await
}

/// One line of JSON an event. The SDK's own events are left out: they hold whole requests.
fn init_tracing() {
    let level = std::env::var("POSTERN_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = tracing_subscriber::EnvFilter::new(format!("off,postern={level}"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .init();
}
