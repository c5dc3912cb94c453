//! A client redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5).

use super::authenticate::prove_client;
use super::grant::{self, Tokens};
use crate::app::App;
use crate::domain::{
    Action, Audience, Authorization, CodeVerifier, Error, Grant, GrantEnd, GrantError, GrantId, RedirectUri,
    RefreshToken, Scopes,
};
use crate::keys::digest;
use crate::oauth::PresentedClient;
use crate::telemetry::{Fact, Metric, count, note};
use zeroize::Zeroizing;

/// What a token request says about a code.
pub struct Redemption {
    /// The code.
    pub code: Zeroizing<String>,
    /// Where it was sent.
    pub redirect_uri: RedirectUri,
    /// What proves that it reached whoever asked for it.
    pub verifier: CodeVerifier,
    /// The API resource, if it is named again (RFC 8707 §2.2).
    pub resource: Option<Audience>,
}

/// Answers an `authorization_code` request. Everything is checked before the code is spent, so that
/// a mistake costs no code; whoever has the code but not the verifier can neither use nor burn it.
/// A code that comes a second time ends what the first use got.
pub async fn authorization_code(
    app: &App,
    presented: &PresentedClient,
    request: &Redemption,
    source: &str,
) -> Result<Tokens, Error> {
    let print = digest::sha256(request.code.as_bytes());
    let (authorization, client) = app.store().code(&print, &presented.client_id).await?;
    let client = prove_client(app, presented, client, source).await?;
    let authorization = authorization
        .filter(|authorization| authorization.client_id == presented.client_id)
        .ok_or(GrantError::CodeUnknown)?;
    note(Fact::Organization, authorization.organization);
    note(Fact::Account, authorization.user);
    if let Some(id) = authorization.grant {
        return Err(replayed(app, &authorization, id, source).await?.into());
    }
    check(app, &authorization, request)?;

    let (mut grant, refresh) = begin(app, &authorization);
    let rows = grant::rows(app, &grant).await?;
    // As it was read with the rest: what ends all grants meanwhile ends this one, too.
    grant.grants_epoch = rows.user.as_ref().map_or(0, |user| user.grants_epoch);
    let ground = grant::stands(&grant, rows, client.as_ref(), &Scopes::default())?;
    if ground.user.epoch(None) != authorization.epoch {
        return Err(GrantError::PersonGone.into());
    }
    let access = grant::access_token(app, &grant, &ground).await?;

    let mut writes = app.store().redeem(&print, &grant)?.to_vec();
    let event = grant::event(
        app,
        Action::GrantCreated,
        &ground.user,
        &grant,
        source,
        "allowed by the person",
    );
    writes.push(app.store().record(&event)?);
    writes.extend(grant::keep(app, client.as_ref())?);
    if app.store().commit(&writes).await?.is_ok() {
        count(Metric::Issued);
        return Ok(Tokens {
            access,
            refresh: Zeroizing::new(refresh.expose().to_owned()),
            scopes: ground.scopes,
        });
    }
    // Somebody redeemed it meanwhile, or the client was deleted.
    let (authorization, _) = app.store().code(&print, &presented.client_id).await?;
    match authorization.and_then(|now| now.grant.map(|id| (now, id))) {
        Some((authorization, id)) => Err(replayed(app, &authorization, id, source).await?.into()),
        None => Err(GrantError::CodeUnknown.into()),
    }
}

fn check(app: &App, authorization: &Authorization, request: &Redemption) -> Result<(), GrantError> {
    if authorization.ends_at <= app.now() {
        Err(GrantError::CodeUnknown)
    } else if authorization.redirect_uri != request.redirect_uri {
        Err(GrantError::RedirectMismatch)
    } else if !digest::verifies(&request.verifier, &authorization.challenge) {
        Err(GrantError::VerifierMismatch)
    } else if request
        .resource
        .as_ref()
        .is_some_and(|named| *named != authorization.audience)
    {
        Err(GrantError::UnknownResource)
    } else {
        Ok(())
    }
}

/// The grant that a code is redeemed for, and its first refresh token.
fn begin(app: &App, authorization: &Authorization) -> (Grant, RefreshToken) {
    let (id, now) = (GrantId::from_random(app.random()), app.now());
    let refresh = RefreshToken::first(authorization.user, id, app.random(), app.random());
    let grant = Grant {
        id,
        user: authorization.user,
        organization: authorization.organization,
        subscription: authorization.subscription,
        client_id: authorization.client_id.clone(),
        client_name: authorization.client_name.clone(),
        origin: authorization.origin(),
        approval_epoch: authorization.approval_epoch,
        grants_epoch: 0,
        audience: authorization.audience.clone(),
        resource: authorization.resource,
        scopes: authorization.scopes.clone(),
        authenticated_at: authorization.authenticated_at,
        created_at: now,
        used_at: now,
        ends_at: now.plus(Grant::LIFETIME),
        generation: 1,
        family: digest::sha256(refresh.family().as_bytes()),
        current: digest::sha256(refresh.expose().as_bytes()),
        previous: None,
        nonce: String::new(),
        ended: None,
        revision: 1,
    };
    (grant, refresh)
}

async fn replayed(app: &App, authorization: &Authorization, id: GrantId, source: &str) -> Result<GrantError, Error> {
    if let Some(grant) = app.store().grant(authorization.user, id).await? {
        grant::end(app, &grant, GrantEnd::Replayed, source).await?;
    }
    Ok(GrantError::CodeReplayed)
}
