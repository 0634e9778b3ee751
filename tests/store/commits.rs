//! Writes: on the version that was read, all of them or none.

use std::collections::BTreeMap;

use postern::flow::{Timestamp, User, Write};
use postern::store::{Commit, Committed, Versioned};
use postern_tests::Instance;

use crate::writer::{
    address, client, load_client, load_user, nonce, owner, read, stored_client, stored_user, user,
    write,
};

#[tokio::test]
async fn a_version_that_was_overtaken_is_not_written() {
    let instance = Instance::start().await;
    let before = stored_client(&instance).await;
    assert_eq!(touched(&instance, &before, 1, &[]).await, Committed::Done(Some(2)));
    assert_eq!(touched(&instance, &before, 2, &[]).await, Committed::Raced);
    let found = load_client(instance.app.store(), &before.record.id).await.unwrap();
    assert_eq!((found.record.updated_at, found.version), (Timestamp::from_millis(1), Some(2)));
}

#[tokio::test]
async fn a_client_that_exists_is_not_created_again() {
    let instance = Instance::start().await;
    let stored = stored_client(&instance).await;
    let again = Versioned::new(stored.record.clone());
    assert_eq!(touched(&instance, &again, 1, &[]).await, Committed::Raced);
    assert_eq!(load_client(instance.app.store(), &stored.record.id).await, Some(stored));
}

#[tokio::test]
async fn a_client_that_was_forgotten_is_not_written() {
    let instance = Instance::start().await;
    let stored = stored_client(&instance).await;
    touched(&instance, &stored, 1, &[Write::DeleteClient]).await;
    assert_eq!(load_client(instance.app.store(), &stored.record.id).await, None);
    assert_eq!(touched(&instance, &stored, 2, &[]).await, Committed::Raced);
    assert_eq!(load_client(instance.app.store(), &stored.record.id).await, None);
}

#[tokio::test]
async fn a_client_that_changed_is_not_forgotten() {
    let instance = Instance::start().await;
    let stored = stored_client(&instance).await;
    touched(&instance, &stored, 1, &[]).await;
    assert_eq!(touched(&instance, &stored, 2, &[Write::DeleteClient]).await, Committed::Raced);
    assert!(load_client(instance.app.store(), &stored.record.id).await.is_some());
}

#[tokio::test]
async fn the_same_client_is_no_write() {
    let instance = Instance::start().await;
    let stored = stored_client(&instance).await;
    let _set_up = instance.meter.take();
    let (users, nonce) = (BTreeMap::new(), nonce());
    let commit =
        Commit { before: &stored, next: &stored.record, writes: &[], users: &users, nonce: &nonce };
    let done = instance.app.store().commit(&commit).await.unwrap();
    assert_eq!(done, Committed::Done(Some(1)));
    assert_eq!(instance.meter.take().calls, []);
}

#[tokio::test]
async fn one_condition_that_fails_keeps_everything_from_being_written() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let other = stored_user(&instance).await;
    let taken = address("taken@example.com");
    let claim = Write::Claim(taken.clone(), other.record.id.clone());
    write(&instance, &[claim], &BTreeMap::new()).await;
    let before = stored_client(&instance).await;
    let newcomer = user(&instance);
    let free = address("free@example.com");
    let writes = [
        Write::CreateUser(newcomer.clone()),
        Write::Claim(free.clone(), newcomer.id.clone()),
        Write::Claim(taken.clone(), newcomer.id.clone()),
    ];
    let refused = touched(&instance, &before, 1, &writes).await;
    assert_eq!(refused, Committed::Taken(vec![taken.clone()]));
    assert_eq!(load_client(store, &before.record.id).await, Some(before));
    assert_eq!(load_user(store, &newcomer.id).await, None);
    assert_eq!(owner(store, &free).await, None);
    assert_eq!(owner(store, &taken).await, Some(other.record.id));
}

#[tokio::test]
async fn a_user_that_changed_keeps_the_client_from_being_written() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let read_before = stored_user(&instance).await;
    let renamed = named(&read_before, "First");
    let users = read([read_before.clone()]);
    let done = write(&instance, &[Write::UpdateUser(renamed)], &users).await;
    assert_eq!(done, Committed::Done(Some(1)));
    let fresh = client(&instance);
    let (before, nonce) = (Versioned::new(fresh.clone()), nonce());
    let writes = [Write::UpdateUser(named(&read_before, "Second"))];
    let commit =
        Commit { before: &before, next: &fresh, writes: &writes, users: &users, nonce: &nonce };
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Raced);
    assert_eq!(load_client(store, &fresh.id).await, None);
    let found = load_user(store, &read_before.record.id).await.unwrap();
    assert_eq!((found.record.first_name.as_deref(), found.version), (Some("First"), Some(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_writes_on_one_version_one_is_done() {
    let instance = Instance::start().await;
    let before = stored_client(&instance).await;
    let mut done = 0;
    let writes = (0..20).map(|number| {
        let (store, before) = (instance.app.store().clone(), before.clone());
        tokio::spawn(async move {
            let mut next = before.record.clone();
            next.updated_at = Timestamp::from_millis(number);
            let (users, nonce) = (BTreeMap::new(), nonce());
            let commit =
                Commit { before: &before, next: &next, writes: &[], users: &users, nonce: &nonce };
            store.commit(&commit).await.unwrap()
        })
    });
    for write in writes.collect::<Vec<_>>() {
        done += usize::from(write.await.unwrap() == Committed::Done(Some(2)));
    }
    assert_eq!(done, 1);
    let found = load_client(instance.app.store(), &before.record.id).await.unwrap();
    assert_eq!(found.version, Some(2));
}

/// A write whose answer was lost is made again, just as it was: it must be told from a race.
#[tokio::test]
async fn a_repeated_write_is_known_as_done() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let before = stored_client(&instance).await;
    let mut next = before.record.clone();
    next.updated_at = Timestamp::from_millis(1);
    let newcomer = user(&instance);
    let mine = address("jane@example.com");
    let alone: &[Write] = &[];
    let together =
        &[Write::CreateUser(newcomer.clone()), Write::Claim(mine.clone(), newcomer.id.clone())][..];
    let (users, nonces) = (BTreeMap::new(), [nonce(), nonce()]);
    let mut read_before = before;
    for (writes, nonce) in [alone, together].into_iter().zip(&nonces) {
        let commit = Commit { before: &read_before, next: &next, writes, users: &users, nonce };
        let first = store.commit(&commit).await.unwrap();
        let second = store.commit(&commit).await.unwrap();
        assert_eq!(first, second);
        let Committed::Done(version) = first else { panic!("{first:?}") };
        read_before = Versioned { record: next.clone(), version };
        next.updated_at = Timestamp::from_millis(2);
    }
    let found = load_client(store, &next.id).await.unwrap();
    assert_eq!(found.version, Some(3));
    assert_eq!(owner(store, &mine).await, Some(newcomer.id));
}

#[tokio::test]
async fn another_write_of_the_same_is_a_race() {
    let instance = Instance::start().await;
    let before = stored_client(&instance).await;
    assert_eq!(touched(&instance, &before, 1, &[]).await, Committed::Done(Some(2)));
    assert_eq!(touched(&instance, &before, 1, &[]).await, Committed::Raced);
}

#[tokio::test]
async fn a_repetition_after_somebody_else_wrote_is_no_longer_known() {
    let instance = Instance::start().await;
    let before = stored_client(&instance).await;
    let mut next = before.record.clone();
    next.updated_at = Timestamp::from_millis(1);
    let (users, nonce) = (BTreeMap::new(), nonce());
    let commit = Commit { before: &before, next: &next, writes: &[], users: &users, nonce: &nonce };
    let store = instance.app.store();
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Done(Some(2)));
    let found = load_client(store, &next.id).await.unwrap();
    touched(&instance, &found, 3, &[]).await;
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Raced);
    let found = load_client(store, &next.id).await.unwrap();
    assert_eq!(found.record.updated_at, Timestamp::from_millis(3));
}

/// Writes the client with another time, and these with it.
async fn touched(
    instance: &Instance,
    before: &Versioned<postern::flow::Client>,
    millis: i64,
    writes: &[Write],
) -> Committed {
    let mut next = before.record.clone();
    next.updated_at = Timestamp::from_millis(millis);
    let (users, nonce) = (BTreeMap::new(), nonce());
    let commit = Commit { before, next: &next, writes, users: &users, nonce: &nonce };
    instance.app.store().commit(&commit).await.unwrap()
}

fn named(user: &Versioned<User>, name: &str) -> User {
    User { first_name: Some(name.to_owned()), ..user.record.clone() }
}
