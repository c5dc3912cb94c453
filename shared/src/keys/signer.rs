//! Signs for the region: which of the published keys, and where its private half comes from.

use super::versions::{CURRENT, Versions};
use super::{PrivateKey, SigningKeys};
use crate::domain::{PublishedKey, Timestamp, Unavailable};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Signs for the region. Reads its keys when the first token is made, not at start, and again when
/// a key is to sign that it does not have.
#[derive(Debug)]
pub struct Signer {
    versions: Versions,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    keys: Option<SigningKeys>,
    /// When Secrets Manager was last asked.
    asked_at: Option<Timestamp>,
}

impl Memory {
    fn newest_of(&self, candidates: &[PublishedKey]) -> Option<Arc<PrivateKey>> {
        let keys = self.keys.as_ref()?;
        candidates.iter().find_map(|key| keys.key(&key.jwk.kid)).cloned()
    }

    /// Whether it is time to ask for the key that should sign. One that nobody brings – a rotation
    /// that was left half done – is asked for less and less often, while another signs.
    fn may_ask(&self, wanted: &PublishedKey, another_signs: bool, now: Timestamp) -> bool {
        let (Some(asked_at), Some(_)) = (self.asked_at, &self.keys) else {
            return true;
        };
        let lease = i64::from(PublishedKey::LEASE.0) * 1000;
        let overdue = now.millis() - wanted.signs_from.millis();
        let pause = if another_signs { lease.max(overdue / 16) } else { lease };
        now < asked_at || pause <= now.millis() - asked_at.millis()
    }
}

impl Signer {
    /// A signer that reads the current version.
    pub fn new(versions: Versions) -> Self {
        Self {
            versions,
            memory: Mutex::default(),
        }
    }

    /// The secret that has its keys.
    pub const fn versions(&self) -> &Versions {
        &self.versions
    }

    /// The key to sign with: the first of the candidates whose private half there is. If Secrets
    /// Manager does not answer, the keys in memory go on.
    pub async fn key(&self, candidates: &[PublishedKey], now: Timestamp) -> Result<Arc<PrivateKey>, Unavailable> {
        let wanted = candidates
            .first()
            .ok_or_else(|| Unavailable("signing key: none is published that signs now".to_owned()))?;
        let mut memory = self.memory.lock().await;
        let known = memory.newest_of(candidates);
        if known.as_ref().is_some_and(|key| key.kid() == wanted.jwk.kid)
            || !memory.may_ask(wanted, known.is_some(), now)
        {
            return known.ok_or_else(missing);
        }
        memory.asked_at = Some(now);
        let read = match self.versions.labelled(CURRENT).await {
            Ok(Some(current)) => current.keys(),
            Ok(None) => Err(Unavailable("signing key: the secret has no value yet".to_owned())),
            Err(error) => Err(error),
        };
        match read {
            Ok(keys) => {
                memory.keys = Some(keys);
                memory.newest_of(candidates).ok_or_else(missing)
            }
            Err(error) => {
                tracing::warn!(%error, "signing keys not read again");
                known.ok_or(error)
            }
        }
    }
}

fn missing() -> Unavailable {
    Unavailable("signing key: none of the published keys that sign now is in the secret".to_owned())
}
