//! The signing keys are rotated in the four steps of Secrets Manager, made for the first time, and
//! dropped in an emergency.
//!
//! ```text
//! create   AWSPENDING := the keys that still sign and a fresh one     first       a region's first key
//! set      the fresh public key is published: it signs after the lead emergency   compromised keys go at once
//! test     what it signs verifies as published
//! finish   AWSCURRENT := that version; the older keys retire
//! ```
//! The table says which keys are good and when each signs; Secrets Manager has their private halves.
//! Every step may be killed and repeated, and every change is one conditional call: in the table on the
//! revision that was read, in Secrets Manager on the version that had `AWSCURRENT`. A step reads the
//! table *before* it asks Secrets Manager whether it is still wanted, and an emergency takes
//! `AWSPENDING` away *before* it writes the table: so whatever a step that was overtaken writes, fails.

mod create;
mod emergency;
mod finish;
mod first;
mod set;
mod test;

pub use create::create;
pub use emergency::{Compromised, Dropped, drop_keys};
pub use finish::finish;
pub use first::ensure_signing_key;
pub use set::set;
pub use test::test;

use super::{Plan, perform};
use crate::app::App;
use crate::domain::{Error, PublishedKeys, TokenId, Unavailable};
use crate::keys::{CURRENT, Labels, PENDING, PrivateKey, SigningKeys, Versions};
use crate::store::Keyset;
use std::sync::Arc;

/// What Secrets Manager asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// The secret, by ARN or name.
    pub secret: String,
    /// The version that is to become current.
    pub version: String,
}

/// Why nothing was rotated. Nothing here repeats what was in the secret.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The function rotates one secret.
    #[error("this is not the secret of the region's signing keys")]
    OtherSecret,
    /// Nobody has made it.
    #[error("the secret of the signing keys does not exist")]
    NoSecret,
    /// Another rotation or an emergency has replaced it.
    #[error("the version is neither AWSPENDING nor AWSCURRENT")]
    NotPending,
    /// The first step comes first.
    #[error("the version has no keys yet")]
    NotCreated,
    /// The second step comes second.
    #[error("the version's new key is not published")]
    NotPublished,
    /// A version was written twice.
    #[error("another key is published under the id of the version's new key")]
    Foreign,
    /// Something went on meanwhile.
    #[error("the version does not continue the current one")]
    Superseded,
    /// What it signs is not good.
    #[error("a token of the version's new key does not verify")]
    NotVerified,
    /// A dependency does not answer, or there is junk in the secret.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<Unavailable> for RotationError {
    fn from(error: Unavailable) -> Self {
        Self::Failed(error.into())
    }
}

/// How often a change in Secrets Manager is tried against others.
const ATTEMPTS: u32 = 8;

/// A version that a rotation prepares, held against what is current.
struct Prepared {
    /// Its newest key.
    fresh: Arc<PrivateKey>,
    /// The version that is current; none before the first.
    current: Option<(String, SigningKeys)>,
}

impl Rotation {
    /// The labels of the secret, if it is ours.
    async fn labels(&self, versions: &Versions) -> Result<Labels, RotationError> {
        let labels = versions.labels().await?.ok_or(RotationError::NoSecret)?;
        if labels.are_of(&self.secret) {
            Ok(labels)
        } else {
            Err(RotationError::OtherSecret)
        }
    }

    /// Refuses a version that was overtaken.
    fn wanted(&self, labels: &Labels) -> Result<(), RotationError> {
        if labels.has(&self.version, PENDING) || labels.has(&self.version, CURRENT) {
            Ok(())
        } else {
            Err(RotationError::NotPending)
        }
    }

    /// The version as it was created, if it is still wanted and continues what is current: a key that
    /// signs must not get lost. `keyset` must have been read before.
    async fn prepared(&self, app: &App, keyset: &Keyset) -> Result<Prepared, RotationError> {
        let versions = app.signer()?.versions();
        let labels = self.labels(versions).await?;
        self.wanted(&labels)?;
        let version = versions.version(&self.version).await?;
        let keys = version.ok_or(RotationError::NotCreated)?.keys()?;
        let fresh = keys.newest().cloned().ok_or(RotationError::NotCreated)?;
        let current = versions.labelled(CURRENT).await?;
        let current = current
            .map(|current| Ok::<_, Unavailable>((current.id.clone(), current.keys()?)))
            .transpose()?;
        if let Some((_, current)) = &current {
            let lost = |key: &&Arc<PrivateKey>| {
                let same = keys.key(key.kid()).is_some_and(|kept| kept.jwk() == key.jwk());
                !same && signs_on(app, &keyset.keys, key)
            };
            if current.iter().any(|key| lost(&key)) {
                return Err(RotationError::Superseded);
            }
        }
        Ok(Prepared { fresh, current })
    }
}

/// Whether a private key's published half signs now or will.
fn signs_on(app: &App, published: &PublishedKeys, key: &PrivateKey) -> bool {
    published.key(key.kid()).is_some_and(|key| key.signs_on(app.now()))
}

/// Makes a key with an id that nobody has.
fn generate(app: &App) -> Result<PrivateKey, Unavailable> {
    PrivateKey::generate(app.config().algorithm, TokenId::from_random(app.random()).to_string())
}

/// Reads the published keys, decides, and writes what was decided if they are still as they were read;
/// otherwise begins again.
async fn decide<T, F>(app: &App, decision: impl Fn(Keyset) -> F) -> Result<T, RotationError>
where
    F: Future<Output = Result<(T, Option<PublishedKeys>), RotationError>>,
{
    perform(app, async || {
        let keyset = app.store().keyset().await?;
        match decision(keyset.clone()).await {
            Ok((value, after)) => {
                let write = after.map(|after| app.store().replace_keyset(&keyset, after));
                let writes = write.transpose()?.into_iter().collect();
                Ok(Plan {
                    value: Ok(value),
                    writes,
                })
            }
            Err(why) => Ok(Plan {
                value: Err(why),
                writes: Vec::new(),
            }),
        }
    })
    .await?
}
