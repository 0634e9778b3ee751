//! Runs a function's endpoints under the Lambda runtime.

use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

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

/// One line of JSON an event, of our own events alone: the SDK's hold whole requests.
fn init_tracing() {
    let level = std::env::var("POSTERN_LOG").ok().and_then(|level| level.parse().ok());
    let ours = Targets::new().with_target("postern", level.unwrap_or(LevelFilter::INFO));
    let lines = fmt::layer().json().with_current_span(true).with_span_list(false).without_time();
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}
