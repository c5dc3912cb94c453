//! The rules as tables, and as properties of whatever may happen to a region's keys.

use super::*;
use crate::domain::{Material, SigningAlgorithm};
use proptest::prelude::*;

const DAY: u32 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn jwk(kid: &str) -> Jwk {
    Jwk {
        kid: kid.to_owned(),
        purpose: "sig".to_owned(),
        alg: SigningAlgorithm::EdDsa,
        material: Material::Okp {
            crv: "Ed25519".to_owned(),
            x: String::new(),
        },
    }
}

/// A key that signs from 100 on and retires, if so, that long after.
fn key(retires: Option<i64>) -> PublishedKey {
    PublishedKey {
        jwk: jwk("k"),
        published_at: at(40),
        signs_from: at(100),
        retires_at: retires.map(at),
    }
}

fn kids<'a>(keys: impl IntoIterator<Item = &'a PublishedKey>) -> Vec<&'a str> {
    keys.into_iter().map(|key| key.jwk.kid.as_str()).collect()
}

#[test]
fn a_key_signs_between_its_lead_and_the_longest_token_before_its_end() {
    let month = i64::from(30 * DAY);
    for (retires, now, live, signs_on, may_sign) in [
        (None, 99, true, true, false),
        (None, 100, true, true, true),
        (None, 100 * month, true, true, true),
        (Some(month + 500), 99, true, true, false),
        (Some(month + 500), 500, true, true, true),
        (Some(month + 500), 501, true, false, false),
        (Some(month + 500), month + 499, true, false, false),
        (Some(month + 500), month + 500, false, false, false),
    ] {
        let (key, now) = (key(retires), at(now));
        let found = (key.is_live(now), key.signs_on(now), key.may_sign(now));
        assert_eq!(found, (live, signs_on, may_sign), "{retires:?} at {now:?}");
    }
}

#[test]
fn the_newest_key_whose_time_has_come_signs() {
    let mut keys = PublishedKeys::default();
    keys.publish(jwk("a"), at(0), at(0));
    keys.publish(jwk("b"), at(600), at(0));
    assert_eq!(kids(keys.signing(at(599))), ["a"]);
    assert_eq!(kids(keys.signing(at(600))), ["b", "a"]);
    keys.publish(jwk("c"), at(500), at(500));
    assert_eq!(
        kids(keys.signing(at(500))),
        ["c", "a"],
        "an emergency's key goes before one that waits"
    );
    assert_eq!(kids(keys.signing(at(600))), ["c", "b", "a"]);
}

#[test]
fn older_keys_retire_when_the_last_token_they_may_have_signed_is_gone() {
    let mut keys = PublishedKeys::default();
    keys.publish(jwk("a"), at(0), at(0));
    keys.publish(jwk("b"), at(600), at(0));
    keys.retire_before("b", at(5));
    let month = i64::from(30 * DAY);
    assert_eq!(keys[0].retires_at, Some(at(600 + month + 3600)));
    assert_eq!(keys[1].retires_at, None);
    keys.publish(jwk("c"), at(1200), at(700));
    // The rotation was finished late: until then the older ones went on.
    keys.retire_before("c", at(90_000));
    assert_eq!(keys[0].retires_at, Some(at(600 + month + 3600)), "it was said before");
    assert_eq!(keys[1].retires_at, Some(at(90_000 + month + 3600)));
    let before = keys.clone();
    keys.retire_before("nobody", at(100_000));
    keys.retire_before("c", at(100_000));
    assert_eq!(keys, before);
    keys.publish(jwk("d"), at(0), at(601 + month + 3600));
    assert_eq!(kids(&*keys), ["b", "c", "d"]);
}

#[test]
fn a_compromised_key_goes_with_those_that_never_signed() {
    let mut keys = PublishedKeys::default();
    for (kid, signs_from) in [("a", 0), ("b", 10), ("c", 600)] {
        keys.publish(jwk(kid), at(signs_from), at(0));
    }
    let mut one = keys.clone();
    assert_eq!(one.drop_keys(|kid| kid == "a", at(20)), ["a", "c"]);
    assert_eq!(kids(&*one), ["b"]);
    assert_eq!(keys.drop_keys(|_| true, at(20)), ["a", "b", "c"]);
    assert!(keys.is_empty());
}

/// As it was written before there were rotations.
#[test]
fn an_old_row_reads_as_a_key_that_always_signed() {
    let row = serde_json::json!([{
        "jwk": {"kid": "a", "use": "sig", "alg": "EdDSA", "kty": "OKP", "crv": "Ed25519", "x": ""},
        "published_at": 5, "retires_at": null,
    }]);
    let keys: PublishedKeys = serde_json::from_value(row).unwrap();
    assert_eq!(kids(keys.signing(at(1))), ["a"]);
}

/// What may happen to a region's keys, in whatever order.
#[derive(Clone, Debug)]
enum Happens {
    /// The first two steps of a rotation.
    Publish,
    /// The last step of the latest rotation.
    Finish,
    /// An emergency: all keys, or those whose bit is set.
    Drop(Option<u8>),
    Wait(u32),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => Just(Happens::Publish),
        3 => Just(Happens::Finish),
        1 => proptest::option::of(any::<u8>()).prop_map(Happens::Drop),
        3 => (0..700_u32).prop_map(Happens::Wait),
        2 => (0..40 * DAY).prop_map(Happens::Wait),
    ]
}

/// A region without a network.
#[derive(Debug)]
struct World {
    now: Timestamp,
    made: usize,
    published: PublishedKeys,
    /// The private keys that signers have, and those that a rotation prepares.
    current: Vec<String>,
    pending: Option<Vec<String>>,
    /// The keys that sign at once: the first and the emergencies'.
    at_once: Vec<String>,
    /// What was signed: the key and the token's end.
    tokens: Vec<(String, Timestamp)>,
}

impl World {
    const LEAD: Seconds = PublishedKey::LEAD;

    fn new() -> Self {
        let mut world = Self {
            now: at(1_000_000),
            made: 0,
            published: PublishedKeys::default(),
            current: vec![],
            pending: None,
            at_once: vec![],
            tokens: vec![],
        };
        let first = world.make();
        world.published.publish(jwk(&first), world.now, world.now);
        world.at_once.push(first.clone());
        world.current.push(first);
        world
    }

    fn make(&mut self) -> String {
        self.made += 1;
        format!("k{}", self.made)
    }

    fn still_signing(&self, kids: &[String]) -> Vec<String> {
        let signs_on = |kid: &&String| self.published.key(kid).is_some_and(|key| key.signs_on(self.now));
        kids.iter().filter(signs_on).cloned().collect()
    }

    fn take(&mut self, happens: &Happens) {
        match happens {
            Happens::Publish => {
                let (mut keys, fresh) = (self.still_signing(&self.current), self.make());
                self.published.publish(jwk(&fresh), self.now.plus(Self::LEAD), self.now);
                keys.push(fresh);
                self.pending = Some(keys);
            }
            Happens::Finish => {
                let Some(pending) = self.pending.take() else { return };
                let fresh = pending.last().unwrap().clone();
                let kept = self.still_signing(&self.current);
                if self.published.key(&fresh).is_some() && kept.iter().all(|kid| pending.contains(kid)) {
                    self.published.retire_before(&fresh, self.now);
                    self.current = pending;
                }
            }
            Happens::Drop(which) => {
                let bit = |kid: &str| kid[1..].parse::<u32>().unwrap() % 8;
                let compromised = |kid: &str| which.is_none_or(|bits| bits >> bit(kid) & 1 == 1);
                let fresh = self.make();
                let dropped = self.published.drop_keys(compromised, self.now);
                self.published.publish(jwk(&fresh), self.now, self.now);
                self.published.retire_before(&fresh, self.now);
                self.tokens.retain(|(kid, _)| !dropped.contains(kid));
                self.at_once.push(fresh.clone());
                self.current.push(fresh);
                self.current = self.still_signing(&self.current);
            }
            Happens::Wait(seconds) => self.now = self.now.plus(Seconds(*seconds)),
        }
    }

    /// The key that signs, as a signer finds it.
    fn sign(&mut self) -> PublishedKey {
        let mut signing = self.published.signing(self.now);
        let key = signing.find(|key| self.current.contains(&key.jwk.kid));
        let key = key.unwrap_or_else(|| panic!("nobody signs: {self:?}")).clone();
        self.tokens
            .push((key.jwk.kid.clone(), self.now.plus(TokenLifetime::LONGEST.seconds())));
        key
    }
}

proptest! {
    #[test]
    fn whatever_happens_caches_know_the_key_that_signs_and_no_live_token_loses_its_key(
        story in proptest::collection::vec(happens(), 1..40),
    ) {
        let mut world = World::new();
        for happens in &story {
            world.take(happens);
            let key = world.sign();
            let known = key.published_at.plus(World::LEAD) <= world.now;
            prop_assert!(known || world.at_once.contains(&key.jwk.kid), "{key:?} in {world:?}");
            for (kid, end) in &world.tokens {
                let live = world.published.key(kid).is_some_and(|key| key.is_live(world.now));
                prop_assert!(live || *end <= world.now, "{kid} in {world:?}");
            }
        }
    }
}
