//! What lies in the table, past everything that reads it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Instance;

/// An item's attributes.
pub type Item = HashMap<String, AttributeValue>;

impl Instance {
    /// Every item of the table.
    pub async fn items(&self) -> Vec<Item> {
        let store = self.app.store();
        let scan = store.dynamodb().scan().table_name(store.table()).consistent_read(true);
        let pages = scan.into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.unwrap()
    }

    /// The keys that begin like this, sorted.
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let items = self.items().await;
        let mut keys: Vec<_> =
            items.iter().map(key).filter(|key| key.starts_with(prefix)).collect();
        keys.sort_unstable();
        keys
    }

    /// The item of that key.
    pub async fn item(&self, pk: &str) -> Option<Item> {
        self.items().await.into_iter().find(|item| key(item) == pk)
    }

    /// Checks that users and claims are halves of each other: every claim is of a user who has the
    /// identifier, and every identifier of a user is claimed. Answers with the number of users.
    pub async fn whole_users(&self) -> usize {
        let items = self.items().await;
        let mut claims: Vec<_> = items
            .iter()
            .filter(|item| ["EMAIL#", "USERNAME#"].iter().any(|kind| key(item).starts_with(kind)))
            .map(|item| (key(item), format!("USER#{}", text(item, "user_id"))))
            .collect();
        let users: Vec<_> = items.iter().filter(|item| key(item).starts_with("USER#")).collect();
        let mut owned: Vec<_> = users
            .iter()
            .flat_map(|user| identifiers(user).into_iter().map(|own| (own, key(user))))
            .collect();
        claims.sort_unstable();
        owned.sort_unstable();
        assert_eq!(claims, owned, "claims, and what users have");
        users.len()
    }
}

/// An item's key.
pub fn key(item: &Item) -> String {
    text(item, "pk")
}

/// The text of an attribute; empty if there is none.
pub fn text(item: &Item, attribute: &str) -> String {
    item.get(attribute).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

/// The number of an attribute; zero if there is none.
pub fn number(item: &Item, attribute: &str) -> i64 {
    let number = item.get(attribute).and_then(|value| value.as_n().ok());
    number.map(|number| number.parse().unwrap()).unwrap_or_default()
}

/// The keys of the claims that a user must have.
fn identifiers(user: &Item) -> Vec<String> {
    let record = user.get("record").unwrap().as_m().unwrap();
    let claim = |kind: &str, identifier: &AttributeValue| {
        format!("{kind}#{}", text(identifier.as_m().unwrap(), "value"))
    };
    let addresses = record.get("email_addresses").map(|list| list.as_l().unwrap().as_slice());
    let addresses = addresses.unwrap_or_default().iter();
    addresses
        .map(|email| claim("EMAIL", email.as_m().unwrap().get("address").unwrap()))
        .chain(record.get("username").map(|name| claim("USERNAME", name)))
        .collect()
}
