//! How records lie in the table: for the owner who looks at it, and for the broom.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use postern::flow::{Guess, GuessedFactor, Session, SessionId, Timestamp, Write};
use postern::settings::Limits;
use postern::store::{Commit, IpKey, Keys, StoreError, Versioned};
use postern_tests::Instance;
use postern_tests::table::number;

use crate::writer::{address, client, in_context, nonce, stored_client, stored_user, write};

#[tokio::test]
async fn a_client_is_kept_for_thirty_days_after_its_last_session() {
    let instance = Instance::start().await;
    let user = stored_user(&instance).await.record;
    let mut client = client(&instance);
    client.sessions = vec![in_context(&instance, |cx| Session {
        id: SessionId::generate(&user.id, cx),
        expire_at: cx.now + 9 * DAY,
        abandon_at: cx.now + 5 * DAY,
        ..Session::begin(&user.id, cx)
    })];
    let (before, users, nonce) = (Versioned::new(client.clone()), BTreeMap::new(), nonce());
    let commit =
        Commit { before: &before, next: &client, writes: &[], users: &users, nonce: &nonce };
    instance.app.store().commit(&commit).await.unwrap();
    let item = instance.item(&format!("CLIENT#{}", client.id)).await.unwrap();
    let end = Timestamp::from_millis(instance.now()) + 35 * DAY;
    assert_eq!(number(&item, "ttl"), end.seconds());
}

#[tokio::test]
async fn what_belongs_to_a_user_is_kept() {
    let instance = Instance::start().await;
    let user = stored_user(&instance).await.record;
    let claim = Write::Claim(address("jane@example.com"), user.id.clone());
    write(&instance, &[claim], &BTreeMap::new()).await;
    for key in [format!("USER#{}", user.id), "EMAIL#jane@example.com".to_owned(), "KEYRING".into()]
    {
        let item = instance.item(&key).await.unwrap();
        assert!(!item.contains_key("ttl"), "{key}: {item:?}");
    }
}

#[tokio::test]
async fn counters_outlive_their_windows_and_no_more() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let now = Timestamp::from_millis(instance.now());
    let jane = address("jane@example.com");
    let ip = IpKey::new("192.0.2.1".parse().unwrap(), now);
    let limits: Limits = instance.app.settings().limits;
    store.count_message(&jane, &limits, now).await.unwrap();
    store.count_message_from(&ip, &limits).await.unwrap();
    let lockout = instance.app.settings().lockout;
    let guess =
        Guess { user: stored_user(&instance).await.record.id, factor: GuessedFactor::Password };
    store.reserve_guess(&guess, &lockout, now).await.unwrap();
    for (prefix, window) in [
        ("COUNT#EMAIL#", DAY),
        ("COUNT#IP#", Duration::from_hours(1)),
        ("GUESS#", lockout.duration),
    ] {
        let keys = instance.keys(prefix).await;
        let [key] = keys.as_slice() else { panic!("{keys:?}") };
        let ttl = number(&instance.item(key).await.unwrap(), "ttl");
        assert!(ttl >= (now + window).seconds(), "{key} is swept out too early");
        assert!(ttl <= (now + 3 * window).seconds(), "{key} stays");
    }
}

#[tokio::test]
async fn every_record_says_its_version_and_its_shape() {
    let instance = Instance::start().await;
    let client = stored_client(&instance).await.record;
    let item = instance.item(&format!("CLIENT#{}", client.id)).await.unwrap();
    assert_eq!((number(&item, "version"), number(&item, "schema")), (1, 1));
    assert_eq!(item["record"].as_m().unwrap()["id"].as_s().unwrap(), client.id.as_str());
}

#[tokio::test]
async fn a_broken_item_says_which_one_it_is() {
    let instance = Instance::start().await;
    let user = stored_user(&instance).await.record;
    let client = stored_client(&instance).await.record;
    let jane = address("jane@example.com");
    let claim = Write::Claim(jane.clone(), user.id.clone());
    write(&instance, &[claim], &BTreeMap::new()).await;
    let cases = [
        (
            format!("CLIENT#{}", client.id),
            "record",
            Keys { client: Some(&client.id), ..Keys::default() },
        ),
        (format!("USER#{}", user.id), "version", Keys { users: vec![&user.id], ..Keys::default() }),
        (
            "EMAIL#jane@example.com".to_owned(),
            "user_id",
            Keys { identifiers: vec![&jane], ..Keys::default() },
        ),
    ];
    for (pk, attribute, keys) in cases {
        break_item(&instance, &pk, attribute).await;
        let error = instance.app.store().load(&keys).await.unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt { key, .. } if *key == pk), "{error:?}");
        assert!(error.to_string().contains(&pk), "{error}");
    }
}

#[tokio::test]
async fn a_broken_record_is_not_shown_to_anybody() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    browser.sign_up(&instance, "jane@example.com", &[]).await;
    let user = instance.keys("USER#").await.remove(0);
    break_item(&instance, &user, "record").await;
    let refused = browser.get("/v1/client").await.refused(503, "service_unavailable");
    assert!(!refused.text.contains("broken"), "{}", refused.text);
    assert!(refused.headers.get("set-cookie").is_none(), "the session may be mended yet");
}

/// Puts something into an attribute that cannot be there.
async fn break_item(instance: &Instance, pk: &str, attribute: &str) {
    let store = instance.app.store();
    store
        .dynamodb()
        .update_item()
        .table_name(store.table())
        .key("pk", AttributeValue::S(pk.to_owned()))
        .update_expression("SET #broken = :broken")
        .expression_attribute_names("#broken", attribute)
        .expression_attribute_values(":broken", AttributeValue::L(vec![]))
        .send()
        .await
        .unwrap();
}

const DAY: Duration = Duration::from_hours(24);
