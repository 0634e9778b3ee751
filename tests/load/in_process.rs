//! Sign-ups without sockets: the API, the AWS SDK and the embedded services on one thread.
//!
//! Under a profiler the API and the services are told apart by [`Boundary`], which is never inlined.

use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use postern::app::App;
use postern::http::Api;
use postern::store::table;
use postern::token::Handshake;
use postern_local::aws::Services;
use postern_local::instance;
use postern_tests::Browser;

use crate::process;
use crate::say;

/// Signs up so many people, and says what one of them cost: with the signatures of their three tokens, which no
/// code of ours can make cheaper, and without.
pub(crate) fn run(count: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let services = Services::in_memory().unwrap();
        let app = Arc::new(app(&services).await);
        let api = Api::new(Arc::clone(&app), instance::endpoints());
        sign_up(&api, &services, 0).await;
        let begun = cpu();
        for number in 1..=count {
            sign_up(&api, &services, number).await;
        }
        let signed_up = cpu();
        for _ in 0..count {
            app.sign_handshake(&Handshake { handshake: Vec::new() }).await.unwrap();
        }
        let signed = cpu();
        let each = |from: Duration, to: Duration| {
            to.saturating_sub(from).as_secs_f64() * 1_000.0 / f64::from(count)
        };
        let (all, signature) = (each(begun, signed_up), each(signed_up, signed));
        say(&format!(
            "{count} sign-ups in process: {all:.2} ms CPU each, the visitor's work included; a signature {signature:.2} \
             ms; without the {SIGNATURES} signatures {:.2} ms",
            all - f64::from(SIGNATURES) * signature,
        ));
    });
}

fn cpu() -> Duration {
    process::cpu(std::process::id())
}

async fn app(services: &Services) -> App {
    let http = SharedHttpClient::new(Bounded(services.http_client()));
    let settings = Arc::new(instance::settings(Some(SETTINGS.as_ref()), None).unwrap());
    let app = instance::app(settings, &http, "http://localhost:3000", "sk_live_load");
    table::create(app.store()).await.unwrap();
    app.warm_up().await.unwrap();
    app
}

/// Everything from `create` to the first session token.
async fn sign_up(api: &Api, services: &Services, number: u32) {
    let email = format!("visitor-{number}@example.com");
    let browser = Browser::new(api.clone()).at(&Ipv4Addr::from(0x0a00_0000 + number).to_string());
    let form = [("email_address", email.as_str())];
    let id = browser.post("/v1/client/sign_ups", &form).await.ok().id();
    let path = format!("/v1/client/sign_ups/{id}");
    let prepare = format!("{path}/prepare_verification");
    browser.post(&prepare, &[("strategy", "email_code")]).await.ok();
    let code = services.outbox().to(&email).first().unwrap().code.clone().unwrap();
    let attempt = format!("{path}/attempt_verification");
    let done = browser.post(&attempt, &[("strategy", "email_code"), ("code", &code)]).await.ok();
    let path = format!("/v1/client/sessions/{}", done.text_at("/response/created_session_id"));
    browser.post(&format!("{path}/touch"), &[("intent", "select_session")]).await.ok();
    let token = browser.post(&format!("{path}/tokens"), &[]).await.ok();
    assert!(!token.text_at("/jwt").is_empty());
}

/// An HTTP client whose answers come through a [`Boundary`].
#[derive(Clone, Debug)]
struct Bounded(SharedHttpClient);

impl HttpClient for Bounded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(BoundedConnector(self.0.http_connector(settings, components)))
    }
}

#[derive(Clone, Debug)]
struct BoundedConnector(SharedHttpConnector);

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(Boundary(Box::pin(self.0.call(request))))
    }
}

/// What is done inside is the services' work.
struct Boundary<F>(Pin<Box<F>>);

impl<F: Future> Future for Boundary<F> {
    type Output = F::Output;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().poll(context)
    }
}

/// Of the answers to the right code, to the touch and to the request for a token.
const SIGNATURES: u32 = 3;
const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../postern.toml");
