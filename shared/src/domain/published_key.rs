//! When a published key verifies and when it signs. Pure; the table keeps what is decided here, and
//! a verifier, a signer and a rotation that see the same keys come to the same conclusion.

use super::{Jwk, Seconds, Timestamp, TokenLifetime};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A published key, as it is stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PublishedKey {
    /// The key.
    pub jwk: Jwk,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it begins to sign. Keys of before there were rotations signed from the beginning.
    #[serde(default = "the_beginning")]
    pub signs_from: Timestamp,
    /// When the last token signed with it has expired, once it no longer signs.
    pub retires_at: Option<Timestamp>,
}

const fn the_beginning() -> Timestamp {
    Timestamp::from_millis(0)
}

impl PublishedKey {
    /// How long a process uses the keys it has read before it reads them again.
    pub const LEASE: Seconds = Seconds(2);
    /// How long a key is published before it signs, unless configured: twice the `max-age` of the
    /// JWK set, so that every cache of it knows the key by then.
    pub const LEAD: Seconds = Seconds(600);
    /// How much longer than it must a key that no longer signs stays: for clocks that differ, and for
    /// signers that cannot reach Secrets Manager for a while and go on with the key they have.
    const SLACK: Seconds = Seconds(3600);
    /// The longest life of a token.
    const LONGEST: Seconds = TokenLifetime::LONGEST.seconds();

    /// Whether its tokens are good.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.retires_at.is_none_or(|end| now < end)
    }

    /// Whether it signs now or will: the longest token signed now would expire before the key retires.
    pub fn signs_on(&self, now: Timestamp) -> bool {
        self.retires_at.is_none_or(|end| now.plus(Self::LONGEST) <= end)
    }

    /// Whether it may sign now.
    pub fn may_sign(&self, now: Timestamp) -> bool {
        self.signs_from <= now && self.signs_on(now)
    }

    /// Whether it has never signed.
    pub fn is_unused(&self, now: Timestamp) -> bool {
        now < self.signs_from
    }
}

/// The published keys of a region, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublishedKeys(pub Vec<PublishedKey>);

impl Deref for PublishedKeys {
    type Target = [PublishedKey];

    fn deref(&self) -> &[PublishedKey] {
        &self.0
    }
}

impl PublishedKeys {
    /// The key of that id.
    pub fn key(&self, kid: &str) -> Option<&PublishedKey> {
        self.iter().find(|key| key.jwk.kid == kid)
    }

    /// The keys that may sign, newest first: a signer takes the first one it has.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &PublishedKey> {
        self.iter().rev().filter(move |key| key.may_sign(now))
    }

    /// Adds a key that signs from then on, and takes away those whose last token has expired.
    pub fn publish(&mut self, jwk: Jwk, signs_from: Timestamp, now: Timestamp) {
        self.0.retain(|key| key.is_live(now));
        self.0.push(PublishedKey {
            jwk,
            published_at: now,
            signs_from,
            retires_at: None,
        });
    }

    /// Says of every key older than that one when it retires, unless that was said before: they sign
    /// until the newer one does, and their last tokens may live long after that.
    pub fn retire_before(&mut self, kid: &str, now: Timestamp) {
        let Some(at) = self.iter().position(|key| key.jwk.kid == kid) else {
            return;
        };
        let (older, newer) = self.0.split_at_mut(at);
        let last_signature = newer.first().map_or(now, |key| key.signs_from.max(now));
        let end = last_signature.plus(PublishedKey::LONGEST).plus(PublishedKey::SLACK);
        for key in older {
            key.retires_at.get_or_insert(end);
        }
    }

    /// Takes away compromised keys at once, and with them every key that has not signed yet: nobody
    /// loses by it, and whoever had the one may have had the others. Returns the ids.
    pub fn drop_keys(&mut self, compromised: impl Fn(&str) -> bool, now: Timestamp) -> Vec<String> {
        let gone = |key: &PublishedKey| key.is_unused(now) || compromised(&key.jwk.kid);
        let dropped = self.iter().filter(|key| gone(key));
        let dropped = dropped.map(|key| key.jwk.kid.clone()).collect();
        self.0.retain(|key| !gone(key));
        dropped
    }
}

#[cfg(test)]
mod tests;
