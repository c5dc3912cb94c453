//! Clients ask about tokens (RFC 7662) and give them up (RFC 7009).

use super::authenticate::{self, Client, prove_client};
use super::verify::{Verified, examine, identify};
use super::{Plan, grant, perform};
use crate::app::App;
use crate::domain::{
    ClientError, ClientId, Error, Grant, GrantEnd, GrantId, RefreshToken, Subject, SubscriptionId, UserId,
};
use crate::keys::digest;
use crate::oauth::{Authentication, Presented, PresentedClient};
use crate::telemetry::{self, Fact};

/// Proves the service account of a request that asks for no token.
async fn account(app: &App, presented: &Presented, source: &str) -> Result<Client, Error> {
    authenticate::check_region(app, presented)?;
    let rows = app.store().token_request(&presented.client_id, "none", false).await?;
    authenticate::prove(app, presented, rows, source).await
}

/// Proves the client of a request that asks for no token. What it holds is its own business.
async fn client(app: &App, presented: &PresentedClient, source: &str) -> Result<(), Error> {
    let known = app.store().client(&presented.client_id).await?;
    prove_client(app, presented, known, source).await.map(|_| ())
}

/// What a token says, if it is good and the caller may know: a service account sees the tokens of
/// its own subscription, a client with a secret its own. `None` for every other token, whatever is
/// the matter with it.
pub async fn introspect(
    app: &App,
    caller: &Authentication,
    token: &str,
    source: &str,
) -> Result<Option<Verified>, Error> {
    let own = match caller {
        Authentication::Account(presented) => {
            Own::Subscription(account(app, presented, source).await?.standing.subscription.id)
        }
        // Everybody can say what a public client says.
        Authentication::Client(presented) if presented.secret.is_none() => return Err(ClientError::Missing.into()),
        Authentication::Client(presented) => {
            client(app, presented, source).await?;
            Own::Client(&presented.client_id)
        }
    };
    match examine(app, token, false).await {
        Ok(verified) => Ok(Some(verified).filter(|verified| own.is(verified))),
        Err(Error::Token(why)) => {
            telemetry::note(Fact::Reason, format_args!("inactive: {why}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whose tokens a caller may know about.
enum Own<'a> {
    Subscription(SubscriptionId),
    Client(&'a ClientId),
}

impl Own<'_> {
    fn is(&self, verified: &Verified) -> bool {
        match self {
            Self::Subscription(id) => verified.claims.subscription == Some(*id),
            Self::Client(id) => verified.claims.client_id == id.to_string(),
        }
    }
}

/// Ends a token of the caller's own, for good: whether it could be used at this moment is not asked.
/// A token that is not the caller's own, or over for good already, is left alone, and the caller is
/// not told (RFC 7009 §2.2).
pub async fn revoke(app: &App, caller: &Authentication, token: &str, source: &str) -> Result<(), Error> {
    match caller {
        Authentication::Account(presented) => {
            let client = account(app, presented, source).await?;
            revoke_of_account(app, &client, token).await
        }
        Authentication::Client(presented) => {
            client(app, presented, source).await?;
            match RefreshToken::parse(token) {
                Ok(token) => revoke_refresh(app, &presented.client_id, &token, source).await,
                Err(_) => revoke_access(app, &presented.client_id, token).await,
            }
        }
    }
}

async fn revoke_of_account(app: &App, client: &Client, token: &str) -> Result<(), Error> {
    let own = Subject::Service(client.standing.client_id().clone());
    let Some((claims, _)) = identify(app, token).await?.filter(|(_, subject)| *subject == own) else {
        return Ok(());
    };
    let (_, credential) = client.standing.account()?;
    let epoch = client.standing.epoch(&claims.aud, &claims.scope);
    if claims.is_over(credential, epoch, app.now()) {
        return Ok(());
    }
    let revocation = credential.revocation(claims.jti.clone(), claims.expires_at(), app.now());
    Ok(app
        .store()
        .revoke(client.standing.user.id, credential.id, &revocation)
        .await?)
}

/// A refresh token takes its grant with it: every access token is dead, too (RFC 7009 §2.1).
async fn revoke_refresh(app: &App, client: &ClientId, token: &RefreshToken, source: &str) -> Result<(), Error> {
    let family = digest::sha256(token.family().as_bytes());
    let own = |grant: &Grant| grant.client_id == *client && digest::same(&grant.family, &family);
    match app.store().grant(token.user, token.grant).await?.filter(own) {
        Some(grant) => grant::end(app, &grant, GrantEnd::Revoked, source).await,
        None => Ok(()),
    }
}

/// An access token takes the grant's other access tokens with it; the refresh token stays.
async fn revoke_access(app: &App, client: &ClientId, token: &str) -> Result<(), Error> {
    let Some((claims, subject)) = identify(app, token).await? else {
        return Ok(());
    };
    // Whoever finds an old one in a log ends nothing with it.
    if claims.has_expired(app.now()) {
        return Ok(());
    }
    match subject {
        Subject::Delegate {
            user,
            client: own,
            grant,
            ..
        } if own == *client => end_access(app, user, grant, claims.generation).await,
        Subject::Delegate { .. } | Subject::Service(_) | Subject::Person(_) => Ok(()),
    }
}

async fn end_access(app: &App, user: UserId, id: GrantId, generation: u32) -> Result<(), Error> {
    perform(app, async || {
        let found = app.store().grant(user, id).await?;
        let writes = match found.filter(|grant| grant.generation == generation) {
            Some(grant) => vec![app.store().replace_grant(&Grant {
                generation: generation + 1,
                ..grant
            })?],
            None => Vec::new(),
        };
        Ok(Plan { value: (), writes })
    })
    .await
}
