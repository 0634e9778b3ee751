//! An identifier is one user's.

use std::collections::BTreeMap;

use postern::flow::{Identifier, UserId, Write};
use postern::store::Committed;
use postern_tests::Instance;

use crate::writer::{address, owner, stored_user, user, write};

#[tokio::test]
async fn a_claimed_identifier_is_refused_to_others() {
    let instance = Instance::start().await;
    let jane = address("jane@example.com");
    let (first, second) = (user(&instance).id, user(&instance).id);
    assert_eq!(claim(&instance, &jane, &first).await, Committed::Done(Some(1)));
    assert_eq!(claim(&instance, &jane, &second).await, Committed::Taken(vec![jane.clone()]));
    assert_eq!(owner(instance.app.store(), &jane).await, Some(first));
}

#[tokio::test]
async fn an_owner_may_claim_again() {
    let instance = Instance::start().await;
    let (jane, id) = (address("jane@example.com"), user(&instance).id);
    claim(&instance, &jane, &id).await;
    assert_eq!(claim(&instance, &jane, &id).await, Committed::Done(Some(1)));
}

#[tokio::test]
async fn a_username_is_not_an_address() {
    let instance = Instance::start().await;
    let (first, second) = (user(&instance).id, user(&instance).id);
    let name = Identifier::Username("jane@example.com".to_owned());
    claim(&instance, &address("jane@example.com"), &first).await;
    assert_eq!(claim(&instance, &name, &second).await, Committed::Done(Some(1)));
    assert_eq!(owner(instance.app.store(), &name).await, Some(second));
}

#[tokio::test]
async fn only_the_owner_releases() {
    let instance = Instance::start().await;
    let (jane, id) = (address("jane@example.com"), user(&instance).id);
    claim(&instance, &jane, &id).await;
    let stranger = stored_user(&instance).await.record.id;
    assert_eq!(release(&instance, &jane, &stranger).await, Committed::Raced);
    assert_eq!(owner(instance.app.store(), &jane).await, Some(id.clone()));
    assert_eq!(release(&instance, &jane, &id).await, Committed::Done(Some(1)));
    assert_eq!(owner(instance.app.store(), &jane).await, None);
    assert_eq!(claim(&instance, &jane, &stranger).await, Committed::Done(Some(1)));
}

#[tokio::test]
async fn what_nobody_claimed_is_not_released() {
    let instance = Instance::start().await;
    let id = user(&instance).id;
    let released = release(&instance, &address("jane@example.com"), &id).await;
    assert_eq!(released, Committed::Raced);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_claims_one_is_done() {
    let instance = std::sync::Arc::new(Instance::start().await);
    let jane = address("jane@example.com");
    let claims = (0..20).map(|_| {
        let (instance, jane) = (instance.clone(), jane.clone());
        tokio::spawn(async move {
            let id = user(&instance).id;
            (claim(&instance, &jane, &id).await, id)
        })
    });
    let mut winners = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        match claim.await.unwrap() {
            (Committed::Done(_), id) => winners.push(id),
            (Committed::Taken(taken), _) => assert_eq!(taken, std::slice::from_ref(&jane)),
            // Two transactions at once on one item: DynamoDB may refuse both.
            (Committed::Raced, _) => {}
            (spent @ Committed::Spent { .. }, _) => panic!("{spent:?}"),
        }
    }
    assert!(winners.len() <= 1, "{winners:?}");
    assert_eq!(owner(instance.app.store(), &jane).await, winners.pop());
}

async fn claim(instance: &Instance, identifier: &Identifier, owner: &UserId) -> Committed {
    write(instance, &[Write::Claim(identifier.clone(), owner.clone())], &BTreeMap::new()).await
}

async fn release(instance: &Instance, identifier: &Identifier, owner: &UserId) -> Committed {
    write(instance, &[Write::Release(identifier.clone(), owner.clone())], &BTreeMap::new()).await
}
