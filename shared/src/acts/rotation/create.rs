//! The first step: the version that is to become current gets its keys.

use super::{Rotation, RotationError, generate, signs_on};
use crate::app::App;
use crate::keys::{CURRENT, PENDING, Put, SigningKeys};

/// Puts the current keys that still sign, and a fresh one, into the version that Secrets Manager has
/// labelled `AWSPENDING`. Keys that are there already stay. Returns the fresh key's id.
pub async fn create(app: &App, rotation: &Rotation) -> Result<String, RotationError> {
    let versions = app.signer()?.versions();
    let labels = rotation.labels(versions).await?;
    rotation.wanted(&labels)?;
    if versions.version(&rotation.version).await?.is_none() {
        let keys = keys(app).await?;
        match versions.put(&rotation.version, &keys, PENDING).await? {
            // Of two at once, the first one's keys count.
            Put::Done | Put::Taken => {}
            Put::NoSecret => return Err(RotationError::NoSecret),
        }
    }
    let version = versions.version(&rotation.version).await?;
    let keys = version.ok_or(RotationError::NotCreated)?.keys()?;
    let fresh = keys.newest().ok_or(RotationError::NotCreated)?;
    Ok(fresh.kid().to_owned())
}

/// The current keys that sign now or will, and a fresh one.
async fn keys(app: &App) -> Result<SigningKeys, RotationError> {
    let current = app.signer()?.versions().labelled(CURRENT).await?;
    let published = app.store().keyset().await?.keys;
    let fresh = generate(app)?.into();
    let kept = match current {
        Some(current) => current.keys()?.only(|key| signs_on(app, &published, key)),
        None => None,
    };
    Ok(SigningKeys::and(kept, fresh))
}
