//! Service accounts: create, edit, delete.

use super::plan::{Act, check_version};
use super::secret::{FreshSecret, NewSecret};
use super::{Caller, Plan};
use crate::app::App;
use crate::domain::{
    AccountName, ActError, Action, ApplicationId, Description, Email, Error, Invalid, Name, Organization, Privilege,
    RoleRef, ServiceAccount, Subscription, SubscriptionId, TokenLifetime, Unavailable, User, UserId, UserKind,
};
use crate::store::{Page, Paging};
use std::collections::{BTreeMap, BTreeSet};

/// What a new service account is to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its name.
    pub name: AccountName,
    /// What it is for.
    pub description: Description,
    /// Where.
    pub subscription: SubscriptionId,
    /// The applications it may see.
    pub applications: BTreeSet<ApplicationId>,
    /// Its roles.
    pub roles: BTreeSet<RoleRef>,
    /// How long its tokens live.
    pub token_lifetime: TokenLifetime,
}

/// What of a service account is to change.
#[derive(Clone, Debug, Default)]
pub struct AccountChanges {
    /// What it is for.
    pub description: Option<Description>,
    /// The applications it may see.
    pub applications: Option<BTreeSet<ApplicationId>>,
    /// Its roles.
    pub roles: Option<BTreeSet<RoleRef>>,
}

/// A service account is made, with its first credential.
#[derive(Debug)]
pub struct Creation {
    /// What it is to be.
    pub new: NewAccount,
    /// The credential's secret.
    pub fresh: FreshSecret,
}

impl Act for Creation {
    type Checked = ();
    type Made = NewSecret;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        caller.may(Privilege::ServiceAccountsManage)?;
        caller.reach(self.new.subscription)?;
        Ok(caller.cover_roles(&self.new.roles)?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<NewSecret>, Error> {
        create(app, caller, &self.new, &self.fresh).await
    }
}

async fn create(app: &App, caller: &Caller, new: &NewAccount, fresh: &FreshSecret) -> Result<Plan<NewSecret>, Error> {
    caller.hand_out(&new.roles, &BTreeSet::new())?;
    check_applications(app, new.subscription, &new.applications).await?;
    let subscription = app
        .store()
        .subscription(new.subscription)
        .await?
        .ok_or(ActError::NotFound)?;
    check_room(&subscription)?;
    let now = app.now();
    let id = UserId::from_random(app.random());
    let name = Name::parse("default").map_err(Error::Request)?;
    let credential = fresh.first_of(app, name, None, None).await?;
    let account = ServiceAccount {
        subscription: new.subscription,
        description: new.description.clone(),
        applications: new.applications.clone(),
        token_lifetime: new.token_lifetime,
        credentials: BTreeMap::from([(credential.id, credential)]),
    };
    let user = User {
        id,
        organization: caller.organization().id,
        name: Name::parse(new.name.as_str()).map_err(|why| ActError::field("name", why))?,
        email: address(app, new, id).await?,
        roles: new.roles.clone(),
        kind: UserKind::Service(account),
        epoch: 0,
        grants_epoch: 0,
        created_at: now,
        updated_at: now,
        version: 1,
        revision: 1,
    };
    let event = caller.event(
        app,
        Action::ServiceAccountCreated,
        (&id, user.name.as_str()),
        Some(new.subscription),
        [],
    );
    let mut writes = app.store().create_account(&user, new.subscription)?;
    writes.push(app.store().record(&event)?);
    Ok(Plan {
        value: fresh.shown(user),
        writes,
    })
}

/// The account's address. One that a former service account of this name has kept is left to it.
async fn address(app: &App, new: &NewAccount, id: UserId) -> Result<Email, Unavailable> {
    let host = app.config().issuer.host();
    let plain = Email::of_service_account(&new.name, id, new.subscription, host);
    Ok(match app.store().user_by_email(&plain).await? {
        None => plain,
        Some(_) => Email::of_service_account_with_id(&new.name, id, new.subscription, host),
    })
}

fn check_room(subscription: &Subscription) -> Result<(), ActError> {
    if !subscription.service_accounts_enabled {
        return Err(ActError::PlanDisabled);
    }
    let limit = u64::from(subscription.service_account_limit);
    if u64::from(subscription.service_accounts) >= limit {
        return Err(ActError::LimitReached {
            what: "service accounts",
            limit,
        });
    }
    Ok(())
}

async fn check_applications(
    app: &App,
    subscription: SubscriptionId,
    ids: &BTreeSet<ApplicationId>,
) -> Result<(), Error> {
    let refused = |why| Err(ActError::field("applications", why).into());
    if ids.len() > ServiceAccount::MAX_APPLICATIONS {
        return refused(Invalid::because(format!(
            "must be at most {} applications",
            ServiceAccount::MAX_APPLICATIONS
        )));
    }
    let wanted: Vec<ApplicationId> = ids.iter().copied().collect();
    let found = app.store().applications(subscription, &wanted).await?;
    if found.len() == wanted.len() {
        Ok(())
    } else {
        refused(Invalid::new("must be applications of the account's subscription"))
    }
}

/// The service accounts of a subscription; the caller's only one unless one is named.
pub async fn list(
    app: &App,
    caller: &Caller,
    subscription: Option<SubscriptionId>,
    paging: &Paging,
) -> Result<Page<User>, Error> {
    caller.may(Privilege::ServiceAccountsRead)?;
    Ok(app.store().accounts(caller.subscription(subscription)?, paging).await?)
}

/// A service account that the caller reaches.
pub async fn read(app: &App, caller: &Caller, id: UserId) -> Result<User, Error> {
    caller.may(Privilege::ServiceAccountsRead)?;
    caller.account_of(app, id).await
}

/// A service account that the caller may change: it holds no more than the caller does.
pub(super) async fn held(app: &App, caller: &Caller, id: UserId) -> Result<User, Error> {
    caller.may(Privilege::ServiceAccountsManage)?;
    let user = caller.account_of(app, id).await?;
    caller.cover_user(&user)?;
    Ok(user)
}

/// Plans a change. Tokens of an account that loses access die with the change.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: UserId,
    changes: &AccountChanges,
    if_match: Option<u64>,
) -> Result<Plan<User>, Error> {
    let before = held(app, caller, id).await?;
    check_version(if_match, before.version)?;
    let mut after = before.clone();
    let UserKind::Service(account) = &mut after.kind else {
        return Err(ActError::NotFound.into());
    };
    let subscription = account.subscription;
    if let Some(description) = &changes.description {
        account.description.clone_from(description);
    }
    if let Some(applications) = &changes.applications {
        check_applications(app, subscription, applications).await?;
        account.applications.clone_from(applications);
    }
    if let Some(roles) = &changes.roles {
        caller.hand_out(roles, &before.roles)?;
        after.roles.clone_from(roles);
    }
    if loses_access(&before, &after, caller.organization()) {
        after.epoch += 1;
    }
    after.version += 1;
    after.updated_at = app.now();
    let event = caller.event(
        app,
        Action::ServiceAccountEdited,
        (&id, after.name.as_str()),
        Some(subscription),
        [],
    );
    let writes = vec![app.store().replace_user(&after)?, app.store().record(&event)?];
    Ok(Plan { value: after, writes })
}

/// Whether a change of roles or applications takes something away.
pub(super) fn loses_access(before: &User, after: &User, organization: &Organization) -> bool {
    let applications = |user: &User| {
        user.service()
            .map(|account| account.applications.clone())
            .unwrap_or_default()
    };
    !after.grants(organization).cover(&before.grants(organization))
        || !applications(before).is_subset(&applications(after))
}

/// Plans a deletion: permanent, and every credential and token is dead with it.
pub async fn delete(app: &App, caller: &Caller, id: UserId, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    let user = held(app, caller, id).await?;
    check_version(if_match, user.version)?;
    let account = user.service().ok_or(ActError::NotFound)?;
    let credentials = account.credentials.len().to_string();
    let event = caller.event(
        app,
        Action::ServiceAccountDeleted,
        (&id, user.name.as_str()),
        Some(account.subscription),
        [("credentials", credentials)],
    );
    let mut writes = app.store().delete_account(&user, account.subscription)?;
    writes.push(app.store().record(&event)?);
    Ok(Plan { value: (), writes })
}
