//! Settings: the organization's name and which clients it admits, and what each subscription's plan
//! includes.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::posted::{Fields, Posted};
use crate::query::Id;
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::organization::{self, OrganizationChanges};
use regent::acts::perform;
use regent::acts::subscription::{self, SubscriptionChanges};
use regent::app::App;
use regent::domain::{Error, Invalid, Name, Organization, Privilege, Subscription, SubscriptionId};
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/settings", get(open).post(save))
        .route("/console/settings/subscriptions/{id}", get(open_plan).post(save_plan))
}

/// The settings page.
pub(crate) struct Shown {
    /// The organization's form, for whoever may change the whole organization.
    pub(crate) organization: Option<Form>,
    /// The subscriptions.
    pub(crate) subscriptions: Vec<Subscription>,
}

/// The organization's form.
pub(crate) struct Form {
    /// Its name, as it was typed.
    pub(crate) name: String,
    /// Whether clients may register themselves.
    pub(crate) dynamic_registration: bool,
    /// Whether clients may publish a metadata document.
    pub(crate) metadata_documents: bool,
    /// Which version was filled in.
    pub(crate) version: u64,
    /// What is wrong with it.
    pub(crate) errors: Errors,
}

impl Form {
    fn of(organization: &Organization) -> Self {
        Self {
            name: organization.name.to_string(),
            dynamic_registration: organization.dynamic_registration_enabled,
            metadata_documents: organization.metadata_documents_enabled,
            version: organization.version,
            errors: Errors::default(),
        }
    }
}

async fn open(State(app): State<App>, admin: Admin) -> Answer {
    let shown = shown(&app, &admin).await?;
    Ok(view::settings::show(&admin, &shown, StatusCode::OK))
}

async fn shown(app: &App, admin: &Admin) -> Result<Shown, Error> {
    admin.caller().may(Privilege::SettingsManage)?;
    let mut subscriptions = subscription::list(app, admin.caller()).await?;
    subscriptions.sort_by_key(|subscription| subscription.name.folded());
    let organization = match admin.caller().organization_wide() {
        Ok(()) => Some(Form::of(&admin.caller().organization_now(app).await?)),
        Err(_) => None,
    };
    Ok(Shown {
        organization,
        subscriptions,
    })
}

async fn save(State(app): State<App>, admin: Admin, posted: Posted) -> Answer {
    let id = admin.caller().organization().id;
    let mut fields = posted.fields();
    let (status, errors) = match fields.one("name", Name::parse) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(name) => {
            let changes = OrganizationChanges {
                name: Some(name),
                dynamic_registration_enabled: Some(posted.ticked("dynamic_registration")),
                metadata_documents_enabled: Some(posted.ticked("metadata_documents")),
            };
            let version = posted.version();
            let plan = async || organization::edit(&app, admin.caller(), id, &changes, version).await;
            match perform(&app, plan).await {
                Ok(_) => return Ok(see_other(&Done::SettingsSaved.at(path::SETTINGS))),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let mut shown = shown(&app, &admin).await?;
    if let Some(form) = &mut shown.organization {
        posted.text("name").clone_into(&mut form.name);
        form.dynamic_registration = posted.ticked("dynamic_registration");
        form.metadata_documents = posted.ticked("metadata_documents");
        form.errors = errors;
        if status != StatusCode::PRECONDITION_FAILED {
            form.version = posted.version().unwrap_or(form.version);
        }
    }
    Ok(view::settings::show(&admin, &shown, status))
}

/// The form of a subscription.
pub(crate) struct Plan {
    /// The subscription.
    pub(crate) subscription: Subscription,
    /// Its name, as it was typed.
    pub(crate) name: String,
    /// Whether its plan includes service accounts.
    pub(crate) enabled: bool,
    /// The most service accounts, as it was typed.
    pub(crate) limit: String,
    /// Which version was filled in.
    pub(crate) version: u64,
    /// What is wrong with it.
    pub(crate) errors: Errors,
}

async fn plan(app: &App, admin: &Admin, id: SubscriptionId) -> Result<Plan, Error> {
    admin.caller().may(Privilege::SettingsManage)?;
    let subscription = subscription::read(app, admin.caller(), id).await?;
    Ok(Plan {
        name: subscription.name.to_string(),
        enabled: subscription.service_accounts_enabled,
        limit: subscription.service_account_limit.to_string(),
        version: subscription.version,
        errors: Errors::default(),
        subscription,
    })
}

async fn open_plan(State(app): State<App>, admin: Admin, Id(id): Id<SubscriptionId>) -> Answer {
    let plan = plan(&app, &admin, id).await?;
    Ok(view::settings::plan(&admin, &plan, StatusCode::OK))
}

async fn save_plan(State(app): State<App>, admin: Admin, Id(id): Id<SubscriptionId>, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let (status, errors) = match changes(&mut fields, posted.ticked("service_accounts")) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(changes) => {
            let version = posted.version();
            let plan = async || subscription::edit(&app, admin.caller(), id, &changes, version).await;
            match perform(&app, plan).await {
                Ok(_) => return Ok(see_other(&Done::SettingsSaved.at(path::SETTINGS))),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let now = plan(&app, &admin, id).await?;
    let version = posted.version().filter(|_| status != StatusCode::PRECONDITION_FAILED);
    let again = Plan {
        name: posted.text("name").to_owned(),
        enabled: posted.ticked("service_accounts"),
        limit: posted.text("service_account_limit").to_owned(),
        version: version.unwrap_or(now.version),
        errors,
        ..now
    };
    Ok(view::settings::plan(&admin, &again, status))
}

fn changes(fields: &mut Fields<'_>, enabled: bool) -> Option<SubscriptionChanges> {
    let number = |text: &str| text.parse().map_err(|_| Invalid::new("must be a whole number"));
    let name = fields.one("name", Name::parse);
    let limit = fields.one("service_account_limit", number);
    Some(SubscriptionChanges {
        name: Some(name?),
        service_accounts_enabled: Some(enabled),
        service_account_limit: Some(limit?),
        default_resource: None,
    })
}
