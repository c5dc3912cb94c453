//! A region's first key. Safe to repeat: what is there stays, and what was left half done is finished.

use super::generate;
use crate::acts::{Plan, perform};
use crate::app::App;
use crate::domain::{Error, TokenId, Unavailable};
use crate::keys::{BESIDE, CURRENT, Put, SigningKeys, Versions};

/// Makes the region's signing key and publishes its public half, to sign at once, unless that has
/// been done.
pub async fn ensure_signing_key(app: &App) -> Result<(), Error> {
    let versions = app.signer()?.versions();
    // A secret that was made without a value may have an empty version. Asked for first: what becomes
    // current after the next question is not moved away.
    let labels = versions.labels().await?.unwrap_or_default();
    if versions.labelled(CURRENT).await?.is_none() {
        make(app, versions, labels.holder(CURRENT)).await?;
    }
    // Whoever was first, if there were two.
    let current = versions.labelled(CURRENT).await?;
    let keys = current
        .ok_or_else(|| Unavailable("signing key: not kept".to_owned()))?
        .keys()?;
    perform(app, async || {
        let keyset = app.store().keyset().await?;
        let now = app.now();
        let published = keys.iter().any(|key| {
            let published = keyset
                .keys
                .key(key.kid())
                .filter(|published| published.jwk == key.jwk());
            published.is_some_and(|published| published.signs_on(now))
        });
        let newest = keys.newest().filter(|_| !published);
        let writes = match newest {
            Some(newest) => {
                let mut keys = keyset.keys.clone();
                keys.publish(newest.jwk(), now, now);
                vec![app.store().replace_keyset(&keyset, keys)?]
            }
            None => Vec::new(),
        };
        Ok(Plan { value: (), writes })
    })
    .await
}

async fn make(app: &App, versions: &Versions, empty: Option<&str>) -> Result<(), Unavailable> {
    let keys = SigningKeys::and(None, generate(app)?.into());
    let id = TokenId::from_random(app.random());
    match versions.put(id.as_str(), &keys, BESIDE).await? {
        Put::Done => versions.advance(empty, id.as_str()).await.map(drop),
        Put::NoSecret => versions.create(id.as_str(), &keys).await,
        Put::Taken => Ok(()),
    }
}
