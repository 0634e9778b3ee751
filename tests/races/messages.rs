//! Many requests for messages.

use std::time::Duration;

use postern_tests::table::number;
use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_prepares_send_one_message() {
    let instance = Instance::start().await;
    let (browser, path) = named(&instance).await;
    let replies = crowd((0..10).map(|_| prepare(&browser.stolen(), &path))).await;
    assert_eq!(answers(&replies).get("ok"), Some(&1));
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert!([409, 429].contains(&reply.status.as_u16()), "{}: {}", reply.status, reply.text);
    }
    assert_eq!(instance.messages(JANE).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_prepares_take_one_message_from_the_budget() {
    let instance = Instance::start().await;
    let (browser, path) = named(&instance).await;
    crowd((0..10).map(|_| prepare(&browser.stolen(), &path))).await;
    assert_eq!(counted(&instance, "COUNT#EMAIL#").await, 1, "of the address");
    assert_eq!(counted(&instance, "COUNT#IP#").await, 1, "of the caller");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_browsers_get_five_messages_to_one_address() {
    let instance = Instance::start().await;
    let replies = crowd((0..40).map(|_| sign_up(&instance.browser(), JANE))).await;
    let expected = [("ok".to_owned(), 5), ("too_many_requests".to_owned(), 35)];
    assert_eq!(answers(&replies), expected.into());
    assert_eq!(instance.messages(JANE).len(), 5);
    instance.wait(Duration::from_hours(1));
    sign_up(&instance.browser(), JANE).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_caller_gets_no_more_messages_than_its_limit() {
    let limited = |settings: &mut postern::settings::Settings| {
        settings.limits.messages_per_ip_hour = 7;
    };
    let instance = Instance::builder().settings(limited).start().await;
    let requests = (0..30).map(|number| {
        sign_up(&instance.browser().at("192.0.2.1"), &format!("jane{number}@example.com"))
    });
    let replies = crowd(requests).await;
    let expected = [("ok".to_owned(), 7), ("too_many_requests".to_owned(), 23)];
    assert_eq!(answers(&replies), expected.into());
    assert_eq!(instance.services.outbox().all().len(), 7);
    // Who was refused for the caller's sake has lost nothing of the address's own budget.
    for number in 0..30 {
        let address = format!("jane{number}@example.com");
        let key = format!("COUNT#EMAIL#{address}#");
        let sent = i64::try_from(instance.messages(&address).len()).unwrap();
        assert_eq!(counted(&instance, &key).await, sent, "{address}");
    }
}

/// A browser with a sign-up that names an address, and where its code is asked for.
async fn named(instance: &Instance) -> (Browser, String) {
    let browser = instance.browser();
    let created = browser.post("/v1/client/sign_ups", &[("email_address", JANE)]).await.ok();
    let path = format!("/v1/client/sign_ups/{}/prepare_verification", created.id());
    (browser, path)
}

fn prepare(browser: &Browser, path: &str) -> impl Future<Output = Reply> + Send + use<> {
    let (browser, path) = (browser.clone(), path.to_owned());
    async move { browser.post(&path, &[("strategy", "email_code")]).await }
}

fn sign_up(browser: &Browser, address: &str) -> impl Future<Output = Reply> + Send + use<> {
    let (browser, address) = (browser.clone(), address.to_owned());
    async move {
        let form = [("email_address", address.as_str()), ("strategy", "email_code")];
        browser.post("/v1/client/sign_ups", &form).await
    }
}

/// The messages that are counted in the items whose keys begin like this.
async fn counted(instance: &Instance, prefix: &str) -> i64 {
    let items = instance.items().await;
    let meant = items.iter().filter(|item| postern_tests::table::key(item).starts_with(prefix));
    meant.map(|item| number(item, "messages")).sum()
}

const JANE: &str = "jane@example.com";
