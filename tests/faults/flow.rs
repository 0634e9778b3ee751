//! The flows as lists of steps, and a person who takes them.

use std::time::Duration;

use postern_tests::{Browser, Instance, Reply};

/// One request of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    SignUp,
    SignUpAtOnce,
    SignUpWithPassword,
    PrepareSignUp,
    AttemptSignUp,
    SignIn,
    SignInWithPassword,
    PrepareSignIn,
    AttemptSignIn,
    AttemptPassword,
    Recover,
    AttemptRecovery,
    SetPassword,
    Touch,
    Token,
    SignOut,
    Forget,
    Change,
}

/// What must be true before a flow begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nobody was here.
    Nobody,
    /// The person has a user, but this browser does not know it.
    User,
    /// The person is signed in; the session was last used two hours ago.
    SignedIn,
}

/// What must be true once a flow is through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    SignedIn,
    SignedOut,
    Changed,
}

/// A flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) before: Before,
    pub(crate) steps: &'static [Step],
    pub(crate) goal: Goal,
}

/// Somebody on the way through a flow.
pub(crate) struct Person<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) browser: Browser,
    id: String,
    session: String,
}

impl<'a> Person<'a> {
    /// Somebody before the flow's first step.
    pub(crate) async fn before(flow: &Flow, instance: &'a Instance) -> Self {
        let browser = instance.browser();
        let mut person = Self { instance, browser, id: String::new(), session: String::new() };
        let mut fields = vec![("username", "jane_doe")];
        // Hashing is the slowest of all: only where it is used.
        if flow
            .steps
            .iter()
            .any(|step| [Step::SignInWithPassword, Step::AttemptPassword].contains(step))
        {
            fields.push(("password", PASSWORD));
        }
        match flow.before {
            Before::Nobody => {}
            Before::User => {
                instance.browser().sign_up(instance, JANE, &fields).await;
            }
            Before::SignedIn => {
                let done = person.browser.sign_up(instance, JANE, &fields).await;
                person.session = done.session();
                instance.wait(Duration::from_hours(2));
            }
        }
        person
    }

    /// Takes a step.
    pub(crate) async fn take(&mut self, step: Step) -> Reply {
        let code = || self.instance.messages(JANE).iter().find_map(|message| message.code.clone());
        let code = code().unwrap_or_default();
        let strategy = ("strategy", "email_code");
        let recovery = ("strategy", "reset_password_email_code");
        let (path, form) = match step {
            Step::SignUp => ("sign_ups", vec![("email_address", JANE)]),
            Step::SignUpAtOnce => ("sign_ups", vec![("email_address", JANE), strategy]),
            Step::SignUpWithPassword => (
                "sign_ups",
                vec![("email_address", JANE), ("username", "jane_doe"), ("password", PASSWORD)],
            ),
            Step::PrepareSignUp => ("sign_ups/{}/prepare_verification", vec![strategy]),
            Step::AttemptSignUp => {
                ("sign_ups/{}/attempt_verification", vec![strategy, ("code", &code)])
            }
            Step::SignIn => ("sign_ins", vec![("identifier", JANE)]),
            Step::SignInWithPassword => {
                ("sign_ins", vec![("identifier", JANE), ("password", PASSWORD)])
            }
            Step::PrepareSignIn => ("sign_ins/{}/prepare_first_factor", vec![strategy]),
            Step::AttemptSignIn => {
                ("sign_ins/{}/attempt_first_factor", vec![strategy, ("code", &code)])
            }
            Step::AttemptPassword => (
                "sign_ins/{}/attempt_first_factor",
                vec![("strategy", "password"), ("password", PASSWORD)],
            ),
            Step::Recover => ("sign_ins", vec![("identifier", JANE), recovery]),
            Step::AttemptRecovery => {
                ("sign_ins/{}/attempt_first_factor", vec![recovery, ("code", &code)])
            }
            Step::SetPassword => ("sign_ins/{}/reset_password", vec![("password", NEW_PASSWORD)]),
            Step::Touch => ("sessions/{session}/touch", vec![]),
            Step::Token => ("sessions/{session}/tokens", vec![]),
            Step::SignOut => ("sessions?_method=DELETE", vec![]),
            Step::Forget => ("?_method=DELETE", vec![]),
            Step::Change => {
                let form = [("username", "jane_roe"), ("first_name", "Jane")];
                return self.browser.patch("/v1/me", &form).await;
            }
        };
        let path = path.replace("{session}", &self.session).replace("{}", &self.id);
        let slash = if path.starts_with('?') { "" } else { "/" };
        let reply = self.browser.post(&format!("/v1/client{slash}{path}"), &form).await;
        if let Some(id) = reply.at("/response/id").as_str()
            && (id.starts_with("sua_") || id.starts_with("sia_"))
        {
            id.clone_into(&mut self.id);
        }
        reply
    }

    /// Goes through the flow from its beginning, as somebody does who gave up on what went wrong.
    pub(crate) async fn start_over(&mut self, flow: &Flow) {
        // Until then the secret that the last answer may have replaced is known.
        self.instance.wait(Duration::from_secs(61));
        for step in flow.steps {
            let reply = self.take(*step).await;
            match reply.code().as_deref() {
                None => {}
                // It had gone through.
                Some("session_exists") => return,
                Some("form_identifier_exists") => return self.sign_in().await,
                Some("authentication_invalid") if flow.goal == Goal::SignedOut => return,
                Some(_) => panic!("starting over with {step:?}: {}", reply.text),
            }
        }
    }

    /// Checks that the flow has led where it leads.
    pub(crate) async fn reached(&self, goal: Goal) {
        assert_eq!(self.instance.whole_users().await, 1);
        let client = self.browser.client().await;
        let sessions = client.at("/response/sessions").as_array().map_or(0, Vec::len);
        match goal {
            Goal::SignedIn => {
                assert_eq!(sessions, 1, "{}", client.text);
                let session = client.text_at("/response/sessions/0/id");
                self.browser.token(&session).await.ok();
            }
            Goal::SignedOut => assert_eq!(sessions, 0, "{}", client.text),
            Goal::Changed => {
                let me = self.browser.get("/v1/me").await.ok();
                assert_eq!(me.at("/response/username"), "jane_roe");
                assert_eq!(me.at("/response/first_name"), "Jane");
            }
        }
    }

    async fn sign_in(&mut self) {
        for step in [Step::SignIn, Step::PrepareSignIn, Step::AttemptSignIn] {
            self.take(step).await.ok();
        }
    }
}

pub(crate) const JANE: &str = "jane@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";
const NEW_PASSWORD: &str = "correct donkey battery";
