//! The packaged Lambda functions: how large they are, how soon they are ready, what they hold.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aws_sdk_dynamodb::Client as DynamoDb;
use postern::store::{Store, table};
use postern_local::aws::Services;
use postern_local::instance;
use postern_local::serve::{Listeners, Stop, serve};
use serde_json::Value;

use crate::runtime_api::Function;
use crate::say;
use crate::statistics::Durations;

/// Measures the functions in this directory of packages.
pub(crate) fn run(packages: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    say(
        "| function | zip MB | binary MB | start ms, median | start ms, p90 | first request ms | second ms | resident MB |",
    );
    say("| --- | --: | --: | --: | --: | --: | --: | --: |");
    runtime.block_on(async {
        let mut story = Story::begin().await;
        for (name, event) in STORY {
            let package = packages.join(name).join("bootstrap.zip");
            let directory = unpacked(&package, name);
            let size = megabytes(fs::metadata(&package).unwrap().len());
            let binary = megabytes(fs::metadata(directory.join("bootstrap")).unwrap().len());
            let mut starts = Vec::new();
            for _ in 0..STARTS {
                starts.push(Function::start(&directory, &story.environment).await.start);
            }
            let starts = Durations::new(starts);
            let mut function = Function::start(&directory, &story.environment).await;
            let first = story.tell(&mut function, event).await;
            let again = function.invoke(story.event("unknown-route")).await.1;
            let (resident, _) = function.resident();
            say(&format!(
                "| `{name}` | {size:.2} | {binary:.2} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                starts.percentile(50),
                starts.percentile(90),
                milliseconds(first),
                milliseconds(again),
                megabytes(resident * 1_024),
            ));
        }
    });
}

/// One person's way through all functions: each event carries what the answers before it gave.
struct Story {
    services: Services,
    environment: Vec<(&'static str, String)>,
    values: BTreeMap<&'static str, String>,
}

impl Story {
    /// Offers the services, with an empty table.
    async fn begin() -> Self {
        let services = Services::in_memory().unwrap();
        let sdk = instance::sdk(&services.http_client());
        table::create(&Store::new(DynamoDb::new(&sdk), TABLE)).await.unwrap();
        let listeners = Listeners::loopback(0).await.unwrap();
        let url = format!("http://127.0.0.1:{}", listeners.port());
        let never = Stop::when(std::future::pending());
        tokio::spawn(serve(listeners, services.endpoint(), never));
        let key = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000";
        let environment = [
            ("AWS_LAMBDA_FUNCTION_NAME", "function"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &url),
            ("AWS_ENDPOINT_URL_KMS", &url),
            ("AWS_ENDPOINT_URL_SESV2", &url),
            ("POSTERN_SETTINGS", "postern.toml"),
            ("POSTERN_TABLE", TABLE),
            ("POSTERN_KMS_KEY", key),
        ];
        let environment = environment.map(|(name, value)| (name, value.to_owned())).into();
        Self { services, environment, values: BTreeMap::new() }
    }

    /// Tells the function its part; says how long the answer took.
    async fn tell(&mut self, function: &mut Function, event: &str) -> Duration {
        let code = self.services.outbox().to(ADDRESS).first().and_then(|mail| mail.code.clone());
        self.values.extend(code.map(|code| ("code", code)));
        let (answer, took) = function.invoke(self.event(event)).await;
        assert_eq!(answer.pointer("/statusCode"), Some(&Value::from(200)), "{event}: {answer}");
        for cookie in answer.pointer("/cookies").and_then(Value::as_array).into_iter().flatten() {
            if let Some(value) = cookie.as_str().unwrap().strip_prefix("__client=") {
                let (client, _) = value.split_once(';').unwrap();
                self.values.insert("client", client.to_owned());
            }
        }
        let body: Value =
            serde_json::from_str(answer.pointer("/body").and_then(Value::as_str).unwrap()).unwrap();
        let text = |pointer| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        if event == "sign-up" {
            self.values.extend(text("/response/id").map(|id| ("sign_up", id)));
        }
        self.values.extend(text("/response/created_session_id").map(|id| ("session", id)));
        took
    }

    /// The event of that name, its placeholders filled in.
    fn event(&self, name: &str) -> String {
        let event = fs::read_to_string(format!("{EVENTS}/{name}.json")).unwrap();
        self.values
            .iter()
            .fold(event, |event, (name, value)| event.replace(&format!("${{{name}}}"), value))
    }
}

/// Unpacks as Lambda does: the function finds its settings beside it.
fn unpacked(package: &Path, name: &str) -> PathBuf {
    let directory =
        std::env::temp_dir().join(format!("postern-load-{}", std::process::id())).join(name);
    let unpacked = Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .args([package, &directory])
        .status()
        .unwrap();
    assert!(unpacked.success(), "{}", package.display());
    fs::set_permissions(directory.join("bootstrap"), fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

#[expect(clippy::cast_precision_loss, reason = "no file is that large")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Each function's part, in the order in which one leads to the next.
const STORY: [(&str, &str); 6] = [
    ("create", "sign-up"),
    ("prepare", "sign-up-prepared"),
    ("attempt", "sign-up-attempted"),
    ("set-active", "session-touched"),
    ("account", "me"),
    ("read", "client"),
];
const STARTS: usize = 21;
const ADDRESS: &str = "ada@example.com";
const TABLE: &str = "postern-load";
const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events");
