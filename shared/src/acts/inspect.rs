//! Clients ask about tokens (RFC 7662) and give them up (RFC 7009).

use super::authenticate::{self, Client};
use super::verify::{Verified, examine};
use crate::app::App;
use crate::domain::{Error, Subject};
use crate::oauth::Presented;

/// Proves the client of a request that asks for no token.
async fn caller(app: &App, presented: &Presented, source: &str) -> Result<Client, Error> {
    authenticate::check_region(app, presented)?;
    let rows = app.store().token_request(&presented.client_id, "none").await?;
    authenticate::prove(app, presented, rows, source).await
}

/// What a token says, if it is good and the caller may know: it belongs to the caller's own
/// subscription. `None` for every other token, whatever is the matter with it.
pub async fn introspect(
    app: &App,
    presented: &Presented,
    token: &str,
    source: &str,
) -> Result<Option<Verified>, Error> {
    let client = caller(app, presented, source).await?;
    match examine(app, token, false).await {
        Ok(verified) => {
            let theirs = verified.claims.subscription == Some(client.standing.subscription.id);
            Ok(Some(verified).filter(|_| theirs))
        }
        Err(Error::Token(why)) => {
            tracing::info!(%why, "introspected token is inactive");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Kills a token of the caller's own. A token that is not its own, or no good any more, is left
/// alone, and the caller is not told (RFC 7009 §2.2).
pub async fn revoke(app: &App, presented: &Presented, token: &str, source: &str) -> Result<(), Error> {
    let client = caller(app, presented, source).await?;
    let verified = match examine(app, token, false).await {
        Ok(verified) => verified,
        Err(Error::Token(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    if verified.subject != Subject::Service(client.standing.client_id().clone()) {
        return Ok(());
    }
    let (_, credential) = client.standing.account()?;
    let (token, end) = (verified.claims.jti.clone(), verified.claims.expires_at());
    let revocation = credential.revocation(token, end, app.now());
    Ok(app
        .store()
        .revoke(client.standing.user.id, credential.id, &revocation)
        .await?)
}
