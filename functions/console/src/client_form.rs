//! The form of a client: register one, with a one-time reveal of its secret, and edit.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Fields, Posted, new_key};
use crate::query::Id;
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::client::{self, ClientChanges, MadeClient, NewClient};
use regent::acts::credential::FreshSecret;
use regent::acts::perform;
use regent::app::App;
use regent::domain::{Client, Invalid, Name, Privilege, RedirectUri, RegisteredClientId, SecretMethod};
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/clients/new", get(blank).post(create))
        .route("/console/clients/{id}/edit", get(open).post(save))
}

/// The form as it is shown.
pub(crate) struct Form {
    /// What it is about.
    pub(crate) subject: Subject,
    /// What stands in it.
    pub(crate) typed: Typed,
    /// What is wrong with it.
    pub(crate) errors: Errors,
}

/// What the form is about.
pub(crate) enum Subject {
    /// A new client.
    New {
        /// What makes a second sending recognisable.
        key: String,
    },
    /// A client that is there.
    Known {
        /// The client.
        client: Box<Client>,
        /// Which version of it was filled in.
        version: u64,
    },
}

/// What stands in the form, as it was typed.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) redirect_uris: String,
    pub(crate) kind: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            name: text("name"),
            redirect_uris: text("redirect_uris"),
            kind: text("kind"),
        }
    }

    fn of_client(client: &Client) -> Self {
        let uris: Vec<_> = client.redirect_uris.iter().map(RedirectUri::as_str).collect();
        Self {
            name: client.name.to_string(),
            redirect_uris: uris.join("\n"),
            kind: String::new(),
        }
    }
}

async fn blank(State(app): State<App>, admin: Admin) -> Answer {
    admin.caller().may(Privilege::ClientsManage)?;
    admin.caller().organization_wide()?;
    let form = Form {
        subject: Subject::New { key: new_key(&app) },
        typed: Typed::default(),
        errors: Errors::default(),
    };
    Ok(view::client_form::show(&admin, &form, StatusCode::OK))
}

async fn create(State(app): State<App>, admin: Admin, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let (status, errors) = match new_client(&mut fields) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(new) => {
            let fresh = FreshSecret::of_new_credential(&app);
            let path = |made: &MadeClient| path::client(&made.client.client_id);
            match make(&app, &admin, &posted, path, &client::Creation { new, fresh }).await {
                Ok(Made::Now(made)) => {
                    let title = format!("{} is registered", made.client.name);
                    return Ok(view::client::reveal(&app, &admin, &made, &title));
                }
                Ok(Made::Before(path)) => return Ok(view::client::made_before(&admin, &path)),
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let key = posted.key().filter(|_| !errors.key_is_spent).map(str::to_owned);
    let form = Form {
        subject: Subject::New {
            key: key.unwrap_or_else(|| new_key(&app)),
        },
        typed: Typed::of(&posted),
        errors,
    };
    Ok(view::client_form::show(&admin, &form, status))
}

fn new_client(fields: &mut Fields<'_>) -> Option<NewClient> {
    let name = fields.one("name", Name::parse);
    let redirect_uris = fields.one("redirect_uris", uris);
    let method = fields.one("kind", |kind| match kind {
        "public" => Ok(None),
        "confidential" => Ok(Some(SecretMethod::default())),
        _ => Err(Invalid::new("must be chosen")),
    });
    Some(NewClient {
        name: name?,
        redirect_uris: redirect_uris?,
        method: method?,
    })
}

/// Redirect URIs, one a line.
fn uris(text: &str) -> Result<Vec<RedirectUri>, Invalid> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| RedirectUri::parse(line).map_err(|why| Invalid::because(format!("{why}: {line}"))))
        .collect()
}

async fn open(State(app): State<App>, admin: Admin, Id(id): Id<RegisteredClientId>) -> Answer {
    let client = client::read(&app, admin.caller(), &id).await?;
    let form = Form {
        typed: Typed::of_client(&client),
        subject: Subject::Known {
            version: client.version,
            client: Box::new(client),
        },
        errors: Errors::default(),
    };
    Ok(view::client_form::show(&admin, &form, StatusCode::OK))
}

async fn save(State(app): State<App>, admin: Admin, Id(id): Id<RegisteredClientId>, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let name = fields.one("name", Name::parse);
    let redirect_uris = fields.one("redirect_uris", uris);
    let (status, errors) = match (name, redirect_uris) {
        (Some(name), Some(redirect_uris)) => {
            let changes = ClientChanges {
                name: Some(name),
                redirect_uris: Some(redirect_uris),
            };
            let version = posted.version();
            let plan = async || client::edit(&app, admin.caller(), &id, &changes, version).await;
            match perform(&app, plan).await {
                Ok(client) => return Ok(see_other(&Done::ClientSaved.at(&path::client(&client.client_id)))),
                Err(error) => Errors::or_page(error)?,
            }
        }
        _ => (StatusCode::BAD_REQUEST, fields.errors),
    };
    let client = client::read(&app, admin.caller(), &id).await?;
    // Sent again after a conflict, the form is about what is there now.
    let version = match status {
        StatusCode::PRECONDITION_FAILED => client.version,
        _ => posted.version().unwrap_or(client.version),
    };
    let form = Form {
        subject: Subject::Known {
            version,
            client: Box::new(client),
        },
        typed: Typed::of(&posted),
        errors,
    };
    Ok(view::client_form::show(&admin, &form, status))
}
