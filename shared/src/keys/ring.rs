//! The published keys of the region as this process last read them, good for one lease
//! ([`PublishedKey::LEASE`]). They are read together with whatever a request reads anyway, so that a
//! cold process, too, makes one call. When a key is taken away, no process accepts its tokens one
//! lease later.

use super::PublicKey;
use crate::domain::{PublishedKey, PublishedKeys, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The keys in memory.
#[derive(Debug, Default)]
pub struct KeyRing(RwLock<Arc<ReadKeys>>);

/// The keys as one read found them.
#[derive(Debug, Default)]
pub struct ReadKeys {
    published: PublishedKeys,
    /// By key id; a key that cannot be used is left out.
    parsed: HashMap<String, Arc<PublicKey>>,
    /// When the read began.
    read_at: Option<Timestamp>,
}

/// What the memory says about a key.
#[derive(Debug)]
pub enum Lookup {
    /// Here it is.
    Known(Arc<PublicKey>),
    /// There is none.
    Unknown,
    /// Read the keys again.
    Stale,
}

impl ReadKeys {
    fn is_stale(&self, now: Timestamp) -> bool {
        // A clock that was set back makes them stale, too.
        self.read_at
            .is_none_or(|at| now < at || at.plus(PublishedKey::LEASE) <= now)
    }

    /// The key of that id, if its tokens are good.
    pub fn key(&self, kid: &str, now: Timestamp) -> Option<Arc<PublicKey>> {
        let live = self.published.key(kid).is_some_and(|key| key.is_live(now));
        self.parsed.get(kid).filter(|_| live).cloned()
    }

    fn is_usable(&self, key: &PublishedKey) -> bool {
        self.parsed.contains_key(&key.jwk.kid)
    }
}

impl KeyRing {
    fn last(&self) -> Arc<ReadKeys> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the keys must be read again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.last().is_stale(now)
    }

    /// Looks a key up.
    pub fn key(&self, kid: &str, now: Timestamp) -> Lookup {
        let last = self.last();
        if last.is_stale(now) {
            return Lookup::Stale;
        }
        last.key(kid, now).map_or(Lookup::Unknown, Lookup::Known)
    }

    /// Whether a key's tokens were good when the keys were last read, however long ago.
    pub fn holds(&self, kid: &str, now: Timestamp) -> bool {
        self.last().key(kid, now).is_some()
    }

    /// The keys whose tokens are good, oldest first.
    pub fn live(&self, now: Timestamp) -> Vec<PublishedKey> {
        let last = self.last();
        let live = last.published.iter().filter(|key| key.is_live(now));
        live.filter(|key| last.is_usable(key)).cloned().collect()
    }

    /// The keys that may sign, newest first: a signer takes the first one it has.
    pub fn signing(&self, now: Timestamp) -> Vec<PublishedKey> {
        let last = self.last();
        let signing = last.published.signing(now);
        signing.filter(|key| last.is_usable(key)).cloned().collect()
    }

    /// Takes over what a read found that began at `read_at` and has ended `now`, unless a later one was
    /// faster. Returns it: whoever read verifies with that, whatever the others do.
    pub fn refresh(&self, published: PublishedKeys, read_at: Timestamp, now: Timestamp) -> Arc<ReadKeys> {
        let mut last = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let parsed = published.iter().filter_map(|key| {
            let same = last.published.key(&key.jwk.kid).is_some_and(|old| old.jwk == key.jwk);
            let parsed = last.parsed.get(&key.jwk.kid).filter(|_| same).cloned();
            let parsed = parsed.or_else(|| PublicKey::from_jwk(&key.jwk).map(Arc::new))?;
            Some((key.jwk.kid.clone(), parsed))
        });
        let read = Arc::new(ReadKeys {
            parsed: parsed.collect(),
            published,
            read_at: Some(read_at),
        });
        // What was read in the future was read before the clock was set back.
        if last.read_at.is_none_or(|at| at <= read_at || now < at) {
            *last = Arc::clone(&read);
        }
        read
    }
}

#[cfg(test)]
mod tests;
