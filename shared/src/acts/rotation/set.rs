//! The second step: the world learns of the key.

use super::{Prepared, Rotation, RotationError, decide};
use crate::app::App;
use crate::domain::{PublishedKeys, Timestamp};
use crate::store::Keyset;

/// Publishes the version's new key, to sign when every cache knows it. At once if nothing else signs.
/// Returns its id.
pub async fn set(app: &App, rotation: &Rotation) -> Result<String, RotationError> {
    decide(app, async |keyset: Keyset| {
        let prepared = rotation.prepared(app, &keyset).await?;
        let kid = prepared.fresh.kid().to_owned();
        let jwk = prepared.fresh.jwk();
        match keyset.keys.key(&kid) {
            Some(published) if published.jwk == jwk => Ok((kid, None)),
            Some(_) => Err(RotationError::Foreign),
            None => {
                let now = app.now();
                let mut keys = keyset.keys;
                keys.publish(jwk, signs_from(app, &keys, &prepared, now), now);
                Ok((kid, Some(keys)))
            }
        }
    })
    .await
}

fn signs_from(app: &App, published: &PublishedKeys, prepared: &Prepared, now: Timestamp) -> Timestamp {
    let current = prepared.current.iter().flat_map(|(_, keys)| keys.iter());
    let mut published = current.filter_map(|key| published.key(key.kid()));
    if published.any(|key| key.may_sign(now)) {
        now.plus(app.config().key_lead)
    } else {
        now
    }
}
