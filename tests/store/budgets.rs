//! How many messages there were, and how many wrong guesses.

use std::time::Duration;

use postern::flow::Timestamp;
use postern::settings::Limits;
use postern::store::{Counted, IpKey, Store};
use postern_tests::Instance;

use crate::writer::address;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_messages_are_counted_exactly() {
    let instance = Instance::start().await;
    let (to, limits) = (address("jane@example.com"), limits(7, 100));
    let counts = (0..40).map(|_| {
        let (store, to) = (instance.app.store().clone(), to.clone());
        tokio::spawn(async move { store.count_message(&to, &limits, NOON).await.unwrap() })
    });
    let mut counted = 0;
    for count in counts.collect::<Vec<_>>() {
        counted += usize::from(count.await.unwrap() == Counted::Yes);
    }
    assert_eq!(counted, 7);
}

#[tokio::test]
async fn an_hour_begins_on_the_hour() {
    let instance = Instance::start().await;
    let (store, to, limits) = (instance.app.store(), address("jane@example.com"), limits(2, 100));
    let end = NOON + Duration::from_millis(59 * 60_000 + 59_999);
    for _ in 0..2 {
        assert_eq!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    }
    let refused = store.count_message(&to, &limits, end).await.unwrap();
    assert_eq!(refused, Counted::Refused { retry_after: Duration::from_secs(1) });
    let next = end + Duration::from_millis(1);
    assert_eq!(store.count_message(&to, &limits, next).await.unwrap(), Counted::Yes);
}

#[tokio::test]
async fn a_day_begins_at_midnight() {
    let instance = Instance::start().await;
    let (store, to, limits) = (instance.app.store(), address("jane@example.com"), limits(1, 3));
    let hour = Duration::from_hours(1);
    for hours in 0..3 {
        let counted = store.count_message(&to, &limits, NOON + hour * hours).await.unwrap();
        assert_eq!(counted, Counted::Yes);
    }
    let refused = store.count_message(&to, &limits, NOON + hour * 4).await.unwrap();
    assert_eq!(refused, Counted::Refused { retry_after: hour * 8 });
    let midnight = NOON + hour * 12;
    assert_eq!(store.count_message(&to, &limits, midnight).await.unwrap(), Counted::Yes);
    // The same hour of the next day has a count of its own.
    let noon = NOON + hour * 24;
    assert_eq!(store.count_message(&to, &limits, noon).await.unwrap(), Counted::Yes);
}

#[tokio::test]
async fn a_message_that_was_given_back_can_be_sent() {
    let instance = Instance::start().await;
    let (store, to, limits) = (instance.app.store(), address("jane@example.com"), limits(1, 1));
    assert_eq!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    store.uncount_message(&to, NOON).await.unwrap();
    assert_eq!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    assert_ne!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
}

#[tokio::test]
async fn what_was_not_counted_is_not_given_back() {
    let instance = Instance::start().await;
    let (store, to, limits) = (instance.app.store(), address("jane@example.com"), limits(1, 1));
    let ip = IpKey::new("192.0.2.1".parse().unwrap(), NOON);
    for _ in 0..3 {
        store.uncount_message(&to, NOON).await.unwrap();
        store.uncount_message_from(&ip).await.unwrap();
    }
    assert_eq!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    assert_ne!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    let limits = Limits { messages_per_ip_hour: 1, ..limits };
    assert_eq!(store.count_message_from(&ip, &limits).await.unwrap(), Counted::Yes);
    assert_ne!(store.count_message_from(&ip, &limits).await.unwrap(), Counted::Yes);
}

#[tokio::test]
async fn wrong_codes_for_an_address_end_its_messages_for_the_day() {
    let instance = Instance::start().await;
    let (store, to) = (instance.app.store(), address("jane@example.com"));
    let limits = Limits { wrong_codes_per_address_day: 3, ..limits(100, 100) };
    for _ in 0..3 {
        assert_eq!(store.count_message(&to, &limits, NOON).await.unwrap(), Counted::Yes);
        let counted = store.count_wrong(&to, &limits, NOON).await.unwrap();
        assert_eq!(counted, Counted::Yes);
    }
    assert_ne!(store.count_wrong(&to, &limits, NOON).await.unwrap(), Counted::Yes);
    let refused = store.count_message(&to, &limits, NOON).await.unwrap();
    assert_eq!(refused, Counted::Refused { retry_after: Duration::from_hours(12) });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_from_one_caller_are_paid_for_exactly() {
    let instance = Instance::start().await;
    let ip = IpKey::new("192.0.2.1".parse().unwrap(), NOON);
    let guesses = (0..40).map(|_| {
        let (store, ip) = (instance.app.store().clone(), ip.clone());
        tokio::spawn(async move { guess(&store, &ip).await })
    });
    let mut paid = 0;
    for guess in guesses.collect::<Vec<_>>() {
        paid += usize::from(guess.await.unwrap() == Counted::Yes);
    }
    assert_eq!(paid, 7);
    let later = IpKey::new("192.0.2.1".parse().unwrap(), NOON + Duration::from_hours(1));
    assert_eq!(guess(instance.app.store(), &later).await, Counted::Yes);
}

#[tokio::test]
async fn a_guess_that_was_given_back_costs_the_caller_nothing() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let ip = IpKey::new("192.0.2.1".parse().unwrap(), NOON);
    store.return_guess_from(&ip).await.unwrap();
    for _ in 0..20 {
        assert_eq!(guess(store, &ip).await, Counted::Yes);
        store.return_guess_from(&ip).await.unwrap();
    }
    for _ in 0..7 {
        assert_eq!(guess(store, &ip).await, Counted::Yes);
    }
    let refused = Counted::Refused { retry_after: Duration::from_hours(1) };
    assert_eq!(guess(store, &ip).await, refused);
}

#[tokio::test]
async fn who_guessed_wrong_too_often_gets_no_message() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let ip = IpKey::new("192.0.2.1".parse().unwrap(), NOON);
    for _ in 0..7 {
        guess(store, &ip).await;
    }
    let refused = Counted::Refused { retry_after: Duration::from_hours(1) };
    assert_eq!(store.count_message_from(&ip, &limits(100, 100)).await.unwrap(), refused);
}

#[tokio::test]
async fn a_network_of_version_6_counts_as_one_caller() {
    let instance = Instance::start().await;
    let store = instance.app.store();
    let ip = |text: &str| IpKey::new(text.parse().unwrap(), NOON);
    for _ in 0..7 {
        guess(store, &ip("2001:db8:1:2::1")).await;
        // An address of version 4 in its form of version 6 is the same caller.
        guess(store, &ip("::ffff:192.0.2.1")).await;
    }
    assert_ne!(guess(store, &ip("2001:db8:1:2:ffff::9")).await, Counted::Yes);
    assert_ne!(guess(store, &ip("192.0.2.1")).await, Counted::Yes);
    assert_eq!(guess(store, &ip("2001:db8:1:3::1")).await, Counted::Yes);
}

async fn guess(store: &Store, ip: &IpKey) -> Counted {
    store.reserve_guess_from(ip, &limits(100, 100)).await.unwrap()
}

fn limits(hour: u32, day: u32) -> Limits {
    Limits {
        messages_per_address_hour: hour,
        messages_per_address_day: day,
        messages_per_ip_hour: 100,
        wrong_codes_per_address_day: 100,
        wrong_guesses_per_ip_hour: 7,
    }
}

/// 2026-01-01T12:00:00Z.
const NOON: Timestamp = Timestamp::from_millis(1_767_268_800_000);
