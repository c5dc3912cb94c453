//! A first run that may not be the first: what is there stays, and an admin who never got in gets
//! another chance to.

use super::{Entry, FirstRun, Founded, found, told};
use crate::acts::{Plan, password};
use crate::app::App;
use crate::domain::{
    ActError, Action, Error, Invalid, Organization, OrganizationId, Subscription, SubscriptionId, Unavailable, User,
    UserKind,
};

/// Plans the first organization; if it is there, with this very admin, plans what its admin still
/// needs: a password that this run was told, or another invitation. An admin who has a password
/// keeps it, whatever the run was told.
///
/// # Errors
/// [`ActError::EmailTaken`] if the address is somebody's of another organization, or of one with
/// another name by now; [`ActError::Fields`] if the organization lacks what the run names.
pub async fn first_run(app: &App, run: &FirstRun) -> Result<Plan<Founded>, Error> {
    let Some(id) = app.store().user_by_email(&run.admin).await? else {
        return found(app, run).await;
    };
    let admin = app.store().user(id).await?.ok_or_else(gone)?;
    let organization = organization(app, admin.organization).await?;
    if organization.name != run.organization || admin.service().is_some() {
        return Err(ActError::EmailTaken.into());
    }
    let founded = known(app, run, &organization, &admin).await?;
    again(app, run, founded, admin).await
}

/// A row that another one points to. It was there a moment ago, or the table was restored in parts.
fn gone() -> Unavailable {
    Unavailable("the admin, or the organization, is gone".to_owned())
}

async fn organization(app: &App, id: OrganizationId) -> Result<Organization, Unavailable> {
    app.store().organization(id).await?.ok_or_else(gone)
}

/// What an earlier run made, found by the names that this one was told.
async fn known(app: &App, run: &FirstRun, organization: &Organization, admin: &User) -> Result<Founded, Error> {
    let missing = |field, why| ActError::field(field, Invalid::new(why));
    let mut names = organization.subscriptions.iter();
    let (id, _) = names
        .find(|(_, name)| **name == run.subscription)
        .ok_or_else(|| missing("subscription", "must be one that the organization has"))?;
    let subscription = subscription(app, *id).await?;
    let mut resources = subscription.resources.values();
    let resource = resources
        .find(|resource| resource.audience == run.resource.1)
        .ok_or_else(|| missing("audience", "must be of an API that the subscription has"))?;
    let at_resource = organization.roles.values();
    let roles = at_resource.filter(|role| role.scopes.contains_key(&resource.id));
    Ok(Founded {
        organization: organization.id,
        subscription: subscription.id,
        applications: Vec::new(),
        roles: roles.map(|role| role.id).collect(),
        admin: admin.id,
        entry: Entry::Unchanged,
    })
}

async fn subscription(app: &App, id: SubscriptionId) -> Result<Subscription, Unavailable> {
    app.store().subscription(id).await?.ok_or_else(gone)
}

async fn again(app: &App, run: &FirstRun, founded: Founded, mut admin: User) -> Result<Plan<Founded>, Error> {
    let UserKind::Person(person) = &mut admin.kind else {
        return Err(ActError::EmailTaken.into());
    };
    if person.password.is_some() {
        let writes = Vec::new();
        return Ok(Plan { value: founded, writes });
    }
    let (entry, action) = match &run.password {
        Some(password) => {
            person.password = Some(password::hash(app, password.clone()).await?);
            (Entry::PasswordSet, Action::PasswordChanged)
        }
        None => (Entry::InvitedAgain, Action::UserInvited),
    };
    // Links that were mailed before are void with it.
    admin.epoch += 1;
    let writes = vec![app.store().replace_user(&admin)?, told(app, action, &admin)?];
    let value = Founded { entry, ..founded };
    Ok(Plan { value, writes })
}
