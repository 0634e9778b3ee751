//! Every import goes down: `functions` → `http` → `app` → `store`, `message`, `token` → `flow` → `settings`.
//!
//! Neighbours on one floor do not see each other, and the core knows nothing of time, chance, AWS or HTTP.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use source::Source;

#[test]
fn every_import_goes_down() {
    let mut wrong = BTreeSet::new();
    for source in Source::all("shared/src") {
        let Some(room) = source.room() else { continue };
        let lower = below(&room);
        for seen in source.rooms_seen(ROOMS) {
            if seen != room && !lower.contains(&seen.as_str()) {
                wrong.insert(format!("{} sees {seen}", source.path));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}

#[test]
fn the_root_of_the_library_lists_its_rooms_and_does_nothing() {
    let root = Source::read("shared/src/lib.rs");
    let rooms: BTreeSet<_> =
        root.text.lines().filter_map(|line| line.strip_prefix("pub mod ")).collect();
    assert_eq!(
        rooms,
        ROOMS
            .iter()
            .map(|room| format!("{room};"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect()
    );
}

#[test]
fn the_core_is_pure() {
    let forbidden = [
        "async",
        "await",
        "SystemTime",
        "Instant",
        "SystemRandom",
        "OsRng",
        "SysRng",
        "ThreadRng",
        "thread_rng",
        "fill",
        "env",
        "fs",
        "net",
        "process",
        "thread",
        "tracing",
        "println",
        "eprintln",
    ];
    let mut wrong = BTreeSet::new();
    for source in Source::all("shared/src/flow").chain([Source::read("shared/src/flow.rs")]) {
        for word in source.words() {
            if forbidden.contains(&word.as_str()) {
                wrong.insert(format!("{} says {word}", source.path));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}

#[test]
fn each_crate_from_outside_is_known_to_its_rooms_alone() {
    let allowed: BTreeMap<_, &[&str]> = [
        ("argon2", &["app"][..]),
        ("askama", &["message"]),
        ("aws_config", &["app", "message"]),
        ("aws_sdk_dynamodb", &["app", "store"]),
        ("aws_sdk_kms", &["app", "token"]),
        ("aws_sdk_sesv2", &["message"]),
        ("axum", &["http"]),
        ("http", &["http"]),
        ("http_body_util", &["http"]),
        ("jsonwebtoken", &["token"]),
        ("lambda_http", &["http"]),
        ("serde_dynamo", &["store"]),
        ("tokio", &["app", "token"]),
        ("toml", &["settings"]),
        ("tower", &["http"]),
        ("tower_http", &["http"]),
        ("tracing", &["app", "http", "message"]),
        ("tracing_subscriber", &["http"]),
    ]
    .into();
    let mut wrong = BTreeSet::new();
    for source in Source::all("shared/src") {
        let Some(room) = source.room() else { continue };
        for seen in source.crates_seen() {
            let known = allowed.get(seen.as_str()).is_none_or(|rooms| rooms.contains(&&*room));
            if !known {
                wrong.insert(format!("{} sees {seen}", source.path));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}

#[test]
fn functions_do_not_see_each_other_nor_the_library_them() {
    let of_the_library = source::dependencies("shared/Cargo.toml");
    assert_eq!(of_the_library.iter().find(|name| name.starts_with("postern")), None);
    for (name, dependencies) in functions() {
        let others: Vec<_> =
            dependencies.iter().filter(|other| other.starts_with("postern-")).collect();
        if name == "local" {
            // Every function but itself.
            assert_eq!(others.len(), functions().len() - 1, "{others:?}");
        } else {
            assert_eq!(others, Vec::<&String>::new(), "{name}");
        }
    }
}

#[test]
fn a_function_speaks_to_the_library_and_to_no_service() {
    let allowed = ["axum", "http", "lambda_http", "postern", "serde_json", "tokio"];
    let allowed: BTreeSet<_> = allowed.map(|name| name.replace('_', "-")).into();
    for (name, dependencies) in functions() {
        if name != "local" {
            let extra: Vec<_> = dependencies
                .iter()
                .filter(|found| !allowed.contains(&found.replace('_', "-")))
                .collect();
            assert_eq!(extra, Vec::<&String>::new(), "{name}");
        }
    }
}

#[test]
fn the_stand_ins_for_aws_are_locals_alone() {
    let mut holders = BTreeSet::new();
    let mut manifests = vec!["shared/Cargo.toml".to_owned(), "tests/Cargo.toml".to_owned()];
    manifests.extend(functions().into_keys().map(|name| format!("functions/{name}/Cargo.toml")));
    for manifest in manifests {
        let found = source::dependencies(&manifest);
        if found.iter().any(|name| name.contains("dynoxide") || name.contains("sqlite")) {
            holders.insert(manifest);
        }
    }
    assert_eq!(holders, BTreeSet::from(["functions/local/Cargo.toml".to_owned()]));
}

#[test]
fn the_readers_of_imports_see_what_is_written() {
    let source = Source {
        path: "shared/src/flow/sign_in/verbs.rs".to_owned(),
        text: r#"
            //! Says crate::store in a comment.
            use super::super::super::{app::App, http};
            use super::super::client::Client;
            use crate::{message::{Mailer, token}, settings};
            fn f() -> crate::store::Store { "crate::token"; 'a'; axum::x() }
        "#
        .to_owned(),
    };
    let seen: Vec<_> = source.rooms_seen(ROOMS).into_iter().collect();
    assert_eq!(seen, ["app", "flow", "http", "message", "settings", "store"]);
    assert!(source.crates_seen().contains("axum"));
}

/// The rooms that one may see.
fn below(room: &str) -> Vec<&'static str> {
    let floor = FLOORS.iter().position(|floor| floor.contains(&room));
    let floor = floor.unwrap_or_else(|| panic!("{room} is on no floor"));
    FLOORS[floor + 1..].concat()
}

/// The functions, and what each depends on.
fn functions() -> BTreeMap<String, BTreeSet<String>> {
    fs::read_dir(source::root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| {
            let manifest = format!("functions/{name}/Cargo.toml");
            (name, source::dependencies(&manifest))
        })
        .collect()
}

/// The floors of the library, from the top.
const FLOORS: [&[&str]; 5] =
    [&["http"], &["app"], &["store", "message", "token"], &["flow"], &["settings"]];
const ROOMS: &[&str] = &["app", "flow", "http", "message", "settings", "store", "token"];
