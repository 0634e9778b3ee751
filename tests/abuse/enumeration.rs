//! Telling who has an account by the work that a request takes.

use postern_local::aws::Service;
use postern_tests::Instance;

use crate::{EMAIL, PASSWORD};

/// What a wrong password costs.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    passwords_hashed: u64,
    mails: usize,
}

#[tokio::test]
async fn a_wrong_password_is_compared_whether_or_not_there_is_one() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    let more = [("username", "codes_only")];
    instance.browser().sign_up(&instance, "codes@example.com", &more).await;
    let one = Work { passwords_hashed: 1, mails: 0 };

    assert_eq!(work(&instance, EMAIL).await, one, "with a password");
    assert_eq!(work(&instance, "codes@example.com").await, one, "without a password");
    assert_eq!(work(&instance, "codes_only").await, one, "a username without a password");
    assert_eq!(work(&instance, "nobody@example.com").await, one, "an unknown address");
    assert_eq!(work(&instance, "nobody_at_all").await, one, "an unknown username");
}

#[tokio::test]
async fn naming_somebody_hashes_and_sends_nothing() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    for identifier in [EMAIL, "nobody@example.com"] {
        let before = (instance.app.passwords_hashed(), instance.services.outbox().all().len());
        let form = [("identifier", identifier)];
        instance.browser().post("/v1/client/sign_ins", &form).await;
        let after = (instance.app.passwords_hashed(), instance.services.outbox().all().len());
        assert_eq!(after, before, "{identifier}");
    }
}

#[tokio::test]
async fn a_sign_in_shows_nothing_of_its_user_before_a_factor_is_proved() {
    let instance = Instance::start().await;
    let more = [("username", "jane_doe"), ("first_name", "Jane"), ("last_name", "Secretname")];
    instance.browser().sign_up(&instance, EMAIL, &more).await;
    let form = [("identifier", "jane_doe")];
    let named = instance.browser().post("/v1/client/sign_ins", &form).await.ok();
    assert_eq!(named.at("/response/user_data"), serde_json::Value::Null);
    for secret in ["Secretname", "Jane", EMAIL] {
        assert!(!named.text.contains(secret), "{secret} in {}", named.text);
    }
    let users = instance.keys("USER#").await;
    assert!(!named.text.contains(users[0].trim_start_matches("USER#")), "{}", named.text);
}

async fn work(instance: &Instance, identifier: &str) -> Work {
    let browser = instance.browser();
    let before = instance.app.passwords_hashed();
    let _other = instance.meter.take();
    let refused = browser.sign_in(identifier, "not the password").await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    Work {
        passwords_hashed: instance.app.passwords_hashed() - before,
        mails: instance.meter.take().count(Service::Ses),
    }
}
