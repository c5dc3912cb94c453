//! The form of a credential: create with a one-time reveal, edit.

use crate::admin::Admin;
use crate::credential::{held, of};
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Fields, Posted, new_key};
use crate::query::{Id, Ids};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::credential::{self, CredentialChanges, FreshSecret, NewCredential};
use regent::acts::perform;
use regent::app::App;
use regent::domain::{CredentialId, Error, Invalid, Name, RedirectUri, Seconds, Timestamp, User, UserId};
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/console/service-accounts/{id}/credentials/new",
            get(blank).post(create),
        )
        .route(
            "/console/service-accounts/{id}/credentials/{credential}/edit",
            get(open).post(save),
        )
}

/// The form as it is shown.
pub(crate) struct Form {
    /// Whose credential.
    pub(crate) user: User,
    /// What it is about.
    pub(crate) subject: Subject,
    /// What stands in it.
    pub(crate) typed: Typed,
    /// What is wrong with it.
    pub(crate) errors: Errors,
}

/// What the form is about.
pub(crate) enum Subject {
    /// A new credential.
    New {
        /// What makes a second sending recognisable.
        key: String,
    },
    /// A credential that is there.
    Known {
        /// Which one.
        id: CredentialId,
        /// Its name.
        name: Name<64>,
        /// Which version of its account was filled in.
        version: u64,
    },
}

/// What stands in the form, as it was typed.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) redirect_uri: String,
    pub(crate) expiry: String,
    pub(crate) day: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            name: text("name"),
            redirect_uri: text("redirect_uri"),
            expiry: text("expiry"),
            day: text("day"),
        }
    }
}

async fn blank(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let user = held(&app, &admin, id).await?;
    let form = Form {
        user,
        subject: Subject::New { key: new_key(&app) },
        typed: Typed::default(),
        errors: Errors::default(),
    };
    Ok(view::credential_form::show(&admin, &form, StatusCode::OK))
}

async fn create(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let (status, errors) = match new_credential(&mut fields, app.now()) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(new) => {
            let creation = credential::Creation {
                account: id,
                new,
                fresh: FreshSecret::of_new_credential(&app),
            };
            match make(&app, &admin, &posted, |made| path::account(made.user.id), &creation).await {
                Ok(Made::Now(made)) => return Ok(view::reveal::new_credential(&app, &admin, &made)?),
                Ok(Made::Before(path)) => return Ok(view::reveal::made_before(&admin, &path)),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let key = posted.key().filter(|_| !errors.key_is_spent).map(str::to_owned);
    let form = Form {
        user: held(&app, &admin, id).await?,
        subject: Subject::New {
            key: key.unwrap_or_else(|| new_key(&app)),
        },
        typed: Typed::of(&posted),
        errors,
    };
    Ok(view::credential_form::show(&admin, &form, status))
}

fn new_credential(fields: &mut Fields<'_>, now: Timestamp) -> Option<NewCredential> {
    let name = fields.one("name", Name::parse);
    let redirect_uri = fields.maybe("redirect_uri", RedirectUri::parse);
    let days = |text: &str| match text.parse() {
        Ok(days @ 1..=3650u32) => Ok(now.plus(Seconds(days * 86_400))),
        _ => Err(Invalid::new("must be one of those offered")),
    };
    let expires_at = match fields.text("expiry") {
        "date" => fields.one("day", |text| beginning(text, now)).map(Some),
        _ => fields.maybe("expiry", days),
    };
    Some(NewCredential {
        name: name?,
        redirect_uri: redirect_uri?,
        expires_at: expires_at?,
    })
}

/// When a day begins.
fn beginning(day: &str, now: Timestamp) -> Result<Timestamp, Invalid> {
    let read = Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z"));
    let at = read.map_err(|_| Invalid::new("must be a day like 2027-01-31"))?;
    if at > now {
        Ok(at)
    } else {
        Err(Invalid::new("must be a day that has not begun"))
    }
}

type Path = Ids<UserId, CredentialId>;

async fn open(State(app): State<App>, admin: Admin, Ids(id, credential): Path) -> Answer {
    let form = known_form(&app, &admin, id, credential).await?;
    Ok(view::credential_form::show(&admin, &form, StatusCode::OK))
}

async fn known_form(app: &App, admin: &Admin, id: UserId, credential: CredentialId) -> Result<Form, Error> {
    let user = held(app, admin, id).await?;
    let known = of(&user, credential)?;
    Ok(Form {
        typed: Typed {
            name: known.name.to_string(),
            redirect_uri: known.redirect_uri.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Typed::default()
        },
        subject: Subject::Known {
            id: credential,
            name: known.name.clone(),
            version: user.version,
        },
        errors: Errors::default(),
        user,
    })
}

async fn save(State(app): State<App>, admin: Admin, Ids(id, credential): Path, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let name = fields.one("name", Name::parse);
    let redirect_uri = fields.maybe("redirect_uri", RedirectUri::parse);
    let (status, errors) = match (name, redirect_uri) {
        (Some(name), Some(redirect_uri)) => {
            let changes = CredentialChanges {
                name: Some(name),
                redirect_uri: Some(redirect_uri),
            };
            let version = posted.version();
            let plan = async || credential::edit(&app, admin.caller(), id, credential, &changes, version).await;
            match perform(&app, plan).await {
                Ok(_) => return Ok(see_other(&Done::CredentialSaved.at(&path::account(id)))),
                Err(error) => Errors::or_page(error)?,
            }
        }
        _ => (StatusCode::BAD_REQUEST, fields.errors),
    };
    let mut form = known_form(&app, &admin, id, credential).await?;
    if let Subject::Known { version, .. } = &mut form.subject
        && status != StatusCode::PRECONDITION_FAILED
    {
        *version = posted.version().unwrap_or(*version);
    }
    let typed = Typed::of(&posted);
    Ok(view::credential_form::show(
        &admin,
        &Form { typed, errors, ..form },
        status,
    ))
}
