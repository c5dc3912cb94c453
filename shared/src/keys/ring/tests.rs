//! What the memory of the keys says, and for how long.

use super::*;
use crate::domain::SigningAlgorithm;
use crate::keys::PrivateKey;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_000_000 + millis)
}

fn published(kids: &[&str]) -> PublishedKeys {
    let mut keys = PublishedKeys::default();
    for kid in kids {
        let key = PrivateKey::generate(SigningAlgorithm::EdDsa, (*kid).to_owned()).unwrap();
        keys.publish(key.jwk(), at(0), at(0));
    }
    keys
}

fn says(ring: &KeyRing, kid: &str, now: i64) -> &'static str {
    match ring.key(kid, at(now)) {
        Lookup::Known(_) => "known",
        Lookup::Unknown => "unknown",
        Lookup::Stale => "stale",
    }
}

#[test]
fn the_keys_are_good_for_one_lease() {
    let ring = KeyRing::default();
    assert_eq!(says(&ring, "a", 0), "stale");
    ring.refresh(published(&["a"]), at(0), at(0));
    for (now, a, b) in [
        (0, "known", "unknown"),
        (1999, "known", "unknown"),
        (2000, "stale", "stale"),
        (-1, "stale", "stale"),
    ] {
        assert_eq!((says(&ring, "a", now), says(&ring, "b", now)), (a, b), "{now}");
        assert_eq!(ring.is_stale(at(now)), a == "stale");
    }
}

#[test]
fn a_key_that_was_taken_away_is_gone_with_the_next_reading() {
    let ring = KeyRing::default();
    let mut keys = published(&["a", "b"]);
    ring.refresh(keys.clone(), at(0), at(0));
    assert!(ring.holds("a", at(0)));
    keys.drop_keys(|kid| kid == "a", at(0));
    ring.refresh(keys, at(10), at(10));
    assert_eq!((says(&ring, "a", 10), says(&ring, "b", 10)), ("unknown", "known"));
    assert!(!ring.holds("a", at(10)) && ring.holds("b", at(9999)));
}

#[test]
fn a_key_retires_on_time_also_within_a_lease() {
    let ring = KeyRing::default();
    let mut keys = published(&["a", "b"]);
    keys.0[0].retires_at = Some(at(1500));
    ring.refresh(keys, at(0), at(0));
    assert_eq!((says(&ring, "a", 1499), says(&ring, "a", 1500)), ("known", "unknown"));
    let live = |now| {
        ring.live(at(now))
            .iter()
            .map(|key| key.jwk.kid.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (live(1499), live(1500)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["b".to_owned()])
    );
    assert!(!ring.holds("a", at(1500)));
}

#[test]
fn a_key_is_parsed_once_while_it_stays_the_same() {
    let ring = KeyRing::default();
    let keys = published(&["a"]);
    let parsed = |now| match ring.key("a", at(now)) {
        Lookup::Known(key) => key,
        other => panic!("{other:?}"),
    };
    ring.refresh(keys.clone(), at(0), at(0));
    let first = parsed(0);
    ring.refresh(keys, at(1), at(1));
    assert!(Arc::ptr_eq(&first, &parsed(1)));
    ring.refresh(published(&["a"]), at(2), at(2));
    assert!(!Arc::ptr_eq(&first, &parsed(2)), "another key under the same id");
}

#[test]
fn what_is_no_key_neither_verifies_nor_signs() {
    let ring = KeyRing::default();
    let mut keys = published(&["a", "b"]);
    keys.0[1].jwk.alg = SigningAlgorithm::Es256;
    ring.refresh(keys, at(0), at(0));
    assert_eq!(says(&ring, "b", 0), "unknown");
    assert!(!ring.holds("b", at(0)));
    let signing = ring.signing(at(0));
    assert_eq!(
        signing.iter().map(|key| key.jwk.kid.as_str()).collect::<Vec<_>>(),
        ["a"]
    );
    assert_eq!(ring.live(at(0)).len(), 1);
}

#[test]
fn a_slow_read_neither_undoes_a_later_one_nor_loses_its_own_keys() {
    let ring = KeyRing::default();
    let (old, new) = (published(&["a"]), published(&["b"]));
    ring.refresh(new.clone(), at(100), at(150));
    let slow = ring.refresh(old.clone(), at(50), at(3000));
    assert!(slow.key("a", at(3000)).is_some(), "it is what that request read");
    assert_eq!((says(&ring, "a", 200), says(&ring, "b", 200)), ("unknown", "known"));
    // Unless the later one was before the clock was set back.
    ring.refresh(old, at(20), at(30));
    assert_eq!((says(&ring, "a", 40), says(&ring, "b", 40)), ("known", "unknown"));
}
