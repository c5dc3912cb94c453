//! Grants of people to clients: what they hang on, the tokens they yield, and their end.

use super::session::{self, SignedIn};
use super::{Plan, perform, sign};
use crate::app::App;
use crate::domain::{
    ActError, Action, AuditEvent, Claims, Client, ClientId, Delegation, Error, Grant, GrantEnd, GrantError, GrantId,
    Organization, Scopes, Timestamp, TokenId, Unavailable, User,
};
use crate::store::{GrantRows, Paging, Write};
use crate::telemetry;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The tokens of a grant, as the token endpoint answers them.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: Zeroizing<String>,
    /// What the access token allows.
    pub scopes: Scopes,
}

/// Reads what a grant hangs on, and the keys that sign if those in memory are stale.
pub(super) async fn rows(app: &App, grant: &Grant) -> Result<GrantRows, Unavailable> {
    let now = app.now();
    let mut rows = app.store().grant_rows(grant, app.ring().is_stale(now)).await?;
    sign::refresh(app, rows.keys.take(), now);
    Ok(rows)
}

/// Everything a grant hangs on, found and good.
pub(super) struct Ground {
    pub(super) user: User,
    /// Which of the granted scopes the person still holds.
    pub(super) scopes: Scopes,
    /// How often access tokens of these scopes have lost their access: the `epo` of a new one.
    pub(super) epoch: u32,
}

/// Whether a grant may still be used: the person is there and works in the subscription, the
/// organization admits the client and approves the origin as it did then, the API is switched on,
/// and the person holds some of what was granted.
pub(super) fn stands(
    grant: &Grant,
    rows: GrantRows,
    client: Option<&Client>,
    asked: &Scopes,
) -> Result<Ground, GrantError> {
    let (Some(user), Some(organization)) = (rows.user, rows.organization) else {
        return Err(GrantError::PersonGone);
    };
    let belongs = user.organization == organization.id && grant.organization == organization.id;
    if !belongs || user.service().is_some() || !user.reaches(&organization, grant.subscription) {
        return Err(GrantError::PersonGone);
    }
    if !grant.is_of(&user) {
        return Err(GrantError::RefreshUnknown);
    }
    if !admits(&organization, &grant.client_id, client) {
        return Err(GrantError::ClientNotAdmitted);
    }
    let approval = rows.approval.filter(|approval| approval.origin == grant.origin);
    if !approval.is_some_and(|approval| approval.carries(grant.approval_epoch)) {
        return Err(GrantError::OriginNotApproved);
    }
    let subscription = rows.subscription.ok_or(GrantError::UnknownResource)?;
    let resource = subscription
        .resource(&grant.audience)
        .filter(|resource| grant.is_for(resource))
        .ok_or(GrantError::UnknownResource)?;
    if !asked.is_subset(&grant.scopes) {
        return Err(GrantError::ScopeNotGranted);
    }
    let wanted = if asked.is_empty() { &grant.scopes } else { asked };
    let scopes = match user.allowable(&organization, resource, wanted) {
        Err(GrantError::NoScope) => Err(GrantError::PersonGone),
        other => other,
    }?;
    let lost = subscription.withdrawals(&grant.audience, &scopes);
    Ok(Ground {
        epoch: user.epoch(None).saturating_add(lost),
        user,
        scopes,
    })
}

/// A client whose document has not been read lately is judged by its kind.
fn admits(organization: &Organization, id: &ClientId, client: Option<&Client>) -> bool {
    match client {
        Some(client) => organization.admits(client).is_ok(),
        None => matches!(id, ClientId::Document(_)) && organization.metadata_documents_enabled,
    }
}

/// Signs an access token of a grant (RFC 9068).
pub(super) async fn access_token(app: &App, grant: &Grant, ground: &Ground) -> Result<String, Unavailable> {
    let now = Timestamp::from_seconds(app.now().seconds());
    let claims = Claims {
        iss: app.config().issuer.to_string(),
        sub: grant.user.to_string(),
        aud: grant.audience.clone(),
        exp: now.plus(Grant::ACCESS_LIFETIME).seconds(),
        iat: now.seconds(),
        nbf: None,
        jti: TokenId::from_random(app.random()),
        client_id: grant.client_id.to_string(),
        scope: ground.scopes.clone(),
        organization: grant.organization,
        subscription: Some(grant.subscription),
        applications: Vec::new(),
        generation: grant.generation,
        epoch: ground.epoch,
        grant: Some(Delegation {
            id: grant.id,
            origin: grant.origin.clone(),
        }),
        auth_time: Some(grant.authenticated_at.seconds()),
    };
    sign::sign(app, &claims).await
}

/// What happened to a grant, for the audit trail. Who did it is the person: through the client, or
/// at the console.
pub(super) fn event(app: &App, action: Action, user: &User, grant: &Grant, source_ip: &str, why: &str) -> AuditEvent {
    let facts = [
        ("client_id", grant.client_id.to_string()),
        ("client_name", grant.client_name.clone()),
        ("redirect_origin", grant.origin.to_string()),
        ("resource", grant.audience.to_string()),
        ("scope", grant.scopes.to_string()),
        ("why", why.to_owned()),
    ];
    let details: BTreeMap<_, _> = facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let mut event = session::event(app, action, user, source_ip, details);
    event.subscription = Some(grant.subscription);
    event.target.id = grant.id.to_string();
    event.target.name.clone_from(&grant.client_name);
    telemetry::acted(&event);
    event
}

/// Ends a grant: its refresh token and its access tokens are dead when this returns. One that has
/// ended stays ended for the reason it was.
pub(super) async fn end(app: &App, grant: &Grant, why: GrantEnd, source_ip: &str) -> Result<(), Error> {
    if grant.ended.is_some() {
        return Ok(());
    }
    let user = app.store().user(grant.user).await?;
    let mut writes = app.store().end_grant(grant, why)?.to_vec();
    if let Some(user) = user {
        let why = match why {
            GrantEnd::Revoked => "revoked by the client",
            GrantEnd::Replayed => "a code or refresh token was used twice",
        };
        let event = event(app, Action::GrantRevoked, &user, grant, source_ip, why);
        writes.push(app.store().record(&event)?);
    }
    // Lost if the grant is gone or has ended meanwhile, which is what was wanted.
    app.store().commit(&writes).await?.ok();
    Ok(())
}

/// Keeps a client that registered itself and is used, if that needs a write.
pub(super) fn keep(app: &App, client: Option<&Client>) -> Result<Option<Write>, Error> {
    let write = client
        .map(|client| app.store().keep_client(client, app.now()))
        .transpose()?;
    Ok(write.flatten())
}

/// What a person has allowed and not taken back, the latest used first.
pub async fn list(app: &App, signed_in: &SignedIn) -> Result<Vec<Grant>, Error> {
    let (mut found, mut paging) = (Vec::new(), Some(Paging::FIRST));
    while let Some(page) = paging {
        let page = app.store().grants(signed_in.user.id, &page).await?;
        paging = Paging::next(&page);
        found.extend(page.items);
    }
    let now = app.now();
    found.retain(|grant| grant.is_live(now) && grant.is_of(&signed_in.user));
    found.sort_by_key(|grant| std::cmp::Reverse(grant.used_at));
    Ok(found)
}

/// A person takes back what they allowed.
pub async fn take_back(app: &App, signed_in: &SignedIn, id: GrantId, source_ip: &str) -> Result<Grant, Error> {
    perform(app, async || {
        let found = app.store().grant(signed_in.user.id, id).await?;
        let grant = found
            .filter(|grant| grant.is_live(app.now()))
            .ok_or(ActError::NotFound)?;
        let event = event(
            app,
            Action::GrantRevoked,
            &signed_in.user,
            &grant,
            source_ip,
            "taken back by the person",
        );
        let mut writes = app.store().end_grant(&grant, GrantEnd::Revoked)?.to_vec();
        writes.push(app.store().record(&event)?);
        Ok(Plan { value: grant, writes })
    })
    .await
}
