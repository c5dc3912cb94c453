//! Consistent batch reads: everything a decision needs in one call.

use super::Store;
use super::item::{Item, value};
use super::key::Key;
use crate::domain::Unavailable;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::time::Duration;

/// What a batch read found.
pub(super) struct Rows(HashMap<(String, String), Item>);

impl Rows {
    /// Takes a row out; `None` if it was not there.
    pub(super) fn take<T: DeserializeOwned>(&mut self, kind: &str, key: &Key) -> Result<Option<T>, Unavailable> {
        self.0
            .remove(&(key.pk.clone(), key.sk.clone()))
            .map(|item| value(kind, item))
            .transpose()
    }

    /// Takes a row out, where one was asked for.
    pub(super) fn take_some<T: DeserializeOwned>(
        &mut self,
        kind: &str,
        key: Option<&Key>,
    ) -> Result<Option<T>, Unavailable> {
        key.map_or(Ok(None), |key| self.take(kind, key))
    }
}

impl Store {
    /// Reads up to 100 items in one `BatchGetItem`, consistently. Keys that DynamoDB leaves
    /// unprocessed are asked for again, briefly; then the read fails.
    pub(super) async fn rows(&self, keys: &[&Key]) -> Result<Rows, Unavailable> {
        let mut wanted = KeysAndAttributes::builder().consistent_read(true);
        for (index, key) in keys.iter().enumerate() {
            // DynamoDB refuses a batch that names a key twice.
            if !keys[..index].contains(key) {
                wanted = wanted.keys(key.attributes());
            }
        }
        let mut pending = wanted
            .build()
            .map_err(|error| Unavailable(format!("batch read: {error}")))?;
        let mut found = HashMap::with_capacity(keys.len());
        for attempt in 0..4u32 {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, pending)
                .send()
                .await;
            let mut answer = answer.map_err(|error| Unavailable::of("batch read", &error))?;
            for item in answer
                .responses
                .take()
                .into_iter()
                .flat_map(HashMap::into_values)
                .flatten()
            {
                let text = |name: &str| {
                    item.get(name)
                        .and_then(|value| value.as_s().ok())
                        .cloned()
                        .unwrap_or_default()
                };
                found.insert((text("pk"), text("sk")), item);
            }
            match answer
                .unprocessed_keys
                .take()
                .and_then(|mut keys| keys.remove(&self.table))
            {
                Some(rest) => pending = rest,
                None => return Ok(Rows(found)),
            }
            tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
        }
        Err(Unavailable("batch read: DynamoDB left keys unprocessed".to_owned()))
    }
}
