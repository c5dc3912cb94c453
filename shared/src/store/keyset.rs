//! The published keys of the region: one item.

use super::Store;
use super::item::item;
use super::key::Key;
use super::read::Rows;
use super::write::{Lost, Write};
use crate::domain::{PublishedKey, Unavailable};
use serde::{Deserialize, Serialize};

/// The published keys.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Keyset {
    /// The keys, oldest first.
    pub keys: Vec<PublishedKey>,
    revision: u64,
}

impl Store {
    /// The published keys; none before the first run.
    pub async fn keyset(&self) -> Result<Keyset, Unavailable> {
        let key = Key::keys();
        Self::published(&mut self.rows(&[&key]).await?, &key)
    }

    /// Publishes one more key than there are in `before`.
    pub fn publish(&self, before: &Keyset, key: PublishedKey) -> Result<Write, Unavailable> {
        let mut after = Keyset {
            revision: before.revision + 1,
            ..before.clone()
        };
        after.keys.push(key);
        let item = item(&Key::keys(), "keys", &after)?;
        if before.revision == 0 {
            Write::create(self, item, Lost::Changed)
        } else {
            Write::replace(self, item, before.revision)
        }
    }

    pub(super) fn published(rows: &mut Rows, key: &Key) -> Result<Keyset, Unavailable> {
        Ok(rows.take("keys", key)?.unwrap_or_default())
    }
}
