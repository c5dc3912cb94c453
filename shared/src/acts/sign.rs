//! Tokens are signed, by the newest published key that may.

use crate::app::App;
use crate::domain::{Claims, Jwk, PublishedKeys, Timestamp, Unavailable};
use crate::keys::{PrivateKey, jws};
use crate::telemetry::{Metric, gauge};
use std::sync::Arc;

/// Takes over the published keys of a read that began at `read_at`, where they were read along.
pub(super) fn refresh(app: &App, keys: Option<PublishedKeys>, read_at: Timestamp) {
    if let Some(keys) = keys {
        app.ring().refresh(keys, read_at, app.now());
    }
}

/// Reads the published keys again if those in memory are stale.
async fn read_keys(app: &App) -> Result<(), Unavailable> {
    let now = app.now();
    if app.ring().is_stale(now) {
        let keyset = app.store().keyset().await?;
        app.ring().refresh(keyset.keys, now, app.now());
    }
    Ok(())
}

/// The published keys whose tokens are good, oldest first.
pub async fn live_keys(app: &App) -> Result<Vec<Jwk>, Unavailable> {
    read_keys(app).await?;
    let live = app.ring().live(app.now());
    Ok(live.into_iter().map(|key| key.jwk).collect())
}

/// The key that signs now.
pub async fn signing_key(app: &App) -> Result<Arc<PrivateKey>, Unavailable> {
    let signer = app.signer()?;
    read_keys(app).await?;
    let now = app.now();
    let published = app.ring().signing(now);
    let key = signer.key(&published, now).await?;
    if let Some(published) = published.iter().find(|published| published.jwk.kid == key.kid()) {
        let age = now.seconds() - published.signs_from.seconds();
        gauge(Metric::SigningKeyAge, f64::from(u32::try_from(age).unwrap_or_default()));
    }
    Ok(key)
}

/// Signs claims.
pub(super) async fn sign(app: &App, claims: &Claims) -> Result<String, Unavailable> {
    let key = signing_key(app).await?;
    jws::sign(claims, &key)
}
