use serde_json::{Value, json};

use super::*;
use crate::flow::context::tests::context;
use crate::flow::metadata::Metadata;
use crate::flow::password::PasswordHash;
use crate::flow::sign_up::{Fields, Patch};
use crate::flow::user::{EmailAddress, UserPassword};
use crate::flow::{
    Client, Context, EmailAddressId, Facts, Identifier, Session, SignIn, SignUp, Strategy, User,
    UserId, Verification,
};

#[test]
fn somebody_who_signs_up() {
    context(|cx| {
        let view = view(None, cx);
        let id = view.client.sign_up.as_ref().unwrap().id.clone();
        insta::assert_json_snapshot!(shown(&Subject::SignUp(id), &view, cx));
    });
}

#[test]
fn somebody_who_signs_in() {
    context(|cx| {
        let view = view(Some(jane(cx)), cx);
        let id = view.client.sign_in.as_ref().unwrap().id.clone();
        insta::assert_json_snapshot!(shown(&Subject::SignIn(id), &view, cx));
    });
}

#[test]
fn a_client_with_a_session() {
    context(|cx| {
        let mut view = view(Some(jane(cx)), cx);
        view.client.sign_up = None;
        view.client.sign_in = None;
        insta::assert_json_snapshot!(shown(&Subject::Client, &view, cx));
    });
}

#[test]
fn an_address_without_a_code_has_a_next_action_and_no_status() {
    context(|cx| {
        let mut view = view(None, cx);
        let sign_up = view.client.sign_up.as_mut().unwrap();
        sign_up.email_address.as_mut().unwrap().verification = None;
        let subject = Subject::SignUp(sign_up.id.clone());
        let expected =
            json!({ "next_action": "needs_prepare", "supported_strategies": ["email_code"] });
        assert_eq!(shown(&subject, &view, cx)["verifications"]["email_address"], expected);
    });
}

#[test]
fn an_address_is_shown_whole_only_to_whom_typed_it() {
    context(|cx| {
        let user = jane(cx);
        let by_username = user.username.clone().unwrap();
        let mut view = view(Some(user.clone()), cx);
        let sign_in = SignIn::begin(None, cx).identified(by_username, &user);
        let subject = Subject::SignIn(sign_in.id.clone());
        view.client.sign_in = Some(sign_in);
        let found = &shown(&subject, &view, cx)["supported_first_factors"][0]["safe_identifier"];
        assert_eq!(found, "j••••@example.com");
    });
}

#[test]
fn a_token_is_of_one_session() {
    context(|cx| {
        let mut view = view(Some(jane(cx)), cx);
        let session = view.client.sessions[0].clone();
        let subject = Subject::Token(session);
        assert_eq!(shown(&subject, &view, cx), json!({ "object": "token", "jwt": "a.b.c" }));
        view.token = None;
        assert!(Resource::of(&subject, scene(&view, cx)).is_none());
    });
}

#[test]
fn a_session_that_ended_is_shown_without_a_user_that_is_gone() {
    context(|cx| {
        let mut view = view(Some(jane(cx)), cx);
        let session = view.client.sessions.remove(0);
        view.users.clear();
        let ended = shown(&Subject::Session(session, SessionState::Removed), &view, cx);
        assert_eq!(ended["status"], "removed");
        assert_eq!((&ended["user"], &ended["public_user_data"]), (&Value::Null, &Value::Null));
    });
}

#[test]
fn what_the_view_does_not_have_is_not_shown() {
    context(|cx| {
        let view = view(None, cx);
        let subject = Subject::User(UserId::generate(cx));
        assert!(Resource::of(&subject, scene(&view, cx)).is_none());
    });
}

fn shown(subject: &Subject, view: &View, cx: &Context<'_>) -> Value {
    serde_json::to_value(Resource::of(subject, scene(view, cx)).unwrap()).unwrap()
}

fn scene<'a>(view: &'a View, cx: &'a Context<'_>) -> Scene<'a> {
    Scene { settings: cx.settings, base_url: "https://accounts.example.com", view }
}

/// A client on which somebody signs up, and `user` has a session and signs in again.
fn view(user: Option<User>, cx: &Context<'_>) -> View {
    let mut client = Client::new(cx).0;
    client.sign_up = Some(john(cx));
    client.sign_in = user.as_ref().map(|user| {
        let typed = user.email_addresses[0].address.clone();
        let sign_in = SignIn::begin(Some("de-DE".to_owned()), cx).identified(typed, user);
        sign_in.prepare(Strategy::EmailCode, None, cx).unwrap().next
    });
    client.sessions = user.iter().map(|user| Session::begin(&user.id, cx)).collect();
    client.last_active_session = client.sessions.first().map(|session| session.id.clone());
    client.last_authentication_strategy = user.as_ref().map(|_| Strategy::Password);
    let token = client.last_active_session.clone().map(|id| (id, "a.b.c".to_owned()));
    let users = user.into_iter().map(|user| (user.id.clone(), user)).collect();
    View { client, users, token, current: true, now: cx.now }
}

/// A sign-up that waits for its code.
fn john(cx: &Context<'_>) -> SignUp {
    let fields = Fields {
        email_address: Patch::Set(email("john@example.com")),
        first_name: Patch::Set("John".to_owned()),
        unsafe_metadata: Some(Metadata::parse(r#"{"plan":{"seats":3}}"#).unwrap()),
        timezone: Some("Europe/Berlin".to_owned()),
        ..Fields::default()
    };
    let sign_up = SignUp::begin(cx).update(&fields, &Facts::default(), cx).unwrap().next;
    sign_up.prepare(Strategy::EmailCode, cx).unwrap().next
}

/// A user with a username, a verified address and a password.
fn jane(cx: &Context<'_>) -> User {
    let address = EmailAddressId::generate(cx);
    User {
        id: UserId::generate(cx),
        email_addresses: vec![EmailAddress {
            id: address.clone(),
            address: email("jane@example.com"),
            verification: Some(Verification::verified(Strategy::EmailCode, cx.now)),
            created_at: cx.now,
        }],
        primary_email_address: Some(address),
        username: Some(Identifier::Username("jane_d".to_owned())),
        first_name: Some("Jane".to_owned()),
        last_name: Some("Doe".to_owned()),
        password: Some(UserPassword {
            hash: PasswordHash::new("$argon2id$".to_owned()),
            updated_at: cx.now,
        }),
        password_version: 1,
        unsafe_metadata: Metadata::parse(r#"{"theme":"dark"}"#).unwrap(),
        sessions: Vec::new(),
        last_sign_in_at: Some(cx.now),
        legal_accepted_at: None,
        locale: None,
        timezone: None,
        created_at: cx.now,
        updated_at: cx.now,
    }
}

fn email(text: &str) -> Identifier {
    Identifier::EmailAddress(text.to_owned())
}
