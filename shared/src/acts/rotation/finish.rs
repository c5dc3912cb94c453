//! The last step: the version is what signers read, and the older keys retire.

use super::{Rotation, RotationError, decide};
use crate::app::App;
use crate::domain::PublishedKey;
use crate::store::Keyset;

/// Moves `AWSCURRENT` to the version, then says of every older key when it retires. The new key signs
/// when the table says so, not now. Returns its id.
pub async fn finish(app: &App, rotation: &Rotation) -> Result<String, RotationError> {
    let keyset = app.store().keyset().await?;
    let prepared = rotation.prepared(app, &keyset).await?;
    let kid = prepared.fresh.kid();
    let published = keyset.keys.key(kid).filter(|key| key.jwk == prepared.fresh.jwk());
    let published = published.ok_or(RotationError::NotPublished)?;
    let from = prepared.current.map(|(version, _)| version);
    if from.as_ref() != Some(&rotation.version) {
        if published.signs_from < app.now().plus(PublishedKey::LEASE) {
            // It signs as soon as signers have it: not before every process has read of it.
            app.wait(PublishedKey::LEASE).await;
        }
        let versions = app.signer()?.versions();
        if !versions.advance(from.as_deref(), &rotation.version).await? {
            return Err(RotationError::Superseded);
        }
    }
    decide(app, async |keyset: Keyset| {
        if keyset.keys.key(kid).is_none() {
            return Err(RotationError::Superseded);
        }
        let mut keys = keyset.keys.clone();
        keys.retire_before(kid, app.now());
        let changed = keys != keyset.keys;
        Ok(((), changed.then_some(keys)))
    })
    .await?;
    Ok(kid.to_owned())
}
