//! Applications of a subscription: list, read, create, rename, delete. Whoever reaches the
//! subscription sees them.

use super::plan::{Act, check_version};
use super::{Caller, Plan};
use crate::app::App;
use crate::domain::{ActError, Action, Application, ApplicationId, Error, Name, Privilege, SubscriptionId};
use crate::store::{Page, Paging};

/// What a new application is to be.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its name, unique in the subscription without regard to case.
    pub name: Name<64>,
    /// Where.
    pub subscription: SubscriptionId,
}

/// What of an application is to change.
#[derive(Clone, Debug, Default)]
pub struct ApplicationChanges {
    /// Its name.
    pub name: Option<Name<64>>,
}

/// The applications of a subscription; the caller's only one unless one is named.
pub async fn list(
    app: &App,
    caller: &Caller,
    subscription: Option<SubscriptionId>,
    paging: &Paging,
) -> Result<Page<Application>, Error> {
    Ok(app.store().catalog(caller.subscription(subscription)?, paging).await?)
}

/// An application that the caller reaches.
pub async fn read(app: &App, caller: &Caller, id: ApplicationId) -> Result<Application, Error> {
    for subscriptions in caller.subscriptions().chunks(100) {
        if let Some(found) = app.store().application(subscriptions, id).await? {
            return Ok(found);
        }
    }
    Err(ActError::NotFound.into())
}

impl Act for NewApplication {
    type Checked = ();
    type Made = Application;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        caller.may(Privilege::SettingsManage)?;
        Ok(caller.reach(self.subscription)?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<Application>, Error> {
        create(app, caller, self)
    }
}

fn create(app: &App, caller: &Caller, new: &NewApplication) -> Result<Plan<Application>, Error> {
    let application = Application {
        id: ApplicationId::from_random(app.random()),
        organization: caller.organization().id,
        subscription: new.subscription,
        name: new.name.clone(),
        created_at: app.now(),
        version: 1,
        revision: 1,
    };
    let mut writes = app.store().create_application(&application)?;
    writes.push(record(app, caller, Action::ApplicationCreated, &application)?);
    Ok(Plan {
        value: application,
        writes,
    })
}

/// Plans a change.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: ApplicationId,
    changes: &ApplicationChanges,
    if_match: Option<u64>,
) -> Result<Plan<Application>, Error> {
    caller.may(Privilege::SettingsManage)?;
    let before = read(app, caller, id).await?;
    check_version(if_match, before.version)?;
    let mut after = before.clone();
    if let Some(name) = &changes.name {
        after.name = name.clone();
    }
    after.version += 1;
    let mut writes = app.store().replace_application(&before, &after)?;
    writes.push(record(app, caller, Action::ApplicationEdited, &after)?);
    Ok(Plan { value: after, writes })
}

/// Plans a deletion. One that service accounts still list stays.
pub async fn delete(app: &App, caller: &Caller, id: ApplicationId, if_match: Option<u64>) -> Result<Plan<()>, Error> {
    caller.may(Privilege::SettingsManage)?;
    let application = read(app, caller, id).await?;
    check_version(if_match, application.version)?;
    if is_listed(app, &application).await? {
        return Err(ActError::InUse("service accounts").into());
    }
    let mut writes = app.store().delete_application(&application)?;
    writes.push(record(app, caller, Action::ApplicationDeleted, &application)?);
    Ok(Plan { value: (), writes })
}

/// Reads all accounts of the subscription, of which there are ten thousand at most.
async fn is_listed(app: &App, application: &Application) -> Result<bool, Error> {
    let mut paging = Some(Paging::FIRST);
    while let Some(this) = paging {
        let page = app.store().accounts(application.subscription, &this).await?;
        let mut accounts = page.items.iter().filter_map(|user| user.service());
        if accounts.any(|account| account.applications.contains(&application.id)) {
            return Ok(true);
        }
        paging = Paging::next(&page);
    }
    Ok(false)
}

fn record(app: &App, caller: &Caller, action: Action, application: &Application) -> Result<crate::store::Write, Error> {
    let target: (&dyn std::fmt::Display, &str) = (&application.id, application.name.as_str());
    let event = caller.event(app, action, target, Some(application.subscription), []);
    Ok(app.store().record(&event)?)
}
