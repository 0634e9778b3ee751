//! Guesses at one factor of one account.

use std::collections::BTreeMap;
use std::time::Duration;

use postern::flow::{Guess, GuessedFactor, Timestamp, Write};
use postern::settings::Lockout;
use postern::store::{Reserved, Store};
use postern_tests::Instance;

use crate::writer::{user, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_are_paid_for_exactly() {
    let instance = Instance::start().await;
    let guess = guess(&instance);
    assert_eq!(reserved(&instance, &guess, 40, NOW).await, 10);
}

#[tokio::test]
async fn a_locked_factor_says_until_when() {
    let instance = Instance::start().await;
    let (store, guess) = (instance.app.store(), guess(&instance));
    for second in 0..10 {
        let now = NOW + Duration::from_secs(second);
        assert_eq!(reserve(store, &guess, now).await, Reserved::Yes);
    }
    // It counts from the last guess that was taken.
    let until = NOW + Duration::from_secs(9) + LOCKOUT.duration;
    let later = NOW + Duration::from_mins(1);
    assert_eq!(reserve(store, &guess, later).await, Reserved::Locked { until });
    let end = until - Duration::from_millis(1);
    assert_eq!(reserve(store, &guess, end).await, Reserved::Locked { until });
    assert_eq!(reserve(store, &guess, until).await, Reserved::Yes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_after_the_lock_out_are_no_more_than_before() {
    let instance = Instance::start().await;
    let guess = guess(&instance);
    reserved(&instance, &guess, 20, NOW).await;
    let after = NOW + LOCKOUT.duration;
    let first = reserved(&instance, &guess, 40, after).await;
    let rest = reserved(&instance, &guess, 40, after).await;
    assert_eq!(first + rest, 10);
}

#[tokio::test]
async fn a_guess_that_was_given_back_can_be_made() {
    let instance = Instance::start().await;
    let (store, guess) = (instance.app.store(), guess(&instance));
    assert_eq!(reserved(&instance, &guess, 10, NOW).await, 10);
    store.return_guess(&guess).await.unwrap();
    assert_eq!(reserved(&instance, &guess, 10, NOW).await, 1);
}

#[tokio::test]
async fn no_more_is_given_back_than_was_taken() {
    let instance = Instance::start().await;
    let (store, guess) = (instance.app.store(), guess(&instance));
    for _ in 0..3 {
        store.return_guess(&guess).await.unwrap();
    }
    assert_eq!(reserve(store, &guess, NOW).await, Reserved::Yes);
    for _ in 0..3 {
        store.return_guess(&guess).await.unwrap();
    }
    assert_eq!(reserved(&instance, &guess, 20, NOW).await, 10);
}

#[tokio::test]
async fn a_proved_factor_forgets_its_failures() {
    let instance = Instance::start().await;
    let guess = guess(&instance);
    let proved = [Write::ForgetGuesses { guess: guess.clone(), at: NOW }];
    write(&instance, &proved, &BTreeMap::new()).await;
    assert_eq!(reserved(&instance, &guess, 9, NOW).await, 9);
    write(&instance, &proved, &BTreeMap::new()).await;
    assert_eq!(reserved(&instance, &guess, 20, NOW).await, 10);
}

#[tokio::test]
async fn each_factor_has_a_count_of_its_own() {
    let instance = Instance::start().await;
    let password = guess(&instance);
    let code = Guess { factor: GuessedFactor::EmailCode, ..password.clone() };
    assert_eq!(reserved(&instance, &password, 20, NOW).await, 10);
    assert_eq!(reserved(&instance, &code, 20, NOW).await, 10);
}

/// How many of so many guesses at once may be made.
async fn reserved(instance: &Instance, guess: &Guess, count: usize, now: Timestamp) -> usize {
    let guesses = (0..count).map(|_| {
        let (store, guess) = (instance.app.store().clone(), guess.clone());
        tokio::spawn(async move { reserve(&store, &guess, now).await })
    });
    let mut reserved = 0;
    for guess in guesses.collect::<Vec<_>>() {
        reserved += usize::from(guess.await.unwrap() == Reserved::Yes);
    }
    reserved
}

async fn reserve(store: &Store, guess: &Guess, now: Timestamp) -> Reserved {
    store.reserve_guess(guess, &LOCKOUT, now).await.unwrap()
}

fn guess(instance: &Instance) -> Guess {
    Guess { user: user(instance).id, factor: GuessedFactor::Password }
}

const LOCKOUT: Lockout = Lockout { max_attempts: 10, duration: Duration::from_hours(1) };
/// 2026-01-01T12:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_767_268_800_000);
