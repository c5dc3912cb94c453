//! Service accounts: the list, one of them, deletion. Their form is in `account_form`.

use crate::admin::Admin;
use crate::done::Done;
use crate::posted::Posted;
use crate::query::{Id, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use regent::acts::{account, application, perform, subscription};
use regent::app::App;
use regent::domain::{
    ActError, Application, Error, Invalid, Name, ServiceAccount, Subscription, SubscriptionId, User, UserId,
};
use regent::store::{Page, Paging};
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/service-accounts", get(list))
        .route("/console/service-accounts/delete", get(confirm).post(delete))
        .route("/console/service-accounts/{id}", get(detail))
}

/// A page of the list.
pub(crate) struct Listed {
    /// Where.
    pub(crate) subscription: Subscription,
    /// The accounts.
    pub(crate) page: Page<User>,
    /// Whether it is not the first page.
    pub(crate) later: bool,
}

async fn list(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let subscription = chosen(&admin, &query)?;
    let page = account::list(&app, admin.caller(), Some(subscription), &query.paging()?).await?;
    let listed = Listed {
        subscription: subscription::read(&app, admin.caller(), subscription).await?,
        page,
        later: query.one("cursor", |_| Ok(()))?.is_some(),
    };
    Ok(view::account::list(&admin, &listed))
}

/// The subscription that the query names; the first by name of those the person reaches, if none.
pub(crate) fn chosen(admin: &Admin, query: &Query) -> Result<SubscriptionId, Error> {
    if let Some(named) = query.one("subscription", SubscriptionId::parse)? {
        admin.caller().reach(named)?;
        return Ok(named);
    }
    let names = &admin.caller().organization().subscriptions;
    let reached = admin.caller().subscriptions();
    let first = reached.into_iter().min_by_key(|id| names.get(id).map(Name::folded));
    first.ok_or_else(|| ActError::NotFound.into())
}

/// A service account as its page shows it.
pub(crate) struct Shown {
    /// The user.
    pub(crate) user: User,
    /// The account.
    pub(crate) account: ServiceAccount,
    /// The names of the applications it may see.
    pub(crate) applications: Vec<String>,
    /// The region's token endpoint.
    pub(crate) app: App,
}

async fn detail(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let user = account::read(&app, admin.caller(), id).await?;
    let account = user.service().ok_or(ActError::NotFound)?.clone();
    let mut all = applications(&app, &admin, account.subscription).await?;
    all.retain(|application| account.applications.contains(&application.id));
    let shown = Shown {
        user,
        account,
        applications: all.iter().map(|one| one.name.to_string()).collect(),
        app,
    };
    Ok(view::account::detail(&admin, &shown))
}

/// The applications of a subscription, by name.
pub(crate) async fn applications(
    app: &App,
    admin: &Admin,
    subscription: SubscriptionId,
) -> Result<Vec<Application>, Error> {
    let (mut all, mut paging) = (Vec::new(), Some(Paging::FIRST));
    while let Some(this) = paging {
        let page = application::list(app, admin.caller(), Some(subscription), &this).await?;
        paging = Paging::next(&page);
        all.extend(page.items);
    }
    all.sort_by_key(|application| application.name.folded());
    Ok(all)
}

/// A service account that is about to be deleted, as it was when that was asked: `usr_….version`.
pub(crate) struct Doomed {
    /// The account.
    pub(crate) user: User,
}

impl Doomed {
    /// How many credentials die with it.
    pub(crate) fn credentials(&self) -> usize {
        self.user.service().map_or(0, |account| account.credentials.len())
    }
}

impl std::fmt::Display for Doomed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.user.id, self.user.version)
    }
}

/// How many accounts are deleted at once; more than a page of the list has.
const AT_ONCE: usize = 100;

fn parse_doomed(text: &str) -> Result<(UserId, Option<u64>), Invalid> {
    let refused = || Invalid::new("must be a service account and its version");
    match text.split_once('.') {
        None => Ok((UserId::parse(text)?, None)),
        Some((id, version)) => Ok((UserId::parse(id)?, Some(version.parse().map_err(|_| refused())?))),
    }
}

async fn confirm(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let named = query.all("account", UserId::parse)?;
    let doomed = doomed(&app, &admin, &named).await?;
    if doomed.is_empty() {
        return Ok(see_other(path::ACCOUNTS));
    }
    Ok(view::account::delete(&admin, &doomed, false))
}

async fn doomed(app: &App, admin: &Admin, named: &[UserId]) -> Result<Vec<Doomed>, Error> {
    admin.caller().may(regent::domain::Privilege::ServiceAccountsManage)?;
    let mut doomed: Vec<Doomed> = Vec::new();
    for id in named.iter().take(AT_ONCE) {
        match account::read(app, admin.caller(), *id).await {
            Ok(user) if doomed.iter().all(|one| one.user.id != *id) => {
                admin.caller().cover_user(&user)?;
                doomed.push(Doomed { user });
            }
            // Named twice, or deleted meanwhile.
            Ok(_) | Err(Error::Act(ActError::NotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(doomed)
}

/// Deletes one after the other. One that is gone already is no mistake; at one that has changed
/// since, those that are left are asked about again.
async fn delete(State(app): State<App>, admin: Admin, posted: Posted) -> Answer {
    let named: Result<Vec<_>, _> = posted.all("account").take(AT_ONCE).map(parse_doomed).collect();
    let named = named.map_err(Error::Request)?;
    if named.is_empty() {
        return Ok(see_other(path::ACCOUNTS));
    }
    for (index, (id, version)) in named.iter().enumerate() {
        let deleted = perform(&app, async || {
            account::delete(&app, admin.caller(), *id, *version).await
        })
        .await;
        match deleted {
            Ok(()) | Err(Error::Act(ActError::NotFound)) => {}
            Err(Error::Act(ActError::VersionMismatch)) => {
                let left: Vec<UserId> = named.iter().skip(index).map(|(id, _)| *id).collect();
                return Ok(view::account::delete(&admin, &doomed(&app, &admin, &left).await?, true));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = if named.len() == 1 {
        Done::AccountDeleted
    } else {
        Done::AccountsDeleted
    };
    Ok(see_other(&done.at(path::ACCOUNTS)))
}
