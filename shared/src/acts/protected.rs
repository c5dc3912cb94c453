//! What anybody may know of an API that this region protects: which scopes it has.

use crate::app::App;
use crate::domain::{Audience, Privilege, Scope, Scopes, Unavailable};
use std::collections::BTreeSet;

/// The scopes of the API with an audience; none if no subscription has it, or has it switched on.
pub async fn offered_scopes(app: &App, audience: &Audience) -> Result<Option<Scopes>, Unavailable> {
    if audience == app.management() {
        return Ok(Some(Privilege::scopes(Privilege::ALL.iter().copied())));
    }
    let Some(claim) = app.store().audience_claim(audience).await? else {
        return Ok(None);
    };
    let Some(organization) = app.store().organization(claim.owner).await? else {
        return Ok(None);
    };
    let ids: Vec<_> = organization.subscriptions.keys().copied().take(100).collect();
    let subscriptions = app.store().subscriptions(&ids).await?;
    let offering: Vec<_> = subscriptions
        .iter()
        .filter_map(|subscription| subscription.resource(audience))
        .filter(|resource| resource.enabled)
        .collect();
    let scopes: BTreeSet<Scope> = offering
        .iter()
        .flat_map(|resource| resource.scopes.keys().cloned())
        .collect();
    Ok((!offering.is_empty()).then(|| scopes.into_iter().collect()))
}
