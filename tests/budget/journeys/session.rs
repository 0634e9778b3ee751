//! What a signed-in page asks for, and what everybody may.

use std::time::Duration;

use super::{ADDRESS, warm};
use crate::measured::{Journey, Recorder};

/// A session's requests.
pub(crate) async fn session() -> Journey {
    let instance = warm().await;
    let browser = instance.browser();
    let done = browser.sign_up(&instance, ADDRESS, &[]).await;
    let path = format!("/v1/client/sessions/{}", done.text_at("/response/created_session_id"));
    let (tokens, touch) = (format!("{path}/tokens"), format!("{path}/touch"));
    let handshake = "/v1/client/handshake?redirect_url=http://localhost:4000/";
    let mut measure = Recorder::new(&instance);
    measure.step("token", browser.post(&tokens, &[])).await.ok();
    measure.step("touch", browser.post(&touch, &[])).await.ok();
    measure.step("client", browser.get("/v1/client")).await.ok();
    measure.step("session", browser.get(&path)).await.ok();
    let led = measure.step("handshake", browser.get(handshake)).await;
    assert!(led.status.is_redirection(), "{}", led.text);
    measure.step("me", browser.get("/v1/me")).await.ok();
    let metadata = [("unsafe_metadata", r#"{"theme":"dark"}"#)];
    measure.step("me, metadata", browser.patch("/v1/me/metadata", &metadata)).await.ok();
    instance.wait(Duration::from_hours(2));
    measure.step("token, once an hour", browser.post(&tokens, &[])).await.ok();
    instance.wait(Duration::from_hours(2));
    measure.step("touch, once an hour", browser.post(&touch, &[])).await.ok();
    let end = format!("{path}/end");
    measure.step("end", browser.post(&end, &[])).await.ok();
    measure.journey(
        "A session",
        "One session on the client; within the hour after it was used last, but for the two that say so.",
    )
}

/// What needs nobody to be known, in a process that has read its keys.
pub(crate) async fn public() -> Journey {
    let instance = warm().await;
    let browser = instance.browser();
    browser.get("/.well-known/jwks.json").await.ok();
    let mut measure = Recorder::new(&instance);
    measure.step("environment", browser.get("/v1/environment")).await.ok();
    measure.step("jwks", browser.get("/.well-known/jwks.json")).await.ok();
    let configuration = browser.get("/.well-known/openid-configuration");
    measure.step("openid-configuration", configuration).await.ok();
    measure.step("health", browser.get("/v1/health")).await.ok();
    measure.step("client, of nobody", browser.get("/v1/client")).await.ok();
    measure.journey("In public", "A visitor without a cookie; the process is warm.")
}
