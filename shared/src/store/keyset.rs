//! The published keys of the region: one item, and the truth about which keys are good and when
//! each signs.

use super::Store;
use super::item::item;
use super::key::Key;
use super::read::Rows;
use super::write::{Lost, Write};
use crate::domain::{PublishedKeys, Unavailable};
use serde::{Deserialize, Serialize};

/// The published keys as they were read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Keyset {
    /// The keys, oldest first.
    pub keys: PublishedKeys,
    revision: u64,
}

impl Store {
    /// The published keys; none before the first run.
    pub async fn keyset(&self) -> Result<Keyset, Unavailable> {
        let key = Key::keys();
        Ok(self.rows(&[&key]).await?.take(KIND, &key)?.unwrap_or_default())
    }

    /// Writes the published keys over those that were read.
    pub fn replace_keyset(&self, before: &Keyset, keys: PublishedKeys) -> Result<Write, Unavailable> {
        let after = Keyset {
            keys,
            revision: before.revision + 1,
        };
        let item = item(&Key::keys(), KIND, &after)?;
        if before.revision == 0 {
            Write::create(self, item, Lost::Changed)
        } else {
            Write::replace(self, item, before.revision)
        }
    }

    /// Where the published keys are, for a read that wants them along.
    pub(super) fn keys_too(wanted: bool) -> Option<Key> {
        wanted.then(Key::keys)
    }

    /// The published keys of a read that wanted them.
    pub(super) fn published(rows: &mut Rows, key: Option<&Key>) -> Result<Option<PublishedKeys>, Unavailable> {
        let Some(key) = key else { return Ok(None) };
        let found: Option<Keyset> = rows.take(KIND, key)?;
        Ok(Some(found.unwrap_or_default().keys))
    }
}

const KIND: &str = "keys";
