//! A password that changes while it is used.

use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_keeps_a_session_by_the_old_password() {
    let instance = account().await;
    let (browser, reset) = allowed_to_reset(&instance).await;
    let mut parallel: Vec<_> =
        (0..6).map(|_| sign_in(&instance.browser(), OLD)).map(Box::pin).collect();
    let thieves: Vec<_> = (0..6).map(|_| instance.browser()).collect();
    parallel.extend(thieves.iter().map(|thief| sign_in(thief, OLD)).map(Box::pin));
    let resetting = tokio::spawn(async move { set_password(&browser, &reset, NEW).await });
    crowd(parallel).await;
    let done = resetting.await.unwrap();
    assert!([200, 409].contains(&done.status.as_u16()), "{}: {}", done.status, done.text);
    if done.status == 200 {
        for thief in &thieves {
            let client = thief.get("/v1/client").await;
            assert!(sessions(&client).is_empty(), "{}", client.text);
        }
        sign_in(&instance.browser(), OLD).await.refused(422, "form_password_incorrect");
        sign_in(&instance.browser(), NEW).await.ok();
    }
    assert_eq!(instance.whole_users().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_signed_out_by_a_reset_refreshes_no_more() {
    let instance = account().await;
    let other = instance.browser();
    let session = sign_in(&other, OLD).await.ok().text_at("/response/created_session_id");
    let (browser, reset) = allowed_to_reset(&instance).await;
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    // Old enough for a refresh to write.
    instance.wait(std::time::Duration::from_hours(2));
    let resetting = tokio::spawn(async move { set_password(&browser, &reset, NEW).await.ok() });
    let refreshing = crowd((0..10).map(|_| {
        let (tab, path) = (other.stolen(), tokens.clone());
        async move { tab.post(&path, &[]).await }
    }))
    .await;
    resetting.await.unwrap();
    for answer in answers(&refreshing).keys() {
        let known = ["ok", "conflict", "authentication_invalid"];
        assert!(known.contains(&answer.as_str()), "{answer}");
    }
    assert_eq!(other.post(&tokens, &[]).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_resets_at_once_one_sets_the_password() {
    let instance = account().await;
    let (first, first_reset) = allowed_to_reset(&instance).await;
    let (second, second_reset) = allowed_to_reset(&instance).await;
    let other = "another horse battery";
    let replies = crowd([
        Box::pin(set_password_owned(first, first_reset, NEW)),
        Box::pin(set_password_owned(second, second_reset, other)),
    ])
    .await;
    let expected = [("ok".to_owned(), 1), ("sign_in_state_invalid".to_owned(), 1)];
    assert_eq!(answers(&replies), expected.into());
    let set = if replies[0].status == 200 { NEW } else { other };
    sign_in(&instance.browser(), set).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_reset_sent_many_times_is_done_once() {
    let instance = account().await;
    let (browser, reset) = allowed_to_reset(&instance).await;
    let tabs = (0..8).map(|_| set_password_owned(browser.stolen(), reset.clone(), NEW));
    let replies = crowd(tabs).await;
    assert_eq!(answers(&replies).get("ok"), Some(&1), "{:?}", answers(&replies));
    let user = instance.item(&instance.keys("USER#").await[0]).await.unwrap();
    let record = user["record"].as_m().unwrap();
    assert_eq!(record["sessions"].as_l().unwrap().len(), 1);
    assert_eq!(record["password_version"].as_n().unwrap(), "2");
    let told = instance.messages(JANE).iter().filter(|message| message.code.is_none()).count();
    assert_eq!(told, 1, "notices");
}

async fn account() -> Instance {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[("password", OLD)]).await;
    instance
}

/// A browser that may set a new password, and its sign-in.
async fn allowed_to_reset(instance: &Instance) -> (Browser, String) {
    let browser = instance.browser();
    let strategy = ("strategy", "reset_password_email_code");
    let created = browser.post("/v1/client/sign_ins", &[("identifier", JANE), strategy]).await.ok();
    let path = format!("/v1/client/sign_ins/{}/attempt_first_factor", created.id());
    let code = instance.code(JANE);
    browser.post(&path, &[strategy, ("code", &code)]).await.ok();
    (browser, created.id())
}

async fn set_password(browser: &Browser, id: &str, password: &str) -> Reply {
    let path = format!("/v1/client/sign_ins/{id}/reset_password");
    browser.post(&path, &[("password", password)]).await
}

async fn set_password_owned(browser: Browser, id: String, password: &'static str) -> Reply {
    set_password(&browser, &id, password).await
}

fn sign_in(
    browser: &Browser,
    password: &'static str,
) -> impl Future<Output = Reply> + Send + use<> {
    let browser = browser.clone();
    async move { browser.sign_in(JANE, password).await }
}

fn sessions(client: &Reply) -> Vec<serde_json::Value> {
    client.at("/response/sessions").as_array().cloned().unwrap_or_default()
}

const JANE: &str = "jane@example.com";
const OLD: &str = "correct horse battery";
const NEW: &str = "correct donkey battery";
