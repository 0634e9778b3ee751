//! Codes, passwords, secrets and tokens: where they may be, and nowhere else.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Once;

use http::header::{AUTHORIZATION, SET_COOKIE};
use postern::app::{Caller, Credential};
use postern::flow::{ClientId, Secret};
use postern::http::Form;
use postern::token::Handshake;
use postern_tests::{Browser, Instance, Reply, wrong};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn no_secret_is_logged() {
    Log::keep();
    let journey = Journey::make().await;
    let text = Log::text();
    assert!(text.contains("\"status\":200") && text.contains("refused"), "it logs: {text}");
    assert!(text.contains("sent mail"), "it logs what it sends");
    journey.assert_absent("the log", &text, &[]);
    for address in [EMAIL, "jane@"] {
        assert!(!text.contains(address), "{address} in the log");
    }
}

#[tokio::test]
async fn no_answer_tells_a_code_or_password_or_where_a_secret_does_not_belong() {
    let journey = Journey::make().await;
    for reply in &journey.replies {
        // A page gets its tokens in the body; what proves the browser travels in its cookie alone.
        journey.assert_absent("a body", &reply.text, &[Kind::Token]);
        for (name, value) in &reply.headers {
            let value = value.to_str().unwrap();
            let its_place = *name == SET_COOKIE && value.starts_with("__client=");
            let allowed = if its_place { &[Kind::Secret][..] } else { &[] };
            journey.assert_absent(name.as_str(), value, allowed);
        }
        assert_eq!(reply.headers.get(AUTHORIZATION), None);
    }
}

#[tokio::test]
async fn the_table_holds_no_secret_as_it_is() {
    let journey = Journey::make().await;
    let items = journey.instance.items().await;
    assert!(items.len() > 5, "{items:?}");
    journey.assert_absent("the table", &format!("{items:?}"), &[]);
}

#[tokio::test]
async fn a_password_lies_in_the_table_as_a_slow_hash() {
    let journey = Journey::make().await;
    let items = format!("{:?}", journey.instance.items().await);
    assert!(items.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn records_print_no_secret() {
    let journey = Journey::make().await;
    for browser in &journey.browsers {
        let caller = Journey::caller(browser);
        let view = journey.instance.app.view(&caller).await.unwrap().unwrap();
        let printed = format!("{:?} {:?} {:?}", view.client, view.users, caller);
        assert!(printed.contains("client_"), "{printed}");
        journey.assert_absent("a record", &printed, &[]);
        assert!(!printed.contains("$argon2id"), "a hash of a password in a record");
    }
}

#[tokio::test]
async fn a_view_prints_no_token() {
    let journey = Journey::make().await;
    let mut printed = String::new();
    for browser in &journey.browsers {
        let view = journey.instance.app.view(&Journey::caller(browser)).await.unwrap().unwrap();
        write!(printed, "{view:?}").unwrap();
    }
    assert!(!printed.contains("eyJ"), "{printed}");
}

#[test]
fn a_handshake_prints_no_token() {
    let handshake = Handshake { handshake: vec!["__session=eyJ.eyJ.sig; Path=/".to_owned()] };
    let printed = format!("{handshake:?}");
    assert!(!printed.contains("eyJ"), "{printed}");
}

#[test]
fn a_form_prints_the_names_of_its_fields_alone() {
    let form = Form::parse(b"password=open+sesame&code=123456");
    let printed = format!("{form:?}");
    assert!(printed.contains("password") && printed.contains("code"));
    assert!(!printed.contains("sesame") && !printed.contains("123456"), "{printed}");
}

#[tokio::test]
async fn the_app_prints_none_of_its_keys() {
    let journey = Journey::make().await;
    let printed = format!("{:?}", journey.instance.app);
    assert!(!printed.contains("sk_live_tests"), "the secret key");
    assert!(!printed.contains("PRIVATE KEY"), "the signing key");
    journey.assert_absent("the app", &printed, &[]);
}

/// Everything that one person does in two browsers, and what must not be seen of it.
struct Journey {
    instance: Instance,
    browsers: Vec<Browser>,
    replies: Vec<Reply>,
    secrets: Vec<(Kind, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code,
    Password,
    Secret,
    Token,
}

impl Journey {
    async fn make() -> Self {
        let instance = Instance::start().await;
        let (one, other) = (instance.browser(), instance.browser());
        let mut this = Self { instance, browsers: vec![], replies: vec![], secrets: vec![] };
        let new = "a new long password";
        this.secrets
            .extend([PASSWORD, new, "not the password"].map(|it| (Kind::Password, it.to_owned())));

        let id = one.begin_sign_up(EMAIL, &[("password", PASSWORD)]).await;
        this.keep(&one);
        let code = this.instance.code(EMAIL);
        this.saw(&one, one.attempt_sign_up(&id, &wrong(&code)).await);
        this.saw(&one, one.attempt_sign_up(&id, &code).await.ok());
        let session = this.replies.last().unwrap().session();
        this.saw(&one, one.touch(&session).await.ok());
        this.saw(&one, one.token(&session).await.ok());
        this.saw(&one, one.patch("/v1/me", &[("first_name", "Jane")]).await.ok());
        this.saw(&one, one.client().await);
        let home = "/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A4000";
        assert_eq!(one.get(home).await.status, 307);

        let id = other.begin_sign_in(EMAIL).await;
        this.keep(&other);
        this.saw(&other, other.attempt_sign_in(&id, "password", "not the password").await);
        this.saw(&other, other.attempt_sign_in(&id, "password", PASSWORD).await.ok());
        this.saw(&other, other.delete("/v1/client/sessions").await.ok());
        let id = other.begin_reset(&this.instance, EMAIL).await;
        this.saw(&other, other.reset_password(&id, &[("password", new)]).await.ok());
        this.saw(&other, other.token("sess_000000000000000000000000000000000unknown").await);
        this.saw(&other, other.post("/v1/client/sign_ins?_method=PUT", &[("code", &code)]).await);

        let sent = this.instance.messages(EMAIL);
        this.secrets.extend(sent.iter().filter_map(|it| Some((Kind::Code, it.code.clone()?))));
        this.browsers = vec![one, other];
        for kind in [Kind::Code, Kind::Password, Kind::Secret, Kind::Token] {
            assert!(this.secrets.iter().any(|(found, _)| *found == kind), "{kind:?}");
        }
        this
    }

    fn saw(&mut self, browser: &Browser, reply: Reply) {
        let tokens = reply.text.split('"').filter(|text| text.starts_with("eyJ"));
        self.secrets.extend(tokens.map(|token| (Kind::Token, token.to_owned())));
        self.replies.push(reply);
        self.keep(browser);
    }

    fn keep(&mut self, browser: &Browser) {
        let cookie = browser.cookie("__client").unwrap();
        let (_, secret) = cookie.split_once('.').unwrap();
        self.secrets.push((Kind::Secret, secret.to_owned()));
    }

    fn caller(browser: &Browser) -> Caller {
        let cookie = browser.cookie("__client").unwrap();
        let (client, secret) = cookie.split_once('.').unwrap();
        let client = ClientId::parse(client).unwrap();
        let credential = Some(Credential { client, secret: Secret::presented(secret) });
        Caller { credential, ip: browser.ip, origin: browser.origin.clone() }
    }

    #[track_caller]
    fn assert_absent(&self, place: &str, text: &str, allowed: &[Kind]) {
        for (kind, secret) in self.secrets.iter().filter(|(kind, _)| !allowed.contains(kind)) {
            let found = match kind {
                // Six digits stand in many a longer number.
                Kind::Code => text.split(|c: char| !c.is_alphanumeric()).any(|word| word == secret),
                Kind::Password | Kind::Secret | Kind::Token => text.contains(secret.as_str()),
            };
            assert!(!found, "{place} holds the {kind:?} {secret}: {text}");
        }
    }
}

/// What is logged on this thread, which is all that one test does.
struct Log;

impl Log {
    /// Begins to keep what is logged.
    ///
    /// The subscriber is the whole process's: where another thread has none, `tracing` would remember that
    /// nobody is interested in what it met there first.
    fn keep() {
        static KEPT: Once = Once::new();
        KEPT.call_once(|| {
            let ours = Targets::new().with_target("postern", LevelFilter::TRACE);
            let lines = fmt::layer().json().without_time().with_writer(|| Self);
            tracing_subscriber::registry().with(lines.with_filter(ours)).init();
        });
    }

    fn text() -> String {
        String::from_utf8(LOGGED.take()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}
