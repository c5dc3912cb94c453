//! Which subscriptions of an organization share an audience, and with which scopes.
//!
//! An API that takes tokens for its audience takes them of every subscription that has it, unless it
//! demands one (`Demand::subscriptions`). So whoever reaches one subscription does not join the
//! audience of another, which would open the other's API to accounts of theirs; and whoever joins one
//! for the whole organization joins with scopes that are registered there.

use super::Caller;
use super::resource::NamedScopes;
use crate::app::App;
use crate::domain::{
    ActError, Audience, AudienceClaim, Error, FieldError, Invalid, Scopes, Subscription, SubscriptionId,
};
use crate::store::Write;

/// The write by which a subscription gets an audience with these scopes; none where it has had it
/// before. Refuses one that is another organization's, or another subscription's unless the caller
/// manages the whole organization. Which of the two it was is not for an admin of one subscription.
pub(super) async fn claim(
    app: &App,
    caller: &Caller,
    subscription: SubscriptionId,
    audience: &Audience,
    scopes: &NamedScopes,
) -> Result<Option<Write>, Error> {
    let organization = caller.organization().id;
    let Some(claim) = known(app, caller, audience).await? else {
        let claim = app.store().claim_audience(audience, organization, subscription)?;
        return Ok(Some(claim));
    };
    let joins = !claim.subscriptions.contains(&subscription);
    // Whoever was taken out of an audience that others have does not let themselves in again.
    let shares = joins || is_had_by_another(app, &claim, subscription, audience).await?;
    if claim.owner != organization || (shares && caller.organization_wide().is_err()) {
        return Err(ActError::AudienceTaken.into());
    }
    within(
        app,
        caller,
        &claim,
        subscription,
        audience,
        (scopes, &Scopes::default()),
    )
    .await?;
    let join = || app.store().join_audience(audience, &claim, subscription);
    Ok(joins.then(join).transpose()?)
}

async fn is_had_by_another(
    app: &App,
    claim: &AudienceClaim,
    subscription: SubscriptionId,
    audience: &Audience,
) -> Result<bool, Error> {
    let others = claim.subscriptions.iter().copied();
    let others: Vec<_> = others.filter(|other| *other != subscription).collect();
    for ids in others.chunks(100) {
        let found = app.store().subscriptions(ids).await?;
        if found.iter().any(|other| other.resource(audience).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses scopes for a subscription's resource that go beyond what is registered for its audience by
/// those that had it before. `held` are those that it has.
pub(super) async fn check_scopes(
    app: &App,
    caller: &Caller,
    subscription: SubscriptionId,
    audience: &Audience,
    scopes: &NamedScopes,
    held: &Scopes,
) -> Result<(), Error> {
    match known(app, caller, audience).await? {
        Some(claim) => within(app, caller, &claim, subscription, audience, (scopes, held)).await,
        None => Ok(()),
    }
}

async fn within(
    app: &App,
    caller: &Caller,
    claim: &AudienceClaim,
    subscription: SubscriptionId,
    audience: &Audience,
    (scopes, held): (&NamedScopes, &Scopes),
) -> Result<(), Error> {
    let Some(bound) = bound(app, caller, claim, subscription, audience, held).await? else {
        return Ok(());
    };
    let beyond = scopes.iter().position(|(scope, _)| !bound.contains(scope));
    beyond.map_or(Ok(()), |index| {
        let why = Invalid::new("must be a scope that this audience has where it was registered first");
        let pointer = format!("/scopes/{index}/name");
        Err(ActError::Fields(vec![FieldError { pointer, why }]).into())
    })
}

/// The most a subscription's resource may offer: what the first of those offer that had the audience
/// before. `None`: as it likes. Where none of them offers anything any more, whoever manages the whole
/// organization is free, and an admin of one subscription keeps what there is.
async fn bound(
    app: &App,
    caller: &Caller,
    claim: &AudienceClaim,
    subscription: SubscriptionId,
    audience: &Audience,
    held: &Scopes,
) -> Result<Option<Scopes>, Error> {
    let earlier = claim.subscriptions.iter().copied();
    let earlier: Vec<_> = earlier.take_while(|other| *other != subscription).collect();
    for ids in earlier.chunks(100) {
        let found = app.store().subscriptions(ids).await?;
        let mut offered = found.iter().filter_map(|other| other.resource(audience));
        if let Some(resource) = offered.next() {
            return Ok(Some(resource.scope_set()));
        }
    }
    let free = earlier.is_empty() || caller.organization_wide().is_ok();
    Ok((!free).then(|| held.clone()))
}

/// The claim of an audience. One of the caller's organization from before subscriptions were noted has
/// those that have the audience now, the oldest resource first.
async fn known(app: &App, caller: &Caller, audience: &Audience) -> Result<Option<AudienceClaim>, Error> {
    let Some(mut claim) = app.store().audience_claim(audience).await? else {
        return Ok(None);
    };
    if claim.owner == caller.organization().id && claim.subscriptions.is_empty() {
        let every: Vec<_> = caller.organization().subscriptions.keys().copied().collect();
        let mut having = Vec::new();
        for ids in every.chunks(100) {
            having.extend(app.store().subscriptions(ids).await?);
        }
        let since = |one: &Subscription| one.resource(audience).map(|resource| resource.created_at);
        having.retain(|one| since(one).is_some());
        having.sort_by_key(since);
        claim.subscriptions = having.into_iter().map(|one| one.id).collect();
    }
    Ok(Some(claim))
}
