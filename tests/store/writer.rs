//! Records and commits with whatever does not matter filled in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use postern::flow::verification::CodeKey;
use postern::flow::{Client, ClientId, Context, Identifier, Timestamp, User, UserId, Write};
use postern::store::{Commit, Committed, Keys, Loaded, Store, StoreError, Versioned};
use postern_tests::Instance;

/// Does something in a context that no other is like.
pub(crate) fn in_context<T>(instance: &Instance, make: impl FnOnce(&Context<'_>) -> T) -> T {
    let mut entropy = [0; 32];
    entropy[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    let code_key = CodeKey::new(&[7; 32]);
    let now = Timestamp::from_millis(instance.now());
    make(&Context { now, settings: instance.app.settings(), code_key: Some(&code_key), entropy })
}

/// A client on which nothing has happened.
pub(crate) fn client(instance: &Instance) -> Client {
    in_context(instance, |cx| Client::new(cx).0)
}

/// A user without any identifier.
pub(crate) fn user(instance: &Instance) -> User {
    let now = Timestamp::from_millis(instance.now());
    User {
        id: in_context(instance, UserId::generate),
        email_addresses: Vec::new(),
        primary_email_address: None,
        username: None,
        first_name: None,
        last_name: None,
        password: None,
        password_version: 0,
        unsafe_metadata: postern::flow::metadata::Metadata::default(),
        sessions: Vec::new(),
        last_sign_in_at: None,
        legal_accepted_at: None,
        locale: None,
        timezone: None,
        created_at: now,
        updated_at: now,
    }
}

pub(crate) fn address(text: &str) -> Identifier {
    Identifier::EmailAddress(text.to_owned())
}

/// A text that no other write carries, of another run against the same DynamoDB neither.
pub(crate) fn nonce() -> String {
    format!("{:016x}{:016x}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// Writes these with a client that nobody knows.
pub(crate) async fn write(
    instance: &Instance,
    writes: &[Write],
    users: &BTreeMap<UserId, Versioned<User>>,
) -> Committed {
    let client = client(instance);
    let before = Versioned::new(client.clone());
    let nonce = nonce();
    let commit = Commit { before: &before, next: &client, writes, users, nonce: &nonce };
    instance.app.store().commit(&commit).await.unwrap()
}

/// Creates a client, and answers with it as it is stored.
pub(crate) async fn stored_client(instance: &Instance) -> Versioned<Client> {
    let client = client(instance);
    let before = Versioned::new(client.clone());
    let (users, nonce) = (BTreeMap::new(), nonce());
    let commit =
        Commit { before: &before, next: &client, writes: &[], users: &users, nonce: &nonce };
    assert_eq!(instance.app.store().commit(&commit).await.unwrap(), Committed::Done(Some(1)));
    Versioned { record: client, version: Some(1) }
}

/// Creates a user, and answers with it as it is stored.
pub(crate) async fn stored_user(instance: &Instance) -> Versioned<User> {
    let user = user(instance);
    let done = write(instance, &[Write::CreateUser(user.clone())], &BTreeMap::new()).await;
    assert_eq!(done, Committed::Done(Some(1)));
    Versioned { record: user, version: Some(1) }
}

pub(crate) async fn load_client(store: &Store, id: &ClientId) -> Option<Versioned<Client>> {
    load(store, &Keys { client: Some(id), ..Keys::default() }).await.unwrap().client
}

pub(crate) async fn load_user(store: &Store, id: &UserId) -> Option<Versioned<User>> {
    load(store, &Keys { users: vec![id], ..Keys::default() }).await.unwrap().users.remove(id)
}

pub(crate) async fn owner(store: &Store, identifier: &Identifier) -> Option<UserId> {
    let keys = Keys { identifiers: vec![identifier], ..Keys::default() };
    load(store, &keys).await.unwrap().owners.remove(identifier)
}

pub(crate) async fn load(store: &Store, keys: &Keys<'_>) -> Result<Loaded, StoreError> {
    store.load(keys).await
}

/// Users as they were read, by their ids.
pub(crate) fn read(
    users: impl IntoIterator<Item = Versioned<User>>,
) -> BTreeMap<UserId, Versioned<User>> {
    users.into_iter().map(|user| (user.record.id.clone(), user)).collect()
}

static NEXT: AtomicU64 = AtomicU64::new(1);
