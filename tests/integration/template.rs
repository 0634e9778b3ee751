//! What `template.yaml` deploys is what the functions serve, and each may do what it must and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use postern::http::{Endpoint, gateway_routes};
use postern::store::table;
use serde_json::{Value, json};

use document::{Template, list, root};
use policy::{Power, statements};

mod document;
mod policy;

#[test]
fn every_function_but_local_is_deployed() {
    let written: BTreeSet<_> = fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "local")
        .collect();
    let deployed: BTreeSet<_> = Template::read().functions().into_keys().collect();

    assert_eq!(deployed, written);
}

#[test]
fn each_function_is_given_the_routes_of_its_own_endpoints() {
    let served = [
        ("account", postern_account::endpoints()),
        ("attempt", postern_attempt::endpoints()),
        ("create", postern_create::endpoints()),
        ("prepare", postern_prepare::endpoints()),
        ("read", postern_read::endpoints()),
        ("set-active", postern_set_active::endpoints()),
    ];
    let served: BTreeMap<_, _> =
        served.map(|(name, endpoints)| (name.to_owned(), routes_of(name, &endpoints))).into();
    let deployed: BTreeMap<_, _> = Template::read()
        .functions()
        .into_iter()
        .map(|(name, function)| (name, routes_to(&function)))
        .collect();

    assert_eq!(deployed, served);
}

#[test]
fn each_function_may_do_what_the_table_says_and_no_more() {
    let template = Template::read();
    let granted: BTreeMap<_, _> = template
        .functions()
        .into_iter()
        .map(|(name, function)| (name, template.powers_of(&function)))
        .collect();

    let writes = [Power::Write].as_slice();
    let hashes = [Power::HashCodes].as_slice();
    let deletes = [Power::Delete].as_slice();
    let sends = [Power::Send].as_slice();
    let signs = [Power::Sign, Power::MakeKeyRing].as_slice();
    let table = [
        ("create", vec![writes, hashes, sends, signs]),
        ("prepare", vec![writes, hashes, sends]),
        ("attempt", vec![writes, hashes, sends, signs]),
        ("set-active", vec![writes, deletes, signs]),
        ("read", vec![signs]),
        ("account", vec![writes, deletes, signs]),
    ];
    let everyone = [Power::Log, Power::Read];
    let table: BTreeMap<_, _> = table
        .map(|(name, powers)| {
            let powers = powers.concat().into_iter().chain(everyone).collect();
            (name.to_owned(), powers)
        })
        .into();
    assert_eq!(granted, table);
}

#[test]
fn no_policy_allows_any_action_or_any_resource() {
    for statement in Template::read().of_type("AWS::IAM::ManagedPolicy").flat_map(statements) {
        for subject in ["Action", "Resource"] {
            let text = statement[subject].to_string();
            assert!(!text.contains('*'), "{subject} is {text}");
        }
    }
}

#[test]
fn the_key_is_left_to_the_policies_of_its_own_account() {
    let template = Template::read();
    let keys: Vec<_> =
        template.of_type("AWS::KMS::Key").map(|key| &key["Properties"]["KeyPolicy"]).collect();

    let [policy] = keys.as_slice() else { panic!("one key, but there are {}", keys.len()) };
    let owner = json!({ "Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" });
    let principals: Vec<_> =
        list(&policy["Statement"]).map(|statement| &statement["Principal"]).collect();
    assert_eq!(principals, [&json!({ "AWS": owner })]);
}

#[test]
fn read_alone_knows_the_secret_key() {
    let holders: Vec<_> = Template::read()
        .functions()
        .into_iter()
        .filter(|(_, function)| function["Environment"].to_string().contains("SecretKey"))
        .map(|(name, _)| name)
        .collect();

    assert_eq!(holders, ["read"]);
}

#[test]
fn the_table_has_one_key_and_an_attribute_of_expiry() {
    let template = Template::read();
    let deployed = &template.resource("Table")["Properties"];

    let keys = json!([{ "AttributeName": table::PARTITION_KEY, "KeyType": "HASH" }]);
    assert_eq!(deployed["KeySchema"], keys);
    let attributes = json!([{ "AttributeName": table::PARTITION_KEY, "AttributeType": "S" }]);
    assert_eq!(deployed["AttributeDefinitions"], attributes);
    let expiry = json!({ "AttributeName": table::TTL_ATTRIBUTE, "Enabled": true });
    assert_eq!(deployed["TimeToLiveSpecification"], expiry);
}

#[test]
fn every_record_outlives_the_stack_and_can_be_restored() {
    let template = Template::read();
    let (table, key) = (template.resource("Table"), template.resource("Key"));

    for resource in [table, key] {
        assert_eq!(resource["DeletionPolicy"], "Retain");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain");
    }
    let properties = &table["Properties"];
    assert_eq!(properties["DeletionProtectionEnabled"], true);
    assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(properties["SSESpecification"]["SSEEnabled"], true);
}

/// The routes that the gateway must have for a function's endpoints, as it writes them.
fn routes_of(function: &str, endpoints: &[Endpoint]) -> BTreeSet<String> {
    let mut routes: BTreeSet<_> = gateway_routes(endpoints)
        .into_iter()
        .map(|(method, path)| format!("{method} {}", greedy_as_the_gateway_has_it(&path)))
        .collect();
    match function {
        // Every method and, as some paths come with a slash at the end, every path below.
        "account" => {
            assert!(
                endpoints
                    .iter()
                    .all(|endpoint| format!("{}/", endpoint.path()).starts_with("/v1/me/"))
            );
            routes = ["ANY /v1/me", "ANY /v1/me/{proxy+}"].map(str::to_owned).into();
        }
        // Whatever nobody else owns.
        "read" => _ = routes.insert("$default".to_owned()),
        _ => {}
    }
    routes
}

fn routes_to(function: &Value) -> BTreeSet<String> {
    let events = function["Events"].as_object().unwrap().values();
    events
        .map(|event| {
            assert_eq!(event["Type"], "HttpApi");
            match (&event["Properties"]["Method"], &event["Properties"]["Path"]) {
                (Value::String(method), Value::String(path)) => format!("{method} {path}"),
                _ => "$default".to_owned(),
            }
        })
        .collect()
}

/// The router writes `{*path}` for the rest of a path, the gateway `{path+}`.
fn greedy_as_the_gateway_has_it(path: &str) -> String {
    match path.split_once("{*") {
        Some((before, rest)) => format!("{before}{{{}+}}", rest.trim_end_matches('}')),
        None => path.to_owned(),
    }
}
