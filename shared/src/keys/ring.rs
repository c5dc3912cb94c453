//! The public keys of the region as this process last read them. They are read together with
//! whatever a verification reads anyway, so that a cold process, too, makes one call.

use super::PublicKey;
use crate::domain::{PublishedKey, Seconds, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How old the keys may get. A new key is published much longer before it first signs.
const MAX_AGE: Seconds = Seconds(300);
/// How soon an unknown `kid` makes the keys be read again: made-up ones cost no reads.
const MIN_AGE: Seconds = Seconds(30);

/// The keys in memory.
#[derive(Debug, Default)]
pub struct KeyRing(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<String, Arc<PublicKey>>,
    read_at: Option<Timestamp>,
}

/// What the memory says about a key.
#[derive(Debug)]
pub enum Lookup {
    /// Here it is.
    Known(Arc<PublicKey>),
    /// There is none, as far as one needs to look.
    Unknown,
    /// Read the keys again, then ask once more.
    Stale,
}

impl KeyRing {
    /// Looks a key up.
    pub fn key(&self, kid: &str, now: Timestamp) -> Lookup {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let older_than = |age| known.read_at.is_none_or(|at| at.plus(age) <= now);
        match known.keys.get(kid) {
            _ if older_than(MAX_AGE) => Lookup::Stale,
            Some(key) => Lookup::Known(Arc::clone(key)),
            None if older_than(MIN_AGE) => Lookup::Stale,
            None => Lookup::Unknown,
        }
    }

    /// Takes over what was read; a key that cannot be used is left out.
    pub fn refresh(&self, published: &[PublishedKey], now: Timestamp) {
        let is_live = |key: &&PublishedKey| key.retires_at.is_none_or(|end| now < end);
        let usable = published
            .iter()
            .filter(is_live)
            .filter_map(|key| Some((key.jwk.kid.clone(), Arc::new(PublicKey::from_jwk(&key.jwk)?))));
        let known = Known {
            keys: usable.collect(),
            read_at: Some(now),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known;
    }
}
