//! An instance in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryPartition;
use postern::app::Keys;
use postern::app::{App, Clock, Entropy, SecretKey, Site};
use postern::flow::key_ring::SealedKeyRing;
use postern::http::Api;
use postern::message::Mailer;
use postern::settings::Settings;
use postern::store::{Store, table};
use postern::token::Vault;
use postern_local::aws::Services;
use postern_local::aws::faults::Faults;
use postern_local::aws::meter::Meter;
use postern_local::aws::outbox::Message;
use postern_local::instance;
use tokio::sync::OnceCell;

use crate::{Browser, external};

/// An instance with an empty table.
pub struct Instance {
    /// The whole API.
    pub api: Api,
    /// The app under it.
    pub app: Arc<App>,
    /// The emulated services: tables and the messages that were sent.
    pub services: Services,
    /// Faults that can be planned at any call.
    pub faults: Faults,
    /// What the calls cost.
    pub meter: Meter,
    clock: Arc<AtomicI64>,
    fresh_keys: bool,
}

/// How an instance is to be.
pub struct Builder {
    settings: Settings,
    services: Option<Services>,
    fresh_keys: bool,
    clock: Arc<AtomicI64>,
    base_url: String,
}

impl Instance {
    /// An instance with the settings that ship, as a laptop has them.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// An instance that is to be somehow else.
    pub fn builder() -> Builder {
        Builder {
            settings: instance::settings(Some(SHIPPED.as_ref()), None).unwrap(),
            services: None,
            fresh_keys: false,
            clock: Arc::new(AtomicI64::new(NOW)),
            base_url: "http://localhost:3000".to_owned(),
        }
    }

    /// A new browser with a page of the application open, at an address of its own.
    pub fn browser(&self) -> Browser {
        Browser::new(self.api.clone())
    }

    /// Moves the clock on.
    pub fn wait(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// What time it is: milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// The messages to an address, newest first.
    pub fn messages(&self, to: &str) -> Vec<Arc<Message>> {
        self.services.outbox().to(to)
    }

    /// The code of the newest message to an address.
    #[track_caller]
    pub fn code(&self, to: &str) -> String {
        let messages = self.messages(to);
        let newest = messages.first().expect("a message");
        newest.code.clone().expect("a code in the message")
    }

    /// Another process of the same instance: the same table, keys, clock and messages, nothing cached.
    pub async fn another_process(&self) -> Self {
        Builder {
            settings: self.app.settings().clone(),
            services: Some(self.services.clone()),
            fresh_keys: self.fresh_keys,
            clock: Arc::clone(&self.clock),
            base_url: self.app.site().base_url.clone(),
        }
        .over(self.app.store().table())
        .await
    }
}

impl Builder {
    /// Changes the settings.
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Begins without a key ring: the first request that needs one makes it. Slow.
    #[must_use]
    pub fn without_keys(self) -> Self {
        Self { fresh_keys: true, ..self }
    }

    /// Is reached at this address; with `https` its cookies are those of a deployed instance.
    #[must_use]
    pub fn reached_at(self, base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), ..self }
    }

    /// The instance, with its table.
    pub async fn start(self) -> Instance {
        let name = format!("postern-{}", NEXT_TABLE.fetch_add(1, Ordering::SeqCst));
        // A second run against the same external DynamoDB must not meet the first one's tables.
        let name = format!("{name}-{}", std::process::id());
        let instance = self.over(&name).await;
        external::keep_items(instance.app.store()).await;
        instance
    }

    async fn over(self, name: &str) -> Instance {
        let services = self.services.unwrap_or_else(|| Services::in_memory().unwrap());
        let faults = Faults::before(services.http_client());
        let meter = Meter::before(faults.http_client());
        let sdk = instance::sdk(&meter.http_client());
        // The SDK's quota of retries is the process's: a test that uses it up must not starve the others.
        let own_quota = RetryPartition::new(name.to_owned());
        let embedded =
            aws_sdk_dynamodb::config::Builder::from(&sdk).retry_partition(own_quota).build();
        let dynamodb = external::dynamodb()
            .await
            .unwrap_or_else(|| aws_sdk_dynamodb::Client::from_conf(embedded));
        let store = Store::new(dynamodb, name);
        table::create(&store).await.unwrap();
        let kms = if self.fresh_keys {
            aws_sdk_kms::Client::new(&sdk)
        } else {
            // Making a key is slow work that most tests are not about: all of them share one ring.
            let (vault, ring) = shared_keys().await;
            store.create_key_ring(ring, "0").await.unwrap();
            aws_sdk_kms::Client::new(&instance::sdk(&vault.http_client()))
        };
        let settings = Arc::new(self.settings);
        let keys =
            Keys::new(store.clone(), Vault::new(kms, "alias/postern", &settings.instance.host));
        let site = Site {
            base_url: self.base_url,
            secret_key: Some(SecretKey::new("sk_live_tests".to_owned())),
        };
        let seed = Arc::new(AtomicU64::new(
            external::first_seed() + NEXT_SEED.fetch_add(1 << 32, Ordering::SeqCst),
        ));
        let app = App::new(settings, site, store, keys)
            .sending(Mailer::new(&sdk))
            .signing()
            .with(Clock::Set(Arc::clone(&self.clock)), Entropy::Seeded(seed));
        let app = Arc::new(app);
        let _set_up = meter.take();
        let api = Api::new(Arc::clone(&app), instance::endpoints());
        let (clock, fresh_keys) = (self.clock, self.fresh_keys);
        Instance { api, app, services, faults, meter, clock, fresh_keys }
    }
}

/// A key ring, and the services that can open it.
async fn shared_keys() -> (&'static Services, &'static SealedKeyRing) {
    static SHARED: OnceCell<(Services, SealedKeyRing)> = OnceCell::const_new();
    let (vault, ring) = SHARED
        .get_or_init(|| async {
            let vault = Services::in_memory().unwrap();
            let sdk = instance::sdk(&vault.http_client());
            let store = Store::new(aws_sdk_dynamodb::Client::new(&sdk), "keys");
            table::create(&store).await.unwrap();
            let host = Instance::builder().settings.instance.host;
            let kms = aws_sdk_kms::Client::new(&sdk);
            Keys::new(store.clone(), Vault::new(kms, "alias/postern", host))
                .published()
                .await
                .unwrap();
            (vault, store.key_ring().await.unwrap().unwrap())
        })
        .await;
    (vault, ring)
}

static NEXT_TABLE: AtomicU64 = AtomicU64::new(0);
static NEXT_SEED: AtomicU64 = AtomicU64::new(1);
/// 2026-01-01T12:00:00Z.
const NOW: i64 = 1_767_268_800_000;
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../postern.toml");
