//! The instance on this machine: all endpoints over one app, and its settings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use postern::app::{App, Keys, SecretKey, Site};
use postern::http::Endpoint;
use postern::message::Mailer;
use postern::settings::{Mistakes, Settings};
use postern::store::Store;
use postern::token::Vault;

/// Why the settings cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file has mistakes, by itself or with what is laid over it.
    #[error("{} has mistakes:\n{mistakes}", path.display())]
    Mistaken {
        /// The file.
        path: PathBuf,
        /// All of them, with their lines.
        mistakes: Mistakes,
    },
}

/// What every function answers.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        postern_create::endpoints(),
        postern_prepare::endpoints(),
        postern_attempt::endpoints(),
        postern_set_active::endpoints(),
        postern_read::endpoints(),
        postern_account::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Reads the settings with an overlay whose values win: a file's, or else what only this machine may have.
/// Without a file, and with none in the working directory, they are the ones that ship.
///
/// # Errors
/// [`SettingsError`] says which file, and all that is wrong with it. What would be wrong in a deployment is
/// wrong here too, whatever the overlay puts in its place.
pub fn settings(file: Option<&Path>, overlay: Option<&Path>) -> Result<Settings, SettingsError> {
    let path = file.unwrap_or(Path::new(USUAL));
    let text = match fs::read_to_string(path) {
        Err(error) if file.is_none() && error.kind() == io::ErrorKind::NotFound => {
            SHIPPED.to_owned()
        }
        read => readable(path, read)?,
    };
    let over = match overlay {
        Some(path) => readable(path, fs::read_to_string(path))?,
        None => OVERLAY.to_owned(),
    };
    let mistaken = |mistakes| SettingsError::Mistaken { path: path.to_owned(), mistakes };
    Settings::parse(&text).map_err(mistaken)?;
    Settings::parse_with_overlay(&text, &over).map_err(mistaken)
}

fn readable(path: &Path, read: io::Result<String>) -> Result<String, SettingsError> {
    read.map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })
}

/// The app over the services that this client reaches; it sends and signs, as all functions together do.
#[must_use]
pub fn app(
    settings: Arc<Settings>,
    http: &SharedHttpClient,
    base_url: &str,
    secret_key: &str,
) -> App {
    let sdk = sdk(http);
    let store = Store::new(aws_sdk_dynamodb::Client::new(&sdk), TABLE);
    let kms = aws_sdk_kms::Client::new(&sdk);
    let vault = Vault::new(kms, KMS_KEY, &settings.instance.host);
    let keys = Keys::new(store.clone(), vault);
    let site = Site {
        base_url: base_url.to_owned(),
        secret_key: Some(SecretKey::new(secret_key.to_owned())),
    };
    App::new(settings, site, store, keys).opening_code_key().sending(Mailer::new(&sdk)).signing()
}

/// How the SDK reaches the services: a fixed region, credentials that nobody checks, and a quick second try.
#[must_use]
pub fn sdk(http: &SharedHttpClient) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .endpoint_url("http://localhost")
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(credentials))
        .http_client(http.clone())
        .retry_config(
            RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1)),
        )
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build()
}

/// The table's name on this machine.
pub const TABLE: &str = "postern";
const KMS_KEY: &str = "alias/postern";
const USUAL: &str = "postern.toml";
const SHIPPED: &str = include_str!("../../../postern.toml");
const OVERLAY: &str = include_str!("../local.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_overlay_hides_is_a_mistake_all_the_same() {
        let file = written(
            "hidden",
            &SHIPPED.replace("cookie_domain = \"\"", "cookie_domain = \"b.test\""),
        );
        let refused = settings(Some(&file), None).unwrap_err().to_string();
        assert!(refused.contains("cookie_domain"), "{refused}");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn another_overlay_takes_the_place_of_the_usual_one() {
        let overlay = written("overlay", "[test_mode]\nenabled = false\n");
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../postern.toml"));
        assert!(settings(Some(path), None).unwrap().test_mode);
        let other = settings(Some(path), Some(&overlay)).unwrap();
        assert!(!other.test_mode);
        assert_eq!(other.instance.host, "accounts.example.com");
        fs::remove_file(overlay).unwrap();
    }

    fn written(name: &str, text: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("postern-{name}-{}.toml", std::process::id()));
        fs::write(&file, text).unwrap();
        file
    }
}
