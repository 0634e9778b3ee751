//! Sign-ups that are filled in over several requests.

use std::fmt::Write;
use std::time::Duration;

use postern_tests::{Browser, Instance, Reply};
use serde_json::Value;

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn an_address_then_a_code_then_a_name_then_a_password() {
    let instance = demanding().await;
    let browser = instance.browser();
    let created = browser.post("/v1/client/sign_ups", &[]).await.ok();
    let id = created.id();
    let mut story = Story::default();
    story.tell("nothing", &created);
    story.tell("address", &supply(&browser, &id, &[("email_address", EMAIL)]).await);
    story.tell("prepare", &browser.prepare_sign_up(&id).await.ok());
    story.tell("code", &browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok());
    story.tell("name", &supply(&browser, &id, &[("username", "jane_doe")]).await);
    story.tell("password", &supply(&browser, &id, &[("password", PASSWORD)]).await);
    insta::assert_snapshot!(story.0, @r#"
    nothing: missing_requirements, missing ["email_address","username","password"], unverified []
    address: missing_requirements, missing ["username","password"], unverified ["email_address"], needs_prepare
    prepare: missing_requirements, missing ["username","password"], unverified ["email_address"], needs_attempt
    code: missing_requirements, missing ["username","password"], unverified []
    name: missing_requirements, missing ["password"], unverified []
    password: complete, missing [], unverified []
    "#);
    assert_eq!(instance.whole_users().await, 1);
}

#[tokio::test]
async fn everything_first_and_the_code_last() {
    let instance = demanding().await;
    let browser = instance.browser();
    let mut story = Story::default();
    let form = [("email_address", EMAIL), ("username", "jane_doe"), ("password", PASSWORD)];
    let created = browser.post("/v1/client/sign_ups", &form).await.ok();
    story.tell("all", &created);
    story.tell("prepare", &browser.prepare_sign_up(&created.id()).await.ok());
    let code = instance.code(EMAIL);
    story.tell("code", &browser.attempt_sign_up(&created.id(), &code).await.ok());
    insta::assert_snapshot!(story.0, @r#"
    all: missing_requirements, missing [], unverified ["email_address"], needs_prepare
    prepare: missing_requirements, missing [], unverified ["email_address"], needs_attempt
    code: complete, missing [], unverified []
    "#);
}

#[tokio::test]
async fn a_password_first_and_an_address_last_of_all() {
    let instance = demanding().await;
    let browser = instance.browser();
    let mut story = Story::default();
    let created = browser.post("/v1/client/sign_ups", &[("password", PASSWORD)]).await.ok();
    let id = created.id();
    story.tell("password", &created);
    story.tell("name", &supply(&browser, &id, &[("username", "jane_doe")]).await);
    story.tell("address", &supply(&browser, &id, &[("email_address", EMAIL)]).await);
    browser.prepare_sign_up(&id).await.ok();
    story.tell("code", &browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok());
    insta::assert_snapshot!(story.0, @r#"
    password: missing_requirements, missing ["email_address","username"], unverified []
    name: missing_requirements, missing ["email_address"], unverified []
    address: missing_requirements, missing [], unverified ["email_address"], needs_prepare
    code: complete, missing [], unverified []
    "#);
}

#[tokio::test]
async fn fields_may_arrive_while_a_code_is_on_its_way() {
    let instance = demanding().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    supply(&browser, &id, &[("username", "jane_doe"), ("password", PASSWORD)]).await;
    supply(&browser, &id, &[("email_address", " JANE@example.com ")]).await;
    let done = browser.attempt_sign_up(&id, &instance.code(EMAIL)).await.ok();
    assert_eq!(done.at("/response/status"), "complete");
}

#[tokio::test]
async fn another_address_has_to_be_proved_anew() {
    let instance = Instance::builder()
        .settings(|settings| settings.attributes.password.required = true)
        .start()
        .await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    browser.attempt_sign_up(&id, &code).await.ok();
    let changed = supply(&browser, &id, &[("email_address", "john@example.com")]).await;
    assert_eq!(changed.at("/response/unverified_fields/0"), "email_address");
    browser.attempt_sign_up(&id, &code).await.refused(400, "verification_missing");
    let more = supply(&browser, &id, &[("password", PASSWORD)]).await;
    assert_eq!(more.at("/response/status"), "missing_requirements");
    browser.prepare_sign_up(&id).await.ok();
    let done = browser.attempt_sign_up(&id, &instance.code("john@example.com")).await.ok();
    assert_eq!(done.at("/client/sessions/0/public_user_data/identifier"), "john@example.com");
}

#[tokio::test]
async fn what_was_typed_is_the_users_afterwards() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let more = [
        ("first_name", "Jane"),
        ("last_name", "Doe"),
        ("username", "Jane_Doe"),
        ("password", PASSWORD),
        ("unsafe_metadata", r#"{"plan":"pro"}"#),
        ("locale", "de-CH"),
        ("timezone", "Europe/Zurich"),
    ];
    browser.sign_up(&instance, "Jane@Example.com", &more).await;
    let me = browser.get("/v1/me").await.ok().at("/response");
    let told = |keys: &[&str]| {
        keys.iter().fold(String::new(), |mut text, key| {
            writeln!(text, "{key}: {}", me[*key]).unwrap();
            text
        })
    };
    let keys = [
        "first_name",
        "last_name",
        "username",
        "password_enabled",
        "unsafe_metadata",
        "timezone",
        "last_sign_in_at",
    ];
    insta::assert_snapshot!(told(&keys), @r#"
    first_name: "Jane"
    last_name: "Doe"
    username: "jane_doe"
    password_enabled: true
    unsafe_metadata: {"plan":"pro"}
    timezone: "Europe/Zurich"
    last_sign_in_at: 1767268800000
    "#);
    let address = &me["email_addresses"][0];
    assert_eq!(address["email_address"], EMAIL);
    assert_eq!(address["verification"]["status"], "verified");
    assert_eq!(address["id"], me["primary_email_address_id"]);
}

#[tokio::test]
async fn a_newer_attempt_takes_the_place_of_an_older_one() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let older = browser.begin_sign_up(EMAIL, &[]).await;
    let code = instance.code(EMAIL);
    let newer = browser.begin_sign_up("john@example.com", &[]).await;
    browser.attempt_sign_up(&older, &code).await.refused(404, "resource_not_found");
    browser.get(&format!("/v1/client/sign_ups/{older}")).await.refused(404, "resource_not_found");
    assert_eq!(browser.client().await.at("/response/sign_up/id"), newer);
}

#[tokio::test]
async fn a_sign_in_takes_the_place_of_a_sign_up_and_the_other_way_round() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[]).await;
    let browser = instance.browser();
    let sign_up = browser.begin_sign_up("john@example.com", &[]).await;
    let sign_in = browser.begin_sign_in(EMAIL).await;
    browser.prepare_sign_up(&sign_up).await.refused(404, "resource_not_found");
    browser.begin_sign_up("joan@example.com", &[]).await;
    browser.prepare_sign_in(&sign_in, "email_code").await.refused(404, "resource_not_found");
    assert_eq!(browser.client().await.at("/response/sign_in"), Value::Null);
}

#[tokio::test]
async fn an_attempt_lives_to_the_end_of_its_day() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let id = browser.begin_sign_up(EMAIL, &[]).await;
    let path = format!("/v1/client/sign_ups/{id}");
    instance.wait(Duration::from_millis(24 * 3_600_000 - 1));
    browser.get(&path).await.ok();
    instance.wait(Duration::from_millis(1));
    browser.get(&path).await.refused(404, "resource_not_found");
    browser.begin_sign_up(EMAIL, &[]).await;
}

#[tokio::test]
async fn a_completed_attempt_stays_readable() {
    let instance = Instance::start().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, EMAIL, &[]).await;
    let read = browser.get(&format!("/v1/client/sign_ups/{}", done.id())).await.ok();
    assert_eq!(read.at("/response"), done.at("/response"));
    let path = format!("/v1/client/sign_ups/{}", done.id());
    let refused = browser.patch(&path, &[("first_name", "Jane")]).await;
    refused.refused(400, "sign_up_already_complete");
}

/// How a sign-up comes about, a line a step.
#[derive(Default)]
struct Story(String);

impl Story {
    fn tell(&mut self, step: &str, reply: &Reply) {
        let at = |pointer: &str| reply.at(&format!("/response/{pointer}"));
        let (status, missing) = (reply.text_at("/response/status"), at("missing_fields"));
        let unverified = at("unverified_fields");
        write!(self.0, "{step}: {status}, missing {missing}, unverified {unverified}").unwrap();
        if let Some(next) = at("verifications/email_address/next_action").as_str()
            && !next.is_empty()
        {
            write!(self.0, ", {next}").unwrap();
        }
        self.0.push('\n');
    }
}

/// An instance that asks for an address, a username and a password.
async fn demanding() -> Instance {
    Instance::builder()
        .settings(|settings| {
            settings.attributes.username.required = true;
            settings.attributes.password.required = true;
        })
        .start()
        .await
}

async fn supply(browser: &Browser, id: &str, form: &[(&str, &str)]) -> Reply {
    browser.patch(&format!("/v1/client/sign_ups/{id}"), form).await.ok()
}
