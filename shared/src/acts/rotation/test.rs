//! The third step: does what the key signs verify?

use super::{Rotation, RotationError};
use crate::app::App;
use crate::domain::{Claims, OrganizationId, Scopes, TokenId};
use crate::keys::{CURRENT, PrivateKey, PublicKey, jws};

/// Signs a token with the version's new key and verifies it as a verifier will: with the key as it is
/// published. Returns its id.
///
/// When a rotation is configured and not begun, Secrets Manager asks for this step alone, of a version
/// without keys: then all there is to test is whether table and secret can be read.
pub async fn test(app: &App, rotation: &Rotation) -> Result<Option<String>, RotationError> {
    let keyset = app.store().keyset().await?;
    let prepared = match rotation.prepared(app, &keyset).await {
        Err(RotationError::NotCreated) => return trial(app).await,
        other => other?,
    };
    let kid = prepared.fresh.kid();
    let published = keyset.keys.key(kid).filter(|key| key.is_live(app.now()));
    let published = published.ok_or(RotationError::NotPublished)?;
    let key = PublicKey::from_jwk(&published.jwk).ok_or(RotationError::NotVerified)?;
    let token = token(app, &prepared.fresh)?;
    let verified = jws::Unverified::parse(&token).and_then(|token| {
        let same = token.kid() == kid;
        token.verify(&key).map(|_| same)
    });
    match verified {
        Ok(true) => Ok(Some(kid.to_owned())),
        Ok(false) | Err(_) => Err(RotationError::NotVerified),
    }
}

async fn trial(app: &App) -> Result<Option<String>, RotationError> {
    if let Some(current) = app.signer()?.versions().labelled(CURRENT).await? {
        current.keys()?;
    }
    Ok(None)
}

/// A token that nobody is given, about nobody, that was never good.
fn token(app: &App, key: &PrivateKey) -> Result<String, RotationError> {
    let now = app.now().seconds();
    let claims = Claims {
        iss: app.config().issuer.to_string(),
        sub: "rotation".to_owned(),
        aud: app.management().clone(),
        exp: now,
        iat: now,
        nbf: None,
        jti: TokenId::from_random(app.random()),
        client_id: "rotation".to_owned(),
        scope: Scopes::default(),
        organization: OrganizationId::from_random([0; 12]),
        subscription: None,
        applications: Vec::new(),
        generation: 0,
        epoch: 0,
        grant: None,
        auth_time: None,
    };
    Ok(jws::sign(&claims, key)?)
}
