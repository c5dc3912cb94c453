//! One-time links, by the digest of their secret.

use super::Store;
use super::item::expiring;
use super::key::Key;
use super::write::{Lost, Write};
use crate::domain::{Link, Unavailable};

const KIND: &str = "link";

impl Store {
    /// Keeps a link, before it is sent.
    pub fn create_link(&self, link: &Link) -> Result<Write, Unavailable> {
        let key = Key::link(&link.digest);
        Write::create(self, expiring(&key, KIND, link, link.ends_at)?, Lost::Changed)
    }

    /// A link that has not been used.
    pub async fn link(&self, digest: &str) -> Result<Option<Link>, Unavailable> {
        let key = Key::link(digest);
        self.rows(&[&key]).await?.take(KIND, &key)
    }

    /// Uses a link up: only one of many can.
    pub fn use_link(&self, link: &Link) -> Result<Write, Unavailable> {
        Write::delete_existing(self, &Key::link(&link.digest))
    }
}
