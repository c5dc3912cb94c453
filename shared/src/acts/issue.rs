//! A service account gets a token: the one it has, or a new one.

use super::authenticate::{self, Client, binding};
use super::{bookkeeping, sign};
use crate::app::App;
use crate::domain::{
    Ask, Claims, Credential, Error, Granted, IssuedToken, Scopes, Standing, Timestamp, TokenId, Unavailable, User,
};
use crate::keys::{jws, seal, secret_hash};
use crate::oauth::Presented;
use crate::store::Issue;
use crate::telemetry::{Metric, count};
use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};

/// A token as the token endpoint answers it.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// What it allows.
    pub scopes: Scopes,
    /// Whose it is.
    pub user: User,
}

/// Answers a `client_credentials` request (RFC 6749 §4.4). While an earlier token for the same
/// secret, scopes and resource has more than the reuse margin of its life left, the answer is that
/// token: one consistent read, no write, no argon2.
pub async fn client_credentials(app: &App, presented: &Presented, ask: &Ask, source: &str) -> Result<Issued, Error> {
    authenticate::check_region(app, presented)?;
    let what = what(app, presented, ask);
    let now = app.now();
    let mut rows = app
        .store()
        .token_request(&presented.client_id, &what, app.ring().is_stale(now))
        .await?;
    sign::refresh(app, rows.keys.take(), now);
    let client = authenticate::prove(app, presented, rows, source).await?;
    let grant = client.standing.grant(ask, app.management())?;
    note_use(app, &client).await;
    let (token, expires_at) = if let Some(found) = reusable(app, &client, &grant) {
        count(Metric::Reused);
        found
    } else {
        let issued = issue(app, presented, &client, &grant, &what).await?;
        count(Metric::Issued);
        issued
    };
    let expires_in = expires_at.seconds() - app.now().seconds();
    Ok(Issued {
        token,
        expires_in,
        scopes: grant.scopes,
        user: client.standing.user,
    })
}

/// Tells the tokens of one credential apart: by secret, scopes and resource; and by issuer, so that
/// a region that got a new one gives out no token of the old. Known before anything is read.
fn what(app: &App, presented: &Presented, ask: &Ask) -> String {
    let print = secret_hash::fingerprint(&presented.secret, presented.client_id.credential);
    let resource = ask.resource.as_ref().map_or("", |audience| audience.as_str());
    let hash = digest::digest(
        &digest::SHA256,
        format!("{} {print:08x} {resource} {}", app.config().issuer, ask.scopes).as_bytes(),
    );
    BASE64URL.encode(&hash.as_ref()[..16])
}

fn reusable(app: &App, client: &Client, grant: &Granted) -> Option<(String, Timestamp)> {
    let (row, token) = client.issued.as_ref()?;
    is_reusable(app, client, grant, row, token).then(|| (token.clone(), row.expires_at))
}

/// A token whose key was taken away is as dead as a revoked one.
fn is_reusable(app: &App, client: &Client, grant: &Granted, row: &IssuedToken, token: &str) -> bool {
    let (now, margin) = (app.now(), app.config().reuse_margin);
    let signed = jws::kid(token).is_some_and(|kid| app.ring().holds(&kid, now));
    signed && row.is_reusable(grant, &client.standing, &client.secret, margin, now)
}

/// Signs a new token and keeps it. Of many requests at once one is first, and all answer its token.
async fn issue(
    app: &App,
    presented: &Presented,
    client: &Client,
    grant: &Granted,
    what: &str,
) -> Result<(String, Timestamp), Error> {
    let mut seen = client.seen.clone();
    for _ in 0..3 {
        let (token, row) = make(app, presented, client, grant).await?;
        let theirs = match app
            .store()
            .issue(client.standing.user.id, what, &row, seen.as_ref())
            .await?
        {
            Issue::First => return Ok((token, row.expires_at)),
            Issue::Lost(theirs) => theirs,
        };
        let opened = seal::open(
            &theirs.sealed,
            &presented.secret,
            theirs.credential,
            theirs.generation,
            &binding(&theirs),
        );
        if let Some(token) = opened.filter(|token| is_reusable(app, client, grant, &theirs, token)) {
            return Ok((token, theirs.expires_at));
        }
        // What is there now was judged by other facts than ours. Replace that one.
        seen = Some(theirs.id);
    }
    Err(Unavailable("token: others keep replacing it".to_owned()).into())
}

async fn make(
    app: &App,
    presented: &Presented,
    client: &Client,
    grant: &Granted,
) -> Result<(String, IssuedToken), Unavailable> {
    let now = Timestamp::from_seconds(app.now().seconds());
    let claims = claims(app, client, grant, now);
    let token = sign::sign(app, &claims).await?;
    let credential = presented.client_id.credential;
    let mut row = IssuedToken {
        id: claims.jti,
        credential,
        generation: claims.generation,
        epoch: claims.epoch,
        scopes: claims.scope,
        audience: claims.aud,
        expires_at: now.plus(grant.lifetime),
        sealed: Vec::new(),
    };
    let sealed = seal::seal(
        &token,
        &presented.secret,
        credential,
        row.generation,
        &binding(&row),
        app.random(),
    );
    row.sealed = sealed.ok_or_else(|| Unavailable("token: cannot be sealed".to_owned()))?;
    Ok((token, row))
}

fn claims(app: &App, client: &Client, grant: &Granted, now: Timestamp) -> Claims {
    let Standing {
        organization,
        subscription,
        ..
    } = &client.standing;
    let account = client.standing.account().ok();
    let client_id = client.standing.client_id().to_string();
    Claims {
        iss: app.config().issuer.to_string(),
        sub: client_id.clone(),
        aud: grant.audience.clone(),
        exp: now.plus(grant.lifetime).seconds(),
        iat: now.seconds(),
        nbf: None,
        jti: TokenId::from_random(app.random()),
        client_id,
        scope: grant.scopes.clone(),
        organization: organization.id,
        subscription: Some(subscription.id),
        applications: account
            .map(|(account, _)| account.applications.iter().copied().collect())
            .unwrap_or_default(),
        generation: client.secret.generation,
        epoch: grant.epoch,
        grant: None,
        auth_time: None,
    }
}

/// Keeps `last_used_at` within a minute of the truth without a write per request. While the table
/// takes no writes, a credential looks less used than it is.
async fn note_use(app: &App, client: &Client) {
    let now = app.now();
    if let Ok((_, credential)) = client.standing.account()
        && credential.last_used_is_stale(now)
    {
        let since = now.minus(Credential::LAST_USED_RESOLUTION);
        let touch = app.store().touch(client.standing.user.id, credential.id, now, since);
        bookkeeping::keep("the use of a credential is not noted", touch).await;
    }
}
