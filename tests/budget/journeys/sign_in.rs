//! Sign-ins, of somebody who signed up with every kind of identifier.

use postern_tests::Instance;

use super::{ADDRESS, PASSWORD, code, warm, wrong};
use crate::measured::{Journey, Recorder};

/// By a code to the address.
pub(crate) async fn by_code() -> Journey {
    let instance = inhabited().await;
    let browser = instance.browser();
    let mut measure = Recorder::new(&instance);
    let create = browser.post("/v1/client/sign_ins", &[("identifier", ADDRESS)]);
    let created = measure.step("create", create).await.ok();
    let address = created.text_at("/response/supported_first_factors/0/email_address_id");
    let path = format!("/v1/client/sign_ins/{}", created.id());
    let form = [("strategy", "email_code"), ("email_address_id", &*address)];
    let prepare = format!("{path}/prepare_first_factor");
    measure.step("prepare", browser.post(&prepare, &form)).await.ok();
    let attempt = format!("{path}/attempt_first_factor");
    let right = code(&instance);
    let form = [("strategy", "email_code"), ("code", wrong(&right))];
    let refused = measure.step("attempt, wrong code", browser.post(&attempt, &form)).await;
    let _ = refused.refused(422, "form_code_incorrect");
    let form = [("strategy", "email_code"), ("code", &*right)];
    let done = measure.step("attempt", browser.post(&attempt, &form)).await.ok();
    let session = done.text_at("/response/created_session_id");
    let path = format!("/v1/client/sessions/{session}/touch");
    measure.step("touch", browser.post(&path, &[("intent", "select_session")])).await.ok();
    measure.journey(
        "Sign-in by an e-mail code",
        "A new browser; a user with address, username and password; one wrong code before the right one.",
    )
}

/// By a password, in one step and in two.
pub(crate) async fn by_password() -> Journey {
    let instance = inhabited().await;
    let mut measure = Recorder::new(&instance);
    let browser = instance.browser();
    let once = browser.sign_in(ADDRESS, PASSWORD);
    measure.step("create with the password", once).await.ok();
    let browser = instance.browser();
    let wrong = measure.step("create with a wrong one", browser.sign_in(ADDRESS, "guessed")).await;
    let _ = wrong.refused(422, "form_password_incorrect");
    let browser = instance.browser();
    let nobody = browser.sign_in("nobody@example.com", "guessed");
    let nobody = measure.step("create, unknown address", nobody).await;
    let _ = nobody.refused(422, "form_identifier_not_found");
    let browser = instance.browser();
    let create = browser.post("/v1/client/sign_ins", &[("identifier", "ada_lovelace")]);
    let id = measure.step("create by username", create).await.ok().id();
    let path = format!("/v1/client/sign_ins/{id}/attempt_first_factor");
    let form = [("strategy", "password"), ("password", "guessed")];
    let wrong = measure.step("attempt, wrong password", browser.post(&path, &form)).await;
    let _ = wrong.refused(422, "form_password_incorrect");
    let form = [("strategy", "password"), ("password", PASSWORD)];
    measure.step("attempt", browser.post(&path, &form)).await.ok();
    measure.journey(
        "Sign-in by a password",
        "A new browser each, but for the two attempts, which follow the username; a user as above.",
    )
}

/// With a new password, after a code.
pub(crate) async fn by_reset() -> Journey {
    let instance = inhabited().await;
    let browser = instance.browser();
    let mut measure = Recorder::new(&instance);
    let create = browser.post("/v1/client/sign_ins", &[("identifier", ADDRESS)]);
    let created = create.await.ok();
    let address = created.text_at("/response/supported_first_factors/0/email_address_id");
    let path = format!("/v1/client/sign_ins/{}", created.id());
    let strategy = ("strategy", "reset_password_email_code");
    let prepare = format!("{path}/prepare_first_factor");
    let form = [strategy, ("email_address_id", &*address)];
    measure.step("prepare", browser.post(&prepare, &form)).await.ok();
    let attempt = format!("{path}/attempt_first_factor");
    let form = [strategy, ("code", &*code(&instance))];
    measure.step("attempt", browser.post(&attempt, &form)).await.ok();
    let reset = format!("{path}/reset_password");
    let form = [("password", "another horse entirely")];
    measure.step("reset", browser.post(&reset, &form)).await.ok();
    measure.journey(
        "Reset of a password",
        "A new browser, after `create`; a user as above with one session elsewhere, which ends.",
    )
}

/// An instance with one user, who is signed in somewhere else.
async fn inhabited() -> Instance {
    let instance = warm().await;
    let more = [("password", PASSWORD), ("username", "ada_lovelace")];
    instance.browser().sign_up(&instance, ADDRESS, &more).await;
    instance.wait(std::time::Duration::from_hours(1));
    instance
}
