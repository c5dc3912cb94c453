//! A private key is in wrong hands: its tokens die, whoever signed them.

use super::{ATTEMPTS, RotationError, decide, generate};
use crate::app::App;
use crate::domain::{PublishedKey, PublishedKeys, TokenId, Unavailable};
use crate::keys::{BESIDE, CURRENT, PENDING, PrivateKey, Put, SigningKeys, Versions};
use crate::store::Keyset;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which keys are compromised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compromised {
    /// Whatever was published until now.
    All,
    /// The keys of these ids.
    Keys(BTreeSet<String>),
}

/// What became of an emergency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dropped {
    /// The ids of the keys that this call took away.
    pub dropped: Vec<String>,
    /// Named, but not published (any more).
    pub absent: Vec<String>,
    /// The id of the key that signs now.
    pub signing: String,
}

impl Compromised {
    fn has(&self, kid: &str) -> bool {
        match self {
            Self::All => true,
            Self::Keys(kids) => kids.contains(kid),
        }
    }

    fn absent(&self, published: &PublishedKeys) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::Keys(kids) => {
                let absent = kids.iter().filter(|kid| published.key(kid).is_none());
                absent.cloned().collect()
            }
        }
    }
}

/// Drops keys: when this returns, no verification that begins later accepts their tokens, a fresh key
/// signs, and no rotation is pending. Killed anywhere and repeated, it ends the same. Once more with
/// keys that are gone already changes nothing, and with [`Compromised::All`] makes another fresh key.
///
/// The secret has the fresh key before the table says that it signs, and the old ones until every
/// process knows that they do not: tokens are issued all the time.
pub async fn drop_keys(app: &App, compromised: &Compromised) -> Result<Dropped, RotationError> {
    let versions = app.signer()?.versions();
    call_off(versions).await?;
    let published = app.store().keyset().await?.keys;
    let absent = compromised.absent(&published);
    let mut dropped = Vec::new();
    if published.iter().any(|key| compromised.has(&key.jwk.kid)) || *compromised == Compromised::All {
        let fresh = Arc::new(generate(app)?);
        add(app, versions, &fresh, compromised).await?;
        dropped = replace(app, &fresh, compromised).await?;
        tracing::warn!(?dropped, fresh = fresh.kid(), "signing keys were dropped");
    }
    // Also if an earlier call did: it may have been killed before this.
    app.wait(PublishedKey::LEASE).await;
    let signing = purge(app, versions).await?;
    call_off(versions).await?;
    Ok(Dropped {
        dropped,
        absent,
        signing,
    })
}

/// Takes `AWSPENDING` away from whatever rotation is going on: none of its steps goes on.
async fn call_off(versions: &Versions) -> Result<(), RotationError> {
    let labels = versions.labels().await?.ok_or(RotationError::NoSecret)?;
    for version in labels.holders(PENDING) {
        if !labels.has(version, CURRENT) {
            versions.take_off(PENDING, version).await?;
        }
    }
    Ok(())
}

/// Adds the fresh key to the current ones. What cannot be read is compromised, if everything is.
async fn add(
    app: &App,
    versions: &Versions,
    fresh: &Arc<PrivateKey>,
    compromised: &Compromised,
) -> Result<(), RotationError> {
    for _ in 0..ATTEMPTS {
        let current = versions.labelled(CURRENT).await?;
        let known = match current.as_ref().map(crate::keys::Version::keys) {
            Some(Ok(known)) => Some(known),
            Some(Err(_)) if *compromised == Compromised::All => None,
            Some(Err(error)) => return Err(error.into()),
            None => None,
        };
        let keys = SigningKeys::and(known, Arc::clone(fresh));
        if move_on(app, versions, current.map(|current| current.id), &keys).await? {
            return Ok(());
        }
    }
    Err(busy())
}

/// One write: the compromised keys go, the fresh one signs, the others retire in time.
async fn replace(app: &App, fresh: &PrivateKey, compromised: &Compromised) -> Result<Vec<String>, RotationError> {
    decide(app, async |keyset: Keyset| {
        let (mut keys, now) = (keyset.keys, app.now());
        if keys.key(fresh.kid()).is_some() {
            return Ok((Vec::new(), None));
        }
        let dropped = keys.drop_keys(|kid| compromised.has(kid), now);
        keys.publish(fresh.jwk(), now, now);
        keys.retire_before(fresh.kid(), now);
        Ok((dropped, Some(keys)))
    })
    .await
}

/// Leaves in the secret what still signs. Returns the id of the key that does now.
async fn purge(app: &App, versions: &Versions) -> Result<String, RotationError> {
    for _ in 0..ATTEMPTS {
        let published = app.store().keyset().await?.keys;
        let current = versions.labelled(CURRENT).await?;
        let current = current.ok_or_else(|| Unavailable("signing key: the secret has no value".to_owned()))?;
        let (all, now) = (current.keys()?, app.now());
        let kept = all.only(|key| super::signs_on(app, &published, key));
        let kept = kept.ok_or(RotationError::NotPublished)?;
        let mut signing = published.signing(now).map(|key| &key.jwk.kid);
        let signing = signing.find(|kid| kept.key(kid).is_some()).cloned();
        let signing = signing.ok_or(RotationError::NotPublished)?;
        let clean = kept.iter().count() == all.iter().count();
        if clean || move_on(app, versions, Some(current.id), &kept).await? {
            return Ok(signing);
        }
    }
    Err(busy())
}

/// Puts keys beside the current version, then makes them current, unless that has changed meanwhile.
async fn move_on(
    app: &App,
    versions: &Versions,
    from: Option<String>,
    keys: &SigningKeys,
) -> Result<bool, RotationError> {
    let id = TokenId::from_random(app.random());
    match versions.put(id.as_str(), keys, BESIDE).await? {
        Put::Done => Ok(versions.advance(from.as_deref(), id.as_str()).await?),
        Put::Taken => Ok(false),
        Put::NoSecret => Err(RotationError::NoSecret),
    }
}

fn busy() -> RotationError {
    Unavailable("signing key: the current version keeps changing".to_owned()).into()
}
