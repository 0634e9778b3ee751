//! Serves everything on this machine.

use std::error::Error;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use postern::http::Api;
use postern::store::table;
use postern_local::aws::Services;
use postern_local::cli::{self, Cli, ServicesAddress};
use postern_local::host_name::OneHostName;
use postern_local::inbox::{DevKeys, Inbox};
use postern_local::instance;
use postern_local::serve::{Listeners, Stop, serve};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            if let Some(cause) = error.source() {
                text = format!("{text}: {cause}");
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    init_tracing();
    let file = cli.settings_file(std::env::var_os("POSTERN_SETTINGS"));
    let settings = Arc::new(instance::settings(file.as_deref(), cli.overlay.as_deref())?);
    let services = match cli.data_dir() {
        Some(dir) => Services::open(dir)?,
        None => Services::in_memory()?,
    };
    let stop = Stop::on_signal()?;
    let listeners = Listeners::loopback(cli.port).await.map_err(|error| {
        let in_use = error.kind() == ErrorKind::AddrInUse;
        let advice = if in_use { "; stop what uses it, or choose another with --port" } else { "" };
        format!("cannot listen on port {}: {error}{advice}", cli.port)
    })?;
    let base_url = format!("http://localhost:{}", listeners.port());
    let secret_key = format!("sk_live_{}", services.secret("secret key"));
    let app = instance::app(Arc::clone(&settings), &services.http_client(), &base_url, &secret_key);
    table::create(app.store()).await?;
    app.warm_up().await?;
    let keys = DevKeys {
        publishable_key: settings.instance.publishable_key(),
        secret_key,
        jwks_url: format!("{base_url}/.well-known/jwks.json"),
        issuer: settings.instance.issuer(),
    };
    let keeps_users = cli.data_dir().is_some();
    let inbox = Inbox { base_url, keys, outbox: services.outbox().clone(), keeps_users };
    let offered = match cli.services {
        Some(address) => Some(offer(&services, address, stop.clone()).await?),
        None => None,
    };
    std::io::stdout()
        .write_all(cli::greeting(&inbox, &cli, file.as_deref(), offered.as_deref()).as_bytes())?;
    tokio::spawn(sweep(services));
    let api = Api::new(Arc::new(app), instance::endpoints());
    let api = OneHostName::around(api);
    serve(listeners, inbox.router().merge(Router::new().fallback_service(api)), stop).await;
    Ok(())
}

/// Offers the services by HTTP; answers where.
async fn offer(
    services: &Services,
    address: ServicesAddress,
    stop: Stop,
) -> Result<String, std::io::Error> {
    let (host, listeners) = match address {
        ServicesAddress::Loopback(port) => {
            ("localhost".to_owned(), Listeners::loopback(port).await?)
        }
        ServicesAddress::At(at) => (at.ip().to_string(), Listeners::at(at).await?),
    };
    let url = format!("http://{host}:{}", listeners.port());
    tokio::spawn(serve(listeners, services.endpoint(), stop));
    Ok(url)
}

/// Sweeps out what is over, as DynamoDB does by itself.
async fn sweep(services: Services) {
    let mut hours = tokio::time::interval(Duration::from_hours(1));
    loop {
        hours.tick().await;
        services.sweep_expired().await;
    }
}

/// A line for each request and each message, unless `POSTERN_LOG` asks for more or less (`debug`, `warn`, …).
fn init_tracing() {
    let level = std::env::var("POSTERN_LOG").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let ours = Targets::new().with_targets([("postern", level), ("postern_local", level)]);
    let lines = fmt::layer().compact().without_time().with_target(false);
    let lines = lines.with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}
