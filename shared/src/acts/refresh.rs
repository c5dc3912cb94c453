//! A client refreshes its tokens (RFC 6749 §6), and gets a new refresh token each time.

use super::authenticate::prove_client;
use super::grant::{self, Tokens};
use crate::app::App;
use crate::domain::{Ask, Error, Grant, GrantEnd, GrantError, RefreshToken, TokenId, Unavailable};
use crate::keys::digest;
use crate::oauth::PresentedClient;
use crate::telemetry::{Fact, Metric, count, note};
use zeroize::Zeroizing;

/// How often a refresh is tried against others with the same token.
const ATTEMPTS: u32 = 8;

/// Answers a `refresh_token` request. The token is spent by it. For a moment ([`Grant::GRACE`]) the
/// token before the current one is answered with that same current one, because the answer may have
/// been lost and because programs refresh twice at once; after that, a spent token means that
/// somebody has a copy, and ends the grant (RFC 9700 §4.14.2).
pub async fn refresh_token(
    app: &App,
    presented: &PresentedClient,
    token: &RefreshToken,
    ask: &Ask,
    source: &str,
) -> Result<Tokens, Error> {
    let (found, client) = app
        .store()
        .grant_of(token.user, token.grant, &presented.client_id)
        .await?;
    let client = prove_client(app, presented, client, source).await?;
    let mut found = found;
    for _ in 0..ATTEMPTS {
        let grant = found
            .filter(|grant| grant.client_id == presented.client_id && grant.is_live(app.now()))
            // Who does not know what all tokens of the grant share never had one.
            .filter(|grant| digest::same(&digest::sha256(token.family().as_bytes()), &grant.family))
            .ok_or(GrantError::RefreshUnknown)?;
        note(Fact::Organization, grant.organization);
        note(Fact::Account, grant.user);
        let next = match place(app, &grant, token) {
            Place::Current => successor(app, &grant, token),
            Place::Previous(current) => (None, current),
            Place::Spent => {
                grant::end(app, &grant, GrantEnd::Replayed, source).await?;
                return Err(GrantError::RefreshReplayed.into());
            }
        };
        if ask.resource.as_ref().is_some_and(|named| *named != grant.audience) {
            return Err(GrantError::UnknownResource.into());
        }
        let rows = grant::rows(app, &grant).await?;
        let ground = grant::stands(&grant, rows, client.as_ref(), &ask.scopes)?;
        let tokens = Tokens {
            access: grant::access_token(app, &grant, &ground).await?,
            refresh: Zeroizing::new(next.1.expose().to_owned()),
            scopes: ground.scopes,
        };
        let Some(rotated) = next.0 else {
            count(Metric::Issued);
            return Ok(tokens);
        };
        let mut writes = vec![app.store().replace_grant(&rotated)?];
        writes.extend(grant::keep(app, client.as_ref())?);
        if app.store().commit(&writes).await?.is_ok() {
            count(Metric::Issued);
            return Ok(tokens);
        }
        // Somebody was faster with the same token: theirs is the current one now.
        found = app.store().grant(token.user, token.grant).await?;
    }
    Err(Unavailable("the grant keeps changing".to_owned()).into())
}

/// Where a token stands in its family.
enum Place {
    /// The one that is good.
    Current,
    /// The one before, a moment ago; with the one that is good.
    Previous(RefreshToken),
    /// An earlier one.
    Spent,
}

/// Only the token just before the current one is forgiven, not every one that was spent a moment ago:
/// once its successor was used, its answer did arrive, so whoever shows it again is a thief or a
/// request that was held up, and nobody can tell which. To answer would give the thief the current
/// token unnoticed; so the grant ends (RFC 9700 §4.14.2), at the cost of a client that refreshes twice
/// within [`Grant::GRACE`] while one of its own requests is still under way.
fn place(app: &App, grant: &Grant, token: &RefreshToken) -> Place {
    let print = digest::sha256(token.expose().as_bytes());
    if digest::same(&print, &grant.current) {
        return Place::Current;
    }
    let previous = grant
        .previous
        .as_ref()
        .is_some_and(|previous| digest::same(&print, previous));
    if previous && app.now() < grant.used_at.plus(Grant::GRACE) {
        return Place::Previous(digest::following(token, &grant.nonce));
    }
    Place::Spent
}

/// The grant after a token was used, and the token that follows.
fn successor(app: &App, grant: &Grant, token: &RefreshToken) -> (Option<Grant>, RefreshToken) {
    let nonce = TokenId::from_random(app.random()).to_string();
    let next = digest::following(token, &nonce);
    let rotated = Grant {
        current: digest::sha256(next.expose().as_bytes()),
        previous: Some(grant.current.clone()),
        nonce,
        used_at: app.now(),
        ..grant.clone()
    };
    (Some(rotated), next)
}
