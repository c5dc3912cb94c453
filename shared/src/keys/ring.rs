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
pub struct KeyRing(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    published: PublishedKeys,
    /// By key id; a key that cannot be used is left out.
    parsed: HashMap<String, Arc<PublicKey>>,
    read_at: Option<Timestamp>,
}

/// What the memory says about a key.
#[derive(Debug)]
pub enum Lookup {
    /// Here it is.
    Known(Arc<PublicKey>),
    /// There is none.
    Unknown,
    /// Read the keys again, then ask once more.
    Stale,
}

impl Known {
    fn is_stale(&self, now: Timestamp) -> bool {
        // A clock that was set back makes them stale, too.
        self.read_at
            .is_none_or(|at| now < at || at.plus(PublishedKey::LEASE) <= now)
    }

    /// The keys whose tokens are good, oldest first.
    fn live(&self, now: Timestamp) -> impl Iterator<Item = &PublishedKey> {
        let live = self.published.iter().filter(move |key| key.is_live(now));
        live.filter(|key| self.parsed.contains_key(&key.jwk.kid))
    }
}

impl KeyRing {
    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the keys must be read again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.known().is_stale(now)
    }

    /// Looks a key up.
    pub fn key(&self, kid: &str, now: Timestamp) -> Lookup {
        let known = self.known();
        if known.is_stale(now) {
            return Lookup::Stale;
        }
        let live = known.published.key(kid).is_some_and(|key| key.is_live(now));
        let parsed = known.parsed.get(kid).filter(|_| live);
        parsed.map_or(Lookup::Unknown, |key| Lookup::Known(Arc::clone(key)))
    }

    /// Whether a key's tokens were good when the keys were last read, however long ago.
    pub fn holds(&self, kid: &str, now: Timestamp) -> bool {
        self.known().live(now).any(|key| key.jwk.kid == kid)
    }

    /// The keys whose tokens are good, oldest first.
    pub fn live(&self, now: Timestamp) -> Vec<PublishedKey> {
        self.known().live(now).cloned().collect()
    }

    /// The keys that may sign, newest first: a signer takes the first one it has.
    pub fn signing(&self, now: Timestamp) -> Vec<PublishedKey> {
        let known = self.known();
        let usable = |key: &&PublishedKey| known.parsed.contains_key(&key.jwk.kid);
        known.published.signing(now).filter(usable).cloned().collect()
    }

    /// Takes over what was read by a call that began at `read_at`.
    pub fn refresh(&self, published: PublishedKeys, read_at: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let parsed = published.iter().filter_map(|key| {
            let same = known.published.key(&key.jwk.kid).is_some_and(|old| old.jwk == key.jwk);
            let parsed = known.parsed.get(&key.jwk.kid).filter(|_| same).cloned();
            let parsed = parsed.or_else(|| PublicKey::from_jwk(&key.jwk).map(Arc::new))?;
            Some((key.jwk.kid.clone(), parsed))
        });
        let parsed = parsed.collect();
        *known = Known {
            published,
            parsed,
            read_at: Some(read_at),
        };
    }
}

#[cfg(test)]
mod tests;
