//! One code, tried many times at once.

use postern_tests::{Browser, Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_right_codes_make_one_user_and_one_session() {
    let instance = Instance::start().await;
    let (browser, path) = asked(&instance).await;
    let code = instance.code(JANE);
    let replies = crowd((0..50).map(|_| attempt(&browser.stolen(), &path, &code))).await;
    let won = winner(&replies);
    assert_eq!(won.at("/client/sessions").as_array().unwrap().len(), 1);
    assert_eq!(instance.whole_users().await, 1);
    let kept = browser.stolen();
    kept.set_cookie("__client", &cookie_of(won));
    let client = kept.get("/v1/client").await.ok();
    assert_eq!(client.at("/response/sessions/0/id"), won.at("/response/created_session_id"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn right_codes_in_several_processes_make_one_user() {
    let instance = Instance::start().await;
    let (browser, path) = asked(&instance).await;
    let code = instance.code(JANE);
    let mut attempts = Vec::new();
    for _ in 0..4 {
        let process = instance.another_process().await;
        for _ in 0..10 {
            attempts.push(attempt(&browser.stolen().via(&process), &path, &code));
        }
    }
    winner(&crowd(attempts).await);
    assert_eq!(instance.whole_users().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_with_the_right_code_in_it_compares_no_more_than_the_limit() {
    let instance = Instance::start().await;
    let (browser, path) = asked(&instance).await;
    let (right, wrong) = (instance.code(JANE), wrong_code(&instance));
    let mut codes = vec![wrong; 30];
    codes.push(right);
    let replies = crowd(codes.iter().map(|code| attempt(&browser.stolen(), &path, code))).await;
    let answers = answers(&replies);
    let compared =
        answers.get("form_code_incorrect").unwrap_or(&0) + answers.get("ok").unwrap_or(&0);
    assert!(compared <= max_attempts(&instance), "{answers:?}");
    assert!(instance.whole_users().await <= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_code_is_refused_after_bursts_of_wrong_ones() {
    let instance = Instance::start().await;
    let (browser, path) = asked(&instance).await;
    let (right, wrong) = (instance.code(JANE), wrong_code(&instance));
    let mut compared = 0;
    loop {
        let burst = crowd((0..8).map(|_| attempt(&browser.stolen(), &path, &wrong))).await;
        let answers = answers(&burst);
        compared += answers.get("form_code_incorrect").unwrap_or(&0);
        if answers.contains_key("verification_failed") {
            break;
        }
    }
    assert_eq!(compared, max_attempts(&instance));
    attempt(&browser, &path, &right).await.refused(400, "verification_failed");
    assert_eq!(instance.whole_users().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_wrong_codes_for_one_address_the_day_allows_so_many_answers() {
    let limited = |settings: &mut postern::settings::Settings| {
        settings.limits.wrong_codes_per_address_day = 7;
    };
    let instance = Instance::builder().settings(limited).start().await;
    let mut guesses = Vec::new();
    let mut last = None;
    for _ in 0..5 {
        let (browser, path) = asked(&instance).await;
        let wrong = wrong_code(&instance);
        guesses.extend((0..4).map(|_| attempt(&browser.stolen(), &path, &wrong)));
        last = Some((browser, path, instance.code(JANE)));
    }
    let answers = answers(&crowd(guesses).await);
    let told = answers.get("form_code_incorrect").copied().unwrap_or(0);
    assert!(told <= 7, "{answers:?}");
    let (browser, path, right) = last.unwrap();
    attempt(&browser, &path, &right).await.refused(429, "too_many_requests");
    assert_eq!(instance.whole_users().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_right_codes_at_sign_in_make_one_session() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[]).await;
    let browser = instance.browser();
    let form = [("identifier", JANE), ("strategy", "email_code")];
    let created = browser.post("/v1/client/sign_ins", &form).await.ok();
    let path = format!("/v1/client/sign_ins/{}/attempt_first_factor", created.id());
    let code = instance.code(JANE);
    let replies = crowd((0..20).map(|_| attempt(&browser.stolen(), &path, &code))).await;
    let session = winner(&replies).text_at("/response/created_session_id");
    let user = instance.item(&instance.keys("USER#").await[0]).await.unwrap();
    let sessions = user["record"].as_m().unwrap()["sessions"].as_l().unwrap();
    assert_eq!(sessions.len(), 2, "the one of the sign-up, and one more");
    assert_eq!(sessions[1].as_m().unwrap()["id"].as_s().unwrap(), &session);
}

/// A browser that asked for a code, and where it is tried.
async fn asked(instance: &Instance) -> (Browser, String) {
    let browser = instance.browser();
    let form = [("email_address", JANE), ("strategy", "email_code")];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    let path = format!("/v1/client/sign_ups/{}/attempt_verification", created.id());
    (browser, path)
}

fn attempt(
    browser: &Browser,
    path: &str,
    code: &str,
) -> impl Future<Output = Reply> + Send + use<> {
    let (browser, path, code) = (browser.clone(), path.to_owned(), code.to_owned());
    async move { browser.post(&path, &[("strategy", "email_code"), ("code", &code)]).await }
}

/// The one reply that is a success; the others are refusals that a person can act upon.
#[track_caller]
fn winner(replies: &[Reply]) -> &Reply {
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(won.len(), 1, "{:?}", answers(replies));
    for reply in lost {
        let clean = reply.status.is_client_error() && reply.code().is_some();
        assert!(clean, "{}: {}", reply.status, reply.text);
    }
    won[0]
}

fn wrong_code(instance: &Instance) -> String {
    if instance.code(JANE) == "000000" { "000001" } else { "000000" }.to_owned()
}

fn max_attempts(instance: &Instance) -> usize {
    usize::try_from(instance.app.settings().codes.max_attempts).unwrap()
}

/// The client's cookie that a reply sets.
fn cookie_of(reply: &Reply) -> String {
    let lines = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let line = lines.into_iter().find_map(|line| line.strip_prefix("__client=")).unwrap();
    line.split(';').next().unwrap().to_owned()
}

const JANE: &str = "jane@example.com";
