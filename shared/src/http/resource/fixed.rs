//! Values that never differ: what the contract has and this product does not.

use serde::{Serialize, Serializer};

/// `null`
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct Null;

/// `false`
#[derive(Clone, Copy, Default)]
pub(super) struct False;

/// `{}`
#[derive(Clone, Copy, Default, Serialize)]
pub(super) struct EmptyObject {}

/// `[]`
pub(super) type EmptyList = [(); 0];

impl Serialize for False {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(false)
    }
}
