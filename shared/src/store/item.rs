//! Rows: how domain values become items and come back. Every item has `kind` and `version`; one
//! that does not parse is an error that names its key, never a panic.

use super::key::{EXPIRES_AT, Key};
use crate::domain::{Timestamp, Unavailable};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};
use std::collections::HashMap;

/// An item as DynamoDB has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A value as an item of that kind. A value without a `version` of its own gets 1.
pub(super) fn item<T: Serialize>(key: &Key, kind: &str, value: &T) -> Result<Item, Unavailable> {
    let mut item =
        to_item(value).map_err(|error| Unavailable(format!("{kind} {key:?} does not become an item: {error}")))?;
    item.extend(key.attributes());
    item.insert("kind".to_owned(), AttributeValue::S(kind.to_owned()));
    item.entry("version".to_owned())
        .or_insert_with(|| AttributeValue::N("1".to_owned()));
    Ok(item)
}

/// The same, to be garbage from `end` on.
pub(super) fn expiring<T: Serialize>(key: &Key, kind: &str, value: &T, end: Timestamp) -> Result<Item, Unavailable> {
    let mut item = item(key, kind, value)?;
    item.insert(EXPIRES_AT.to_owned(), AttributeValue::N(end.seconds().to_string()));
    Ok(item)
}

/// An item as the value it was made from.
pub(super) fn value<T: DeserializeOwned>(kind: &str, item: Item) -> Result<T, Unavailable> {
    let text = |name: &str| {
        item.get(name)
            .and_then(|value| value.as_s().ok())
            .cloned()
            .unwrap_or_default()
    };
    let (pk, sk, found) = (text("pk"), text("sk"), text("kind"));
    if found != kind {
        return Err(Unavailable(format!("item {pk} {sk} is a {found:?}, not a {kind}")));
    }
    from_item(item).map_err(|error| Unavailable(format!("item {pk} {sk} is no {kind}: {error}")))
}
