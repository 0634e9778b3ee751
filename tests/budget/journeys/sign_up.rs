//! Sign-ups.

use postern_tests::Instance;

use super::{ADDRESS, PASSWORD, code, warm, wrong};
use crate::measured::{Journey, Recorder};

/// The sign-up that the budget is about: as a page makes it step by step, up to the first session token.
pub(crate) async fn one_by_one() -> Journey {
    one_by_one_on(&warm().await).await
}

/// The same on this instance.
pub(crate) async fn one_by_one_on(instance: &Instance) -> Journey {
    let browser = instance.browser();
    let mut measure = Recorder::new(instance);
    let create = browser.post("/v1/client/sign_ups", &[("email_address", ADDRESS)]);
    let id = measure.step("create", create).await.ok().id();
    let path = format!("/v1/client/sign_ups/{id}/prepare_verification");
    measure.step("prepare", browser.post(&path, &[("strategy", "email_code")])).await.ok();
    let path = format!("/v1/client/sign_ups/{id}/attempt_verification");
    let form = [("strategy", "email_code"), ("code", &*code(instance))];
    let done = measure.step("attempt", browser.post(&path, &form)).await.ok();
    let session = done.text_at("/response/created_session_id");
    let path = format!("/v1/client/sessions/{session}/touch");
    measure.step("touch", browser.post(&path, &[("intent", "select_session")])).await.ok();
    let path = format!("/v1/client/sessions/{session}/tokens");
    measure.step("token", browser.post(&path, &[])).await.ok();
    measure.journey(
        "Sign-up by an e-mail code",
        "A new browser; `email_address` alone; right code at the first try; from `create` to the first session token.",
    )
}

/// Every field that there is, and the code asked for in the same request.
pub(crate) async fn at_once() -> Journey {
    at_once_on(&warm().await).await
}

/// The same on this instance.
pub(crate) async fn at_once_on(instance: &Instance) -> Journey {
    let browser = instance.browser();
    let mut measure = Recorder::new(instance);
    let form = [
        ("email_address", ADDRESS),
        ("password", PASSWORD),
        ("username", "ada_lovelace"),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("unsafe_metadata", r#"{"plan":"team","referrer":"newsletter-2026-01"}"#),
        ("legal_accepted", "true"),
        ("locale", "en-GB"),
        ("timezone", "Europe/London"),
        ("strategy", "email_code"),
    ];
    let id = measure.step("create", browser.post("/v1/client/sign_ups", &form)).await.ok().id();
    let path = format!("/v1/client/sign_ups/{id}/attempt_verification");
    let form = [("strategy", "email_code"), ("code", &*code(instance))];
    let done = measure.step("attempt", browser.post(&path, &form)).await.ok();
    let session = done.text_at("/response/created_session_id");
    let path = format!("/v1/client/sessions/{session}/touch");
    measure.step("touch", browser.post(&path, &[("intent", "select_session")])).await.ok();
    let path = format!("/v1/client/sessions/{session}/tokens");
    measure.step("token", browser.post(&path, &[])).await.ok();
    measure.journey(
        "Sign-up with every field",
        "A new browser; address, password, username, both names, metadata, locale and time zone; the code asked for by `create`.",
    )
}

/// What a sign-up costs that does not go straight on.
pub(crate) async fn other_turns() -> Journey {
    let instance = warm().await;
    let browser = instance.browser();
    let mut measure = Recorder::new(&instance);
    let create = browser.post("/v1/client/sign_ups", &[]);
    let id = measure.step("create, empty", create).await.ok().id();
    let update = [("email_address", ADDRESS), ("first_name", "Ada")];
    let path = format!("/v1/client/sign_ups/{id}");
    measure.step("update", browser.patch(&path, &update)).await.ok();
    measure.step("read", browser.get(&path)).await.ok();
    let prepare = format!("{path}/prepare_verification");
    browser.post(&prepare, &[("strategy", "email_code")]).await.ok();
    let attempt = format!("{path}/attempt_verification");
    let form = [("strategy", "email_code"), ("code", wrong(&code(&instance)))];
    let refused = measure.step("attempt, wrong code", browser.post(&attempt, &form)).await;
    let _ = refused.refused(422, "form_code_incorrect");
    let again = browser.post(&prepare, &[("strategy", "email_code")]);
    let refused = measure.step("prepare, too soon", again).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    measure.journey("Sign-up, other turns", "A sign-up of one browser.")
}
