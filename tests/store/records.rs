//! Records come back as they went in.

use std::collections::BTreeMap;

use postern::flow::{Identifier, Write};
use postern::store::{Commit, Committed, Keys, Versioned};
use postern_tests::Instance;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

use crate::arbitrary::{Seeds, seeds};
use crate::writer::{client, in_context, nonce, stored_client, stored_user};

#[test]
fn any_client_and_user_come_back_as_they_went_in() {
    let runtime = Runtime::new().unwrap();
    let instance = runtime.block_on(Instance::start());
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&seeds(), |seeds| runtime.block_on(round_trip(&instance, &seeds)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

async fn round_trip(instance: &Instance, seeds: &Seeds) -> Result<(), TestCaseError> {
    let (user, client) = in_context(instance, |cx| {
        let user = seeds.user(cx);
        let client = seeds.client(&user, cx);
        (user, client)
    });
    let before = Versioned::new(client.clone());
    let (users, nonce) = (BTreeMap::new(), nonce());
    let writes = [Write::CreateUser(user.clone())];
    let commit =
        Commit { before: &before, next: &client, writes: &writes, users: &users, nonce: &nonce };
    let store = instance.app.store();
    prop_assert_eq!(store.commit(&commit).await.unwrap(), Committed::Done(Some(1)));
    let keys = Keys { client: Some(&client.id), users: vec![&user.id], ..Keys::default() };
    let found = store.load(&keys).await.unwrap();
    prop_assert_eq!(found.client, Some(Versioned { record: client, version: Some(1) }));
    let stored = Versioned { record: user.clone(), version: Some(1) };
    prop_assert_eq!(found.users, BTreeMap::from([(user.id, stored)]));
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_is_absent() {
    let instance = Instance::start().await;
    let (client, user) = (client(&instance), crate::writer::user(&instance));
    let address = Identifier::EmailAddress("nobody@example.com".to_owned());
    let keys =
        Keys { client: Some(&client.id), users: vec![&user.id], identifiers: vec![&address] };
    let found = instance.app.store().load(&keys).await.unwrap();
    assert!(found.client.is_none() && found.users.is_empty() && found.owners.is_empty());
}

#[tokio::test]
async fn a_key_that_is_asked_for_twice_is_read() {
    let instance = Instance::start().await;
    let user = stored_user(&instance).await;
    let client = stored_client(&instance).await;
    let id = &user.record.id;
    let keys = Keys { client: Some(&client.record.id), users: vec![id, id, id], ..Keys::default() };
    let found = instance.app.store().load(&keys).await.unwrap();
    assert_eq!(found.users.get(id), Some(&user));
    assert_eq!(found.client, Some(client));
}

#[tokio::test]
async fn nothing_asked_for_is_nothing_read() {
    let instance = Instance::start().await;
    let found = instance.app.store().load(&Keys::default()).await.unwrap();
    assert!(found.client.is_none() && found.users.is_empty() && found.owners.is_empty());
}

#[tokio::test]
async fn sixty_users_are_read_in_one_call() {
    let instance = Instance::start().await;
    let mut users = Vec::new();
    for _ in 0..60 {
        users.push(stored_user(&instance).await);
    }
    let keys =
        Keys { users: users.iter().map(|user| &user.record.id).collect(), ..Keys::default() };
    let found = instance.app.store().load(&keys).await.unwrap();
    assert_eq!(found.users, crate::writer::read(users));
}
