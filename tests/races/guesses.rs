//! Many guesses at one account.

use postern_tests::{Instance, Reply, answers, crowd};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_parallel_wrong_passwords_get_ten_answers() {
    let instance = account().await;
    let mut answered = told(&guesses(&instance, 40, "wrong password").await);
    // Those whom a busy machine sent away have used up nothing.
    while instance.browser().sign_in(JANE, "wrong password").await.code().as_deref()
        == Some("form_password_incorrect")
    {
        answered += 1;
    }
    assert_eq!(answered, 10);
    instance.browser().sign_in(JANE, RIGHT).await.refused(403, "user_locked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_in_several_processes_share_one_limit() {
    let instance = account().await;
    let mut parallel = Vec::new();
    for _ in 0..3 {
        let process = instance.another_process().await;
        for _ in 0..8 {
            let browser = process.browser();
            parallel.push(async move { browser.sign_in(JANE, "wrong password").await });
        }
    }
    let answers = answers(&crowd(parallel).await);
    let expected = [("form_password_incorrect".to_owned(), 10), ("user_locked".to_owned(), 14)];
    assert_eq!(answers, expected.into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_the_password_lock_no_code() {
    let instance = account().await;
    guesses(&instance, 20, "wrong password").await;
    let browser = instance.browser();
    let form = [("identifier", JANE), ("strategy", "email_code")];
    let created = browser.post("/v1/client/sign_ins", &form).await.ok();
    let path = format!("/v1/client/sign_ins/{}/attempt_first_factor", created.id());
    let code = instance.code(JANE);
    browser.post(&path, &[("strategy", "email_code"), ("code", &code)]).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_after_the_lock_out_get_ten_answers_again() {
    let instance = account().await;
    guesses(&instance, 20, "wrong password").await;
    instance.wait(instance.app.settings().lockout.duration);
    let mut answered = told(&guesses(&instance, 20, "wrong password").await);
    while instance.browser().sign_in(JANE, "wrong password").await.code().as_deref()
        == Some("form_password_incorrect")
    {
        answered += 1;
        instance.wait(std::time::Duration::from_secs(1));
    }
    assert_eq!(answered, 10);
}

async fn account() -> Instance {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, JANE, &[("password", RIGHT)]).await;
    instance
}

/// Guesses from as many browsers, at as many addresses, at once.
async fn guesses(instance: &Instance, count: usize, password: &'static str) -> Vec<Reply> {
    crowd((0..count).map(|_| {
        let browser = instance.browser();
        async move { browser.sign_in(JANE, password).await }
    }))
    .await
}

/// How many were told that the password is wrong; the others learned nothing.
#[track_caller]
fn told(replies: &[Reply]) -> usize {
    let answers = answers(replies);
    for answer in answers.keys() {
        let known = ["form_password_incorrect", "user_locked", "too_many_requests"];
        assert!(known.contains(&answer.as_str()), "{answers:?}");
    }
    answers.get("form_password_incorrect").copied().unwrap_or_default()
}

const JANE: &str = "jane@example.com";
const RIGHT: &str = "correct horse battery";
