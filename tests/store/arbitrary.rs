//! Records of every shape.

use postern::flow::metadata::Metadata;
use postern::flow::password::PasswordHash;
use postern::flow::sign_in::SignIn;
use postern::flow::sign_up::{Fields, Patch};
use postern::flow::user::{EmailAddress, SessionPointer, UserPassword};
use postern::flow::{
    Client, Context, EmailAddressId, Facts, Identifier, Session, SessionId, SignUp,
    Strategy as Way, Timestamp, User, UserId, Verification,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// What a record is made from.
#[derive(Clone, Debug)]
pub(crate) struct Seeds {
    texts: Vec<Option<String>>,
    addresses: Vec<(String, bool)>,
    times: Vec<i64>,
    numbers: Vec<u32>,
    metadata: String,
    sessions: usize,
    ways: Vec<Way>,
}

pub(crate) fn seeds() -> impl Strategy<Value = Seeds> {
    (
        vec(option::of(any::<String>()), 8),
        vec(("[a-z0-9.+ä漢-]{1,20}@[a-z]{1,10}\\.example", any::<bool>()), 0..4),
        vec(any::<i64>(), 12),
        vec(any::<u32>(), 4),
        json().prop_map(|value| serde_json::json!({ "any": value }).to_string()),
        0_usize..4,
        vec(
            prop_oneof![
                Just(Way::EmailCode),
                Just(Way::Password),
                Just(Way::ResetPasswordEmailCode)
            ],
            4,
        ),
    )
        .prop_map(|(texts, addresses, times, numbers, metadata, sessions, ways)| Seeds {
            texts,
            addresses,
            times,
            numbers,
            metadata,
            sessions,
            ways,
        })
}

/// Any JSON that is not too large; keys and texts are whatever somebody types.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            vec((".{0,10}", inner), 0..4)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

impl Seeds {
    /// A user.
    pub(crate) fn user(&self, cx: &Context<'_>) -> User {
        let id = UserId::generate(cx);
        let email_addresses: Vec<_> = self
            .addresses
            .iter()
            .zip(&self.ways)
            .map(|((address, verified), way)| EmailAddress {
                id: EmailAddressId::generate(cx),
                address: Identifier::EmailAddress(address.clone()),
                verification: verified.then(|| Verification::verified(*way, self.time(0))),
                created_at: self.time(1),
            })
            .collect();
        User {
            primary_email_address: email_addresses.first().map(|email| email.id.clone()),
            email_addresses,
            username: self.text(0).map(Identifier::Username),
            first_name: self.text(1),
            last_name: self.text(2),
            password: self.text(3).map(|text| UserPassword {
                hash: PasswordHash::new(text),
                updated_at: self.time(2),
            }),
            password_version: self.numbers[0],
            unsafe_metadata: Metadata::parse(&self.metadata).unwrap_or_default(),
            sessions: (0..self.sessions)
                .map(|number| SessionPointer {
                    id: SessionId::generate(&id, cx),
                    expire_at: self.time(number),
                })
                .collect(),
            last_sign_in_at: self.numbers[1].is_multiple_of(2).then(|| self.time(3)),
            legal_accepted_at: self.numbers[2].is_multiple_of(2).then(|| self.time(4)),
            locale: self.text(4),
            timezone: self.text(5),
            created_at: self.time(5),
            updated_at: self.time(6),
            id,
        }
    }

    /// A client that knows this user.
    pub(crate) fn client(&self, user: &User, cx: &Context<'_>) -> Client {
        let (mut client, _) = Client::new(cx);
        client.sessions = user.sessions.iter().map(|pointer| self.session(pointer, user)).collect();
        client.last_active_session = client.sessions.last().map(|session| session.id.clone());
        client.last_authentication_strategy = self.text(6).map(|_| self.ways[0]);
        client.sign_up = self.text(7).map(|_| self.sign_up(cx));
        client.completed_sign_up = self.text(5).map(|_| self.sign_up(cx));
        client.sign_in = self.text(6).map(|_| self.sign_in(user, cx));
        client.completed_sign_in = self.text(4).map(|_| self.sign_in(user, cx));
        client.updated_at = self.time(7);
        client
    }

    fn session(&self, pointer: &SessionPointer, user: &User) -> Session {
        Session {
            id: pointer.id.clone(),
            user: user.id.clone(),
            expire_at: pointer.expire_at,
            last_active_at: self.time(8),
            abandon_at: self.time(9),
            first_factor_at: self.time(10),
            created_at: self.time(11),
            updated_at: self.time(0),
        }
    }

    fn sign_up(&self, cx: &Context<'_>) -> SignUp {
        let set = |text: Option<String>| text.map_or(Patch::Keep, Patch::Set);
        let fields = Fields {
            email_address: self.addresses.first().map_or(Patch::Keep, |(address, _)| {
                Patch::Set(Identifier::EmailAddress(address.clone()))
            }),
            username: self
                .text(0)
                .map_or(Patch::Keep, |name| Patch::Set(Identifier::Username(name))),
            first_name: set(self.text(1)),
            last_name: set(self.text(2)),
            unsafe_metadata: Metadata::parse(&self.metadata).ok(),
            legal_accepted: Some(self.numbers[2].is_multiple_of(2)),
            locale: self.text(4),
            timezone: self.text(5),
            password: None,
        };
        let begun = SignUp::begin(cx).update(&fields, &Facts::default(), cx).unwrap().next;
        let prepared = begun.clone().prepare(Way::EmailCode, cx);
        prepared.map_or(begun, |transition| transition.next)
    }

    fn sign_in(&self, user: &User, cx: &Context<'_>) -> SignIn {
        let begun = SignIn::begin(self.text(4), cx);
        let Some((address, _)) = self.addresses.first() else { return begun };
        let named = begun.identified(Identifier::EmailAddress(address.clone()), user);
        let prepared = named.clone().prepare(self.ways[1], None, cx);
        prepared.map_or(named, |transition| transition.next)
    }

    fn text(&self, number: usize) -> Option<String> {
        self.texts[number].clone()
    }

    fn time(&self, number: usize) -> Timestamp {
        Timestamp::from_millis(self.times[number])
    }
}
