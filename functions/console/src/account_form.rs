//! The form of a service account: create with a one-time reveal, edit.

use crate::account::{applications, chosen};
use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Fields, Posted, new_key};
use crate::query::{Id, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::account::{self, AccountChanges, NewAccount};
use regent::acts::credential::FreshSecret;
use regent::acts::perform;
use regent::app::App;
use regent::domain::{
    AccountName, ActError, Application, ApplicationId, Description, Error, Invalid, Privilege, RoleRef, SubscriptionId,
    TokenLifetime, User, UserId,
};
use regent::web::see_other;
use std::collections::BTreeSet;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/service-accounts/new", get(blank).post(create))
        .route("/console/service-accounts/{id}/edit", get(open).post(save))
}

/// Token lifetimes to choose from, in seconds.
pub(crate) const PRESETS: [u32; 6] = [900, 3_600, 28_800, 86_400, 604_800, 2_592_000];

/// The form as it is shown.
pub(crate) struct Form {
    /// What it is about.
    pub(crate) subject: Subject,
    /// What stands in it.
    pub(crate) typed: Typed,
    /// What is wrong with it.
    pub(crate) errors: Errors,
    /// The applications to choose from.
    pub(crate) applications: Vec<Application>,
    /// The roles that are held already.
    pub(crate) held: BTreeSet<RoleRef>,
}

/// What the form is about.
pub(crate) enum Subject {
    /// A new account.
    New {
        /// Where.
        subscription: SubscriptionId,
        /// What makes a second sending recognisable.
        key: String,
    },
    /// An account that is there.
    Known {
        /// The account.
        user: Box<User>,
        /// Which version of it was filled in.
        version: u64,
    },
}

/// What stands in the form, as it was typed.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) applications: BTreeSet<String>,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) lifetime: String,
    pub(crate) seconds: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let all = |name| posted.all(name).map(str::to_owned).collect();
        Self {
            name: posted.text("name").to_owned(),
            description: posted.text("description").to_owned(),
            applications: all("applications"),
            roles: all("roles"),
            lifetime: posted.text("token_lifetime").to_owned(),
            seconds: posted.text("seconds").to_owned(),
        }
    }
}

async fn blank(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let subscription = chosen(&admin, &query)?;
    let typed = Typed {
        lifetime: TokenLifetime::DEFAULT.seconds().0.to_string(),
        ..Typed::default()
    };
    let key = new_key(&app);
    let form = new_form(&app, &admin, subscription, key, typed).await?;
    Ok(view::account_form::show(&admin, &form, StatusCode::OK))
}

async fn new_form(
    app: &App,
    admin: &Admin,
    subscription: SubscriptionId,
    key: String,
    typed: Typed,
) -> Result<Form, Error> {
    admin.caller().may(Privilege::ServiceAccountsManage)?;
    Ok(Form {
        subject: Subject::New { subscription, key },
        typed,
        errors: Errors::default(),
        applications: applications(app, admin, subscription).await?,
        held: BTreeSet::new(),
    })
}

async fn create(State(app): State<App>, admin: Admin, posted: Posted) -> Answer {
    let subscription = SubscriptionId::parse(posted.text("subscription")).map_err(|_| ActError::NotFound)?;
    let mut fields = posted.fields();
    let new = new_account(&mut fields, subscription);
    let (status, errors) = match new {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(new) => {
            let fresh = FreshSecret::of_new_credential(&app);
            let creation = account::Creation { new, fresh };
            match make(&app, &admin, &posted, |made| path::account(made.user.id), &creation).await {
                Ok(Made::Now(made)) => return Ok(view::reveal::new_account(&app, &admin, &made)?),
                Ok(Made::Before(path)) => return Ok(view::reveal::made_before(&admin, &path)),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let key = posted.key().filter(|_| !errors.key_is_spent).map(str::to_owned);
    let key = key.unwrap_or_else(|| new_key(&app));
    let form = new_form(&app, &admin, subscription, key, Typed::of(&posted)).await?;
    Ok(view::account_form::show(&admin, &Form { errors, ..form }, status))
}

fn new_account(fields: &mut Fields<'_>, subscription: SubscriptionId) -> Option<NewAccount> {
    let name = fields.one("name", AccountName::parse);
    let description = fields.one("description", Description::parse);
    let applications = fields.ticked("applications", ApplicationId::parse);
    let roles = fields.ticked("roles", RoleRef::parse);
    let number = |text: &str| text.parse().ok().and_then(|seconds| TokenLifetime::parse(seconds).ok());
    let read = |text: &str| number(text).ok_or(Invalid::new("must be 300 to 2592000 seconds"));
    let lifetime = match fields.text("token_lifetime") {
        "custom" => fields.one("seconds", read),
        _ => fields.one("token_lifetime", read),
    };
    Some(NewAccount {
        name: name?,
        description: description?,
        subscription,
        applications: applications?,
        roles: roles?,
        token_lifetime: lifetime?,
    })
}

async fn open(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let form = known_form(&app, &admin, id).await?;
    Ok(view::account_form::show(&admin, &form, StatusCode::OK))
}

async fn known_form(app: &App, admin: &Admin, id: UserId) -> Result<Form, Error> {
    admin.caller().may(Privilege::ServiceAccountsManage)?;
    let user = account::read(app, admin.caller(), id).await?;
    admin.caller().cover_user(&user)?;
    let account = user.service().ok_or(ActError::NotFound)?;
    Ok(Form {
        typed: Typed {
            description: account.description.to_string(),
            applications: account.applications.iter().map(ToString::to_string).collect(),
            roles: user.roles.iter().map(ToString::to_string).collect(),
            ..Typed::default()
        },
        errors: Errors::default(),
        applications: applications(app, admin, account.subscription).await?,
        held: user.roles.clone(),
        subject: Subject::Known {
            version: user.version,
            user: Box::new(user),
        },
    })
}

async fn save(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let (status, errors) = match changes(&mut fields) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(changes) => {
            let version = posted.version();
            let plan = async || account::edit(&app, admin.caller(), id, &changes, version).await;
            match perform(&app, plan).await {
                Ok(user) => return Ok(see_other(&Done::AccountSaved.at(&path::account(user.id)))),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let mut form = known_form(&app, &admin, id).await?;
    if let Subject::Known { version, .. } = &mut form.subject
        && status != StatusCode::PRECONDITION_FAILED
    {
        // What the person has seen; only who is told of a change may save over it.
        *version = posted.version().unwrap_or(*version);
    }
    let (typed, held) = (Typed::of(&posted), form.held.clone());
    let form = Form {
        typed,
        errors,
        held,
        ..form
    };
    Ok(view::account_form::show(&admin, &form, status))
}

fn changes(fields: &mut Fields<'_>) -> Option<AccountChanges> {
    let description = fields.one("description", Description::parse);
    let applications = fields.ticked("applications", ApplicationId::parse);
    let roles = fields.ticked("roles", RoleRef::parse);
    Some(AccountChanges {
        description: Some(description?),
        applications: Some(applications?),
        roles: Some(roles?),
    })
}
