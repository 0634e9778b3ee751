//! The composition root: load, decide, store, perform, in one place.
//!
//! [`App::advance`] is the only way by which anything of a person's changes. It knows the order of things and nothing of
//! what they mean: that is `flow`'s; and nothing of HTTP: that is `http`'s.

use std::net::IpAddr;
use std::sync::Arc;

use crate::flow::{Client, ClientId, Context, Secret, SecretStanding, SessionId, Timestamp};
use crate::message::Mailer;
use crate::settings::Settings;
use crate::store::{Keys as ItemKeys, Store, Versioned};
use crate::token::{Handshake, Jwk, SessionClaims};

pub use chance::{Clock, Entropy};
pub use error::{AppError, chain};
pub use hasher::Hasher;
pub use keys::{KeyError, Keys};
pub use reply::{Reply, View};

mod advance;
mod chance;
pub mod environment;
mod error;
mod hasher;
mod keys;
mod reply;

/// Everything that a function needs to answer a request.
#[derive(Debug)]
pub struct App {
    settings: Arc<Settings>,
    site: Site,
    store: Store,
    keys: Keys,
    mailer: Option<Mailer>,
    signs: bool,
    opens_code_key: bool,
    hasher: Hasher,
    clock: Clock,
    entropy: Entropy,
}

/// Where this instance is reached, and by whom its keys may be asked for.
#[derive(Clone, Debug)]
pub struct Site {
    /// The API's address without a path: `https://accounts.example.com`.
    pub base_url: String,
    /// The key by which the application's servers prove themselves. Never printed.
    pub secret_key: Option<SecretKey>,
}

/// The key by which the application's servers prove themselves. Never printed.
#[derive(Clone)]
pub struct SecretKey(String);

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the caller proves itself by, if it is known.
    pub credential: Option<Credential>,
    /// The address that the request came from.
    pub ip: IpAddr,
    /// The origin of the page that asked.
    pub origin: Option<String>,
}

/// What a browser proves itself by.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Which client it says it is.
    pub client: ClientId,
    /// Its secret.
    pub secret: Secret,
}

impl App {
    /// An app over these services, which neither sends nor signs.
    #[must_use]
    pub fn new(settings: Arc<Settings>, site: Site, store: Store, keys: Keys) -> Self {
        Self {
            settings,
            site,
            store,
            keys,
            mailer: None,
            signs: false,
            opens_code_key: false,
            hasher: Hasher::new(),
            clock: Clock::System,
            entropy: Entropy::System,
        }
    }

    /// The same, and it sends messages.
    #[must_use]
    pub fn sending(self, mailer: Mailer) -> Self {
        Self { mailer: Some(mailer), ..self }
    }

    /// The same, and it signs session tokens.
    #[must_use]
    pub fn signing(self) -> Self {
        Self { signs: true, ..self }
    }

    /// The same, and it makes or compares codes: their key is opened at the start.
    #[must_use]
    pub fn opening_code_key(self) -> Self {
        Self { opens_code_key: true, ..self }
    }

    /// The same with another clock and other chance.
    #[must_use]
    pub fn with(self, clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy, ..self }
    }

    /// The instance's settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where the instance is reached.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The table.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many passwords were hashed or compared: the work that must not tell a known user from an unknown.
    #[must_use]
    pub fn passwords_hashed(&self) -> u64 {
        self.hasher.hashed()
    }

    /// A random name for a request, to find it in the logs by.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.entropy.hex()
    }

    /// The published keys.
    ///
    /// # Errors
    /// [`AppError::Keys`] if they cannot be read.
    pub async fn published_keys(&self) -> Result<Vec<Jwk>, AppError> {
        Ok(self.keys.published().await?)
    }

    /// Reads the keys that this function will need, so that its first request does not wait for them.
    ///
    /// # Errors
    /// [`AppError::Keys`] if they cannot be read or opened; the first request then tries again.
    pub async fn warm_up(&self) -> Result<(), AppError> {
        let signer = async { if self.signs { self.keys.signer().await.map(drop) } else { Ok(()) } };
        let hash = async {
            if self.opens_code_key { self.keys.code_key().await.map(drop) } else { Ok(()) }
        };
        tokio::try_join!(signer, hash)?;
        Ok(())
    }

    /// The caller's client as it is now; `None` for a caller who has none.
    ///
    /// # Errors
    /// [`AppError::Store`] or [`AppError::Keys`] if a service does not answer.
    pub async fn view(&self, caller: &Caller) -> Result<Option<View>, AppError> {
        let now = self.now();
        let Some(credential) = &caller.credential else { return Ok(None) };
        let keys = ItemKeys { client: Some(&credential.client), ..ItemKeys::default() };
        let client = self.store.load(&keys).await?.client;
        let Some((client, standing)) = recognised(client, credential, now) else { return Ok(None) };
        let client = client.record;
        let client = match &standing {
            SecretStanding::Superseded(visible) => client.limited_to(visible),
            SecretStanding::Current | SecretStanding::Unknown => client,
        };
        let owners: Vec<_> = client.sessions.iter().map(|session| &session.user).collect();
        let users =
            self.store.load(&ItemKeys { users: owners, ..ItemKeys::default() }).await?.users;
        let users = users.into_iter().map(|(id, user)| (id, user.record)).collect();
        self.compose(
            client,
            users,
            standing == SecretStanding::Current,
            None,
            caller.origin.as_deref(),
            now,
        )
        .await
        .map(Some)
    }

    /// Signs what a handshake hands over.
    ///
    /// # Errors
    /// [`AppError::Keys`] if the key cannot be had.
    pub async fn sign_handshake(&self, handshake: &Handshake) -> Result<String, AppError> {
        Ok(self.keys.signer().await?.sign(handshake).map_err(KeyError::from)?)
    }

    /// Signs a token for a live session of the view.
    ///
    /// # Errors
    /// [`AppError::Keys`] if the key cannot be had.
    pub async fn sign_session(
        &self,
        view: &View,
        id: &SessionId,
        origin: Option<&str>,
    ) -> Result<Option<String>, AppError> {
        match view.session(id) {
            Some(session) => Ok(Some(self.token(session, origin, view.now).await?)),
            None => Ok(None),
        }
    }

    async fn token(
        &self,
        session: &crate::flow::Session,
        origin: Option<&str>,
        now: Timestamp,
    ) -> Result<String, KeyError> {
        let issuer = self.settings.instance.issuer();
        let claims = SessionClaims::new(
            session,
            &issuer,
            origin.map(str::to_owned),
            self.entropy.hex(),
            now,
        );
        Ok(self.keys.signer().await?.sign(&claims)?)
    }

    fn context<'a>(
        &'a self,
        code_key: Option<&'a crate::flow::verification::CodeKey>,
        now: Timestamp,
        entropy: [u8; 32],
    ) -> Context<'a> {
        Context { now, settings: &self.settings, code_key, entropy }
    }
}

impl SecretKey {
    /// Takes the key that the operator chose.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether this is the key. Takes the same time wherever they differ.
    #[must_use]
    pub fn is(&self, presented: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), presented.as_bytes())
            .is_ok()
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// The stored client, if the credential's secret is, or just was, its own.
fn recognised(
    client: Option<Versioned<Client>>,
    credential: &Credential,
    now: Timestamp,
) -> Option<(Versioned<Client>, SecretStanding)> {
    let client = client?;
    match client.record.recognise(&credential.secret, now) {
        SecretStanding::Unknown => None,
        standing @ (SecretStanding::Current | SecretStanding::Superseded(_)) => {
            Some((client, standing))
        }
    }
}
