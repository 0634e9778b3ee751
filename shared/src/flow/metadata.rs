//! `unsafe_metadata`: a JSON object that the application keeps on a user; the user may write it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::error::FlowError;
use super::fields::Field;

/// A JSON object, bounded in size and depth.
///
/// A record holds it as its JSON text: whatever number or key a person sends, the table takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// Reads the JSON text of an object.
    ///
    /// # Errors
    /// [`FlowError::FormatInvalid`] if it is none or nests too deeply, [`FlowError::TooLong`] above 8 KiB.
    pub fn parse(text: &str) -> Result<Self, FlowError> {
        if text.len() > BYTES {
            return Err(FlowError::TooLong(FIELD));
        }
        // serde_json gives up at 128 levels by itself; ours leaves every reader room.
        match serde_json::from_str(text) {
            Ok(Value::Object(map)) if map.values().all(|value| fits(value, DEPTH - 1)) => {
                // Measured as it is kept: some numbers are longer than they were written.
                let metadata = Self(map);
                if metadata.length() > BYTES {
                    Err(FlowError::TooLong(FIELD))
                } else {
                    Ok(metadata)
                }
            }
            Ok(_) | Err(_) => Err(FlowError::FormatInvalid(FIELD)),
        }
    }

    /// The object.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// This object with a patch merged in: objects merge, `null` removes. RFC 7396.
    ///
    /// # Errors
    /// [`FlowError::TooLong`] if the result is too large.
    pub fn merged(mut self, patch: &Self) -> Result<Self, FlowError> {
        merge(&mut self.0, &patch.0);
        if self.length() > BYTES { Err(FlowError::TooLong(FIELD)) } else { Ok(self) }
    }

    fn length(&self) -> usize {
        serde_json::to_string(&self.0).map_or(usize::MAX, |text| text.len())
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(de::Error::custom)
    }
}

fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => {
                target.remove(key);
            }
            Value::Object(inner) => {
                let place = target.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                if let Value::Object(place) = place {
                    merge(place, inner);
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                target.insert(key.clone(), value.clone());
            }
        }
    }
}

fn fits(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| fits(item, depth - 1)),
        Value::Object(map) => depth > 0 && map.values().all(|item| fits(item, depth - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

const FIELD: Field = Field::UnsafeMetadata;
const BYTES: usize = 8 * 1024;
const DEPTH: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(text: &str) -> Metadata {
        Metadata::parse(text).unwrap()
    }

    #[test]
    fn a_patch_merges_deeply_and_null_removes() {
        let merged = metadata(r#"{"a":{"b":1,"c":2},"d":[1],"e":0}"#)
            .merged(&metadata(r#"{"a":{"c":null,"x":{"y":3}},"d":[2],"e":{"f":1}}"#));
        assert_eq!(merged, Ok(metadata(r#"{"a":{"b":1,"x":{"y":3}},"d":[2],"e":{"f":1}}"#)));
    }

    #[test]
    fn only_a_small_and_shallow_object_is_taken() {
        for text in ["", "{oops", "[]", "1", "null", "\"a\""] {
            assert_eq!(Metadata::parse(text), Err(FlowError::FormatInvalid(FIELD)), "{text}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
        assert_eq!(Metadata::parse(&deep), Err(FlowError::FormatInvalid(FIELD)));
        let big = format!("{{\"a\":\"{}\"}}", "b".repeat(10_000));
        assert_eq!(Metadata::parse(&big), Err(FlowError::TooLong(FIELD)));
    }
}
