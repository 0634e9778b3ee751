//! `template.yaml` as a value, and where things stand in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::policy::{Power, powers_in, statements};

/// `template.yaml`, its short tags written as objects: `!Ref Table` is `{"Ref": "Table"}`.
pub(crate) struct Template(Value);

impl Template {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(root().join("template.yaml")).unwrap();
        Self(plain(serde_yaml_ng::from_str(&text).unwrap()))
    }

    pub(crate) fn resource(&self, id: &str) -> &Value {
        self.0["Resources"].get(id).unwrap_or_else(|| panic!("no resource {id}"))
    }

    pub(crate) fn of_type(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0["Resources"]
            .as_object()
            .unwrap()
            .values()
            .filter(move |resource| resource["Type"] == kind)
    }

    /// The properties of each function, by the directory that its package is built from.
    pub(crate) fn functions(&self) -> BTreeMap<String, Value> {
        self.of_type("AWS::Serverless::Function")
            .map(|function| {
                let properties = &function["Properties"];
                let package = properties["CodeUri"].as_str().unwrap();
                let name = package
                    .strip_prefix("target/lambda/")
                    .and_then(|rest| rest.strip_suffix("/bootstrap.zip"));
                (
                    name.unwrap_or_else(|| panic!("{package} is no package")).to_owned(),
                    properties.clone(),
                )
            })
            .collect()
    }

    /// Everything that a function's role allows; no policy may come from elsewhere.
    pub(crate) fn powers_of(&self, function: &Value) -> BTreeSet<Power> {
        assert_eq!(function["Policies"], Value::Null, "a function's policies are its role's");
        let role =
            function["Role"]["GetAtt"].as_str().and_then(|role| role.strip_suffix(".Arn")).unwrap();
        let role = &self.resource(role)["Properties"];
        assert_eq!(role["Policies"], Value::Null, "a role has no policy of its own");

        list(&role["ManagedPolicyArns"])
            .map(|policy| {
                policy["Ref"].as_str().unwrap_or_else(|| panic!("{policy} is not in the template"))
            })
            .flat_map(|policy| statements(self.resource(policy)))
            .flat_map(powers_in)
            .collect()
    }
}

/// A list's values, or the one value that stands for a list of one.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// A YAML value as JSON, a tag as an object of one key.
fn plain(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;

    match yaml {
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string().trim_start_matches('!').to_owned();
            Value::Object(Map::from_iter([(tag, plain(tagged.value))]))
        }
        Yaml::Sequence(values) => values.into_iter().map(plain).collect(),
        Yaml::Mapping(entries) => entries
            .into_iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value)))
            .collect(),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => {
            serde_json::to_value(yaml).unwrap()
        }
    }
}

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
