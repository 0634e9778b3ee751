//! How large the items are.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use postern_tests::Instance;

use crate::journeys::{at_once_on, one_by_one_on, warm};

/// The sizes of the items after a sign-up, by what they are, in bytes as DynamoDB counts them.
pub(crate) async fn after_sign_ups() -> [BTreeMap<String, usize>; 2] {
    let plain = warm().await;
    one_by_one_on(&plain).await;
    let full = warm().await;
    at_once_on(&full).await;
    [of_items(&plain).await, of_items(&full).await]
}

#[tokio::test]
async fn client_and_user_stay_within_the_units_that_a_sign_up_pays_for() {
    let [plain, full] = after_sign_ups().await;
    for kind in ["CLIENT", "USER"] {
        assert!(plain.get(kind).is_some_and(|size| *size <= 2 * 1024), "{plain:?}");
        assert!(full.get(kind).is_some_and(|size| *size <= 3 * 1024), "{full:?}");
    }
}

async fn of_items(instance: &Instance) -> BTreeMap<String, usize> {
    let store = instance.app.store();
    let scan = store.dynamodb().scan().table_name(store.table()).send().await.unwrap();
    scan.items
        .unwrap_or_default()
        .iter()
        .map(|item| {
            let pk = item.get("pk").and_then(|pk| pk.as_s().ok()).unwrap();
            let kind = pk.rsplit_once('#').map_or(pk.as_str(), |(kind, _)| kind);
            (kind_of(kind), item.iter().map(|(name, value)| name.len() + size(value)).sum())
        })
        .collect()
}

/// What an item is: its key without what names one of many.
fn kind_of(prefix: &str) -> String {
    prefix
        .split('#')
        .filter(|part| part.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect::<Vec<_>>()
        .join(" ")
}

/// DynamoDB's own rule, "Item sizes and formats" in its developer guide.
fn size(value: &AttributeValue) -> usize {
    if let Ok(text) = value.as_s() {
        text.len()
    } else if let Ok(number) = value.as_n() {
        let digits = number.trim_start_matches('-').trim_end_matches('0');
        digits.len().div_ceil(2) + 1 + usize::from(number.starts_with('-'))
    } else if let Ok(map) = value.as_m() {
        3 + map.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>()
    } else if let Ok(list) = value.as_l() {
        3 + list.iter().map(|value| 1 + size(value)).sum::<usize>()
    } else {
        1
    }
}
