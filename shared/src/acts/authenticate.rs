//! A client proves itself: cheap refusals first, argon2 once per process and secret.

use super::throttle::network;
use crate::app::App;
use crate::domain::{
    Client as AppClient, ClientAuthentication, ClientCredential, ClientError, ClientId, ClientSecret, CredentialId,
    Error, IssuedToken, RegionLabel, Standing, StoredSecret, TokenId, Unavailable,
};
use crate::keys::{seal, secret_hash};
use crate::oauth::{Presented, PresentedClient};
use crate::store::TokenRows;
use crate::telemetry::{self, Fact, note};

/// A client that has proved its secret.
#[derive(Debug)]
pub(super) struct Client {
    /// What the table knows of it.
    pub(super) standing: Standing,
    /// The secret it used, as stored.
    pub(super) secret: StoredSecret,
    /// The token issued for the same request before, opened.
    pub(super) issued: Option<(IssuedToken, String)>,
    /// The id of the token that was found in its place, opened or not.
    pub(super) seen: Option<TokenId>,
}

/// Refuses what needs no read: a service account of another region.
pub(super) fn check_region(app: &App, presented: &Presented) -> Result<(), ClientError> {
    telemetry::client(&presented.client_id);
    note(Fact::Credential, presented.client_id.credential);
    own_region(app, &presented.client_id.region)
}

/// Refuses what a client ID says is another region's, and names that region's issuer if it is known.
pub(super) fn own_region(app: &App, theirs: &RegionLabel) -> Result<(), ClientError> {
    if *theirs == app.config().region {
        return Ok(());
    }
    Err(ClientError::WrongRegion(app.config().regions.get(theirs).cloned()))
}

/// Proves a client from what one read found. A right secret is proved by opening the token that
/// was sealed with it, or by the memory of this process, or by argon2; a wrong one fails at 32
/// bits of digest. Counts failures per source.
pub(super) async fn prove(app: &App, presented: &Presented, rows: TokenRows, source: &str) -> Result<Client, Error> {
    let issued = rows.issued;
    let standing = Standing::of(
        presented.client_id.clone(),
        rows.organization,
        rows.subscription,
        rows.user,
    );
    if let Ok(standing) = &standing {
        note(Fact::Organization, standing.organization.id);
        note(Fact::Account, standing.user.id);
    }
    let outcome = match standing {
        Ok(standing) => prove_secret(app, &presented.secret, standing, issued).await?,
        Err(error) => Err(error),
    };
    outcome.map_err(|error| {
        let refused = app
            .failures()
            .count(&network(source), &presented.client_id.to_string(), app.now());
        refused
            .map_or_else(|retry_after| ClientError::TooManyFailures { retry_after }, |()| error)
            .into()
    })
}

async fn prove_secret(
    app: &App,
    presented: &ClientSecret,
    standing: Standing,
    issued: Option<IssuedToken>,
) -> Result<Result<Client, ClientError>, Unavailable> {
    let Ok((_, credential)) = standing.account() else {
        return Ok(Err(ClientError::Unknown));
    };
    let (id, print) = (credential.id, secret_hash::fingerprint(presented, credential.id));
    let Some(secret) = credential
        .live_secrets(app.now())
        .find(|secret| secret.fingerprint == print)
        .cloned()
    else {
        return Ok(Err(ClientError::WrongSecret));
    };
    let seen = issued.as_ref().map(|token| token.id.clone());
    let opened = issued
        .filter(|token| token.generation == secret.generation)
        .and_then(|token| {
            let text = seal::open(&token.sealed, presented, id, token.generation, &binding(&token))?;
            Some((token, text))
        });
    if opened.is_some() || prove_slowly(app, presented, id, &secret).await? {
        return Ok(Ok(Client {
            standing,
            secret,
            issued: opened,
            seen,
        }));
    }
    Ok(Err(ClientError::WrongSecret))
}

async fn prove_slowly(
    app: &App,
    presented: &ClientSecret,
    id: CredentialId,
    secret: &StoredSecret,
) -> Result<bool, Unavailable> {
    let (plain, hash) = (presented.clone(), secret.hash.clone());
    let argon2 = async || {
        // Off the async threads: it takes 20 ms.
        let proving = tokio::task::spawn_blocking(move || secret_hash::verify_password(plain.expose(), &hash));
        proving.await.unwrap_or(false)
    };
    Ok(app.proofs().check(presented, id, secret.generation, argon2).await)
}

/// Proves a client of people from what the table has of it: a registered one with a secret shows
/// the secret, a public one is what it says, and PKCE and the refresh token prove the rest. Counts
/// failures per source. `None` is a client whose metadata document has not been read lately.
pub(super) async fn prove_client(
    app: &App,
    presented: &PresentedClient,
    known: Option<AppClient>,
    source: &str,
) -> Result<Option<AppClient>, Error> {
    telemetry::client(&presented.client_id);
    if let ClientId::Registered(id) = &presented.client_id {
        own_region(app, &id.region)?;
    }
    let known = known.filter(|client| !client.is_over(app.now()));
    let proved = match (&presented.client_id, &known) {
        (ClientId::Document(_), _) => presented.secret.is_none(),
        (ClientId::Registered(_), Some(client)) => match (&client.authentication, &presented.secret) {
            (ClientAuthentication::None, secret) => secret.is_none(),
            (ClientAuthentication::ClientSecret(credential), Some(secret)) => {
                prove_credential(app, secret, credential).await?
            }
            (ClientAuthentication::ClientSecret(_), None) => false,
        },
        (ClientId::Registered(_) | ClientId::Service(_), _) => false,
    };
    if proved {
        return Ok(known);
    }
    let refused = app
        .failures()
        .count(&network(source), &presented.client_id.to_string(), app.now());
    Err(refused
        .map_or_else(
            |retry_after| ClientError::TooManyFailures { retry_after },
            |()| ClientError::WrongSecret,
        )
        .into())
}

async fn prove_credential(
    app: &App,
    presented: &ClientSecret,
    credential: &ClientCredential,
) -> Result<bool, Unavailable> {
    let print = secret_hash::fingerprint(presented, credential.id);
    let found = credential
        .live_secrets(app.now())
        .find(|secret| secret.fingerprint == print);
    match found {
        Some(secret) => prove_slowly(app, presented, credential.id, secret).await,
        None => Ok(false),
    }
}

/// What a sealed token is bound to: if the row around it was changed, it does not open.
pub(super) fn binding(token: &IssuedToken) -> String {
    format!(
        "{} {} {} {} {}",
        token.id,
        token.epoch,
        token.expires_at.millis(),
        token.audience,
        token.scopes
    )
}
