//! What a deployed function finds around it: its environment variables and the AWS services.

use std::env;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;

use super::{App, Keys, SecretKey, Site};
use crate::message::Mailer;
use crate::settings::{Mistakes, Settings};
use crate::store::Store;
use crate::token::Vault;

/// What a deployed function finds around it.
#[derive(Debug)]
pub struct Environment {
    settings: Arc<Settings>,
    site: Site,
    table: String,
    kms_key: String,
    sdk: SdkConfig,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An environment variable is missing.
    #[error("the environment variable {0} is not set")]
    Variable(&'static str),
    /// The settings cannot be read.
    #[error("the settings {path} cannot be read")]
    Unreadable {
        /// Where they should be.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The settings have mistakes.
    #[error("the settings have mistakes:\n{0}")]
    Mistaken(#[from] Mistakes),
}

impl Environment {
    /// Reads the settings and the variables, and how AWS is reached.
    ///
    /// # Errors
    /// [`StartError`] says what is missing or wrong.
    pub async fn load() -> Result<Self, StartError> {
        let path = env::var("POSTERN_SETTINGS").unwrap_or_else(|_| "postern.toml".to_owned());
        let text = fs::read_to_string(&path)
            .map_err(|source| StartError::Unreadable { path: path.clone(), source })?;
        let settings = Settings::parse(&text)?;
        let site = Site {
            base_url: settings.instance.issuer(),
            secret_key: env::var("POSTERN_SECRET_KEY").ok().map(SecretKey::new),
        };
        Ok(Self {
            settings: Arc::new(settings),
            site,
            table: variable("POSTERN_TABLE")?,
            kms_key: variable("POSTERN_KMS_KEY")?,
            sdk: sdk().await,
        })
    }

    /// The app of a function that neither sends nor signs.
    #[must_use]
    pub fn app(&self) -> App {
        let store = Store::new(aws_sdk_dynamodb::Client::new(&self.sdk), &self.table);
        let kms = aws_sdk_kms::Client::new(&self.sdk);
        let vault = Vault::new(kms, &self.kms_key, &self.settings.instance.host);
        let keys = Keys::new(store.clone(), vault);
        App::new(Arc::clone(&self.settings), self.site.clone(), store, keys)
    }

    /// What sends this instance's mail.
    #[must_use]
    pub fn mailer(&self) -> Mailer {
        Mailer::new(&self.sdk)
    }
}

/// How AWS is reached: three tries in all, and no call that outlasts a person's patience.
async fn sdk() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    aws_config::from_env()
        .retry_config(RetryConfig::standard().with_initial_backoff(BACKOFF))
        .timeout_config(timeouts)
        .load()
        .await
}

fn variable(name: &'static str) -> Result<String, StartError> {
    env::var(name).map_err(|_| StartError::Variable(name))
}

const CONNECT: Duration = Duration::from_secs(1);
const ATTEMPT: Duration = Duration::from_secs(2);
const OPERATION: Duration = Duration::from_secs(7);
/// DynamoDB recovers from a throttled or conflicting write within milliseconds.
const BACKOFF: Duration = Duration::from_millis(25);
