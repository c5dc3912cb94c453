//! The form of a user: invite a person, change what a user is and may do.

use crate::admin::Admin;
use crate::done::Done;
use crate::errors::Errors;
use crate::once::{Made, make};
use crate::posted::{Fields, Posted, new_key};
use crate::query::Id;
use crate::refusal::Answer;
use crate::user::held;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::perform;
use regent::acts::user::{self, NewPerson, UserChanges};
use regent::app::App;
use regent::domain::{
    ActError, Email, Error, Invalid, Name, Privilege, RoleRef, SubscriptionId, User, UserId, UserType,
};
use regent::web::see_other;
use std::collections::BTreeSet;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/users/new", get(blank).post(create))
        .route("/console/users/{id}", get(open).post(save))
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
    /// A new person.
    New {
        /// What makes a second sending recognisable.
        key: String,
    },
    /// A user who is there.
    Known {
        /// The user.
        user: Box<User>,
        /// Which version was filled in.
        version: u64,
    },
}

/// What stands in the form, as it was typed.
#[derive(Default)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) user_type: String,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) subscription: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            name: text("name"),
            email: text("email"),
            user_type: text("user_type"),
            roles: posted.all("roles").map(str::to_owned).collect(),
            subscription: text("subscription"),
        }
    }
}

fn parse_type(text: &str) -> Result<UserType, Invalid> {
    let all = [
        UserType::Licensed,
        UserType::Sales,
        UserType::ViewOnly,
        UserType::Service,
    ];
    let found = all.into_iter().find(|kind| kind.as_str() == text);
    found.ok_or(Invalid::new("must be one of those offered"))
}

async fn blank(State(app): State<App>, admin: Admin) -> Answer {
    admin.caller().may(Privilege::UsersManage)?;
    admin.caller().organization_wide()?;
    let form = Form {
        subject: Subject::New { key: new_key(&app) },
        typed: Typed {
            user_type: UserType::Licensed.as_str().to_owned(),
            ..Typed::default()
        },
        errors: Errors::default(),
    };
    Ok(view::user_form::show(&admin, &form, StatusCode::OK))
}

async fn create(State(app): State<App>, admin: Admin, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let (status, errors) = match new_person(&mut fields) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(new) => {
            let plan = async || user::create(&app, admin.caller(), &new).await;
            match make(&app, &admin, &posted, |made| path::user(made.id), plan).await {
                Ok(Made::Now(_) | Made::Before(_)) => return Ok(see_other(&Done::UserInvited.at(path::USERS))),
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
    Ok(view::user_form::show(&admin, &form, status))
}

fn new_person(fields: &mut Fields<'_>) -> Option<NewPerson> {
    let name = fields.one("name", Name::parse);
    let email = fields.one("email", Email::parse);
    let user_type = fields.one("user_type", parse_type);
    let roles = fields.ticked("roles", RoleRef::parse);
    let subscription = fields.maybe("subscription", SubscriptionId::parse);
    Some(NewPerson {
        name: name?,
        email: email?,
        user_type: user_type?,
        roles: roles?,
        subscription: subscription?,
    })
}

async fn open(State(app): State<App>, admin: Admin, Id(id): Id<UserId>) -> Answer {
    let form = known_form(&app, &admin, id).await?;
    Ok(view::user_form::show(&admin, &form, StatusCode::OK))
}

async fn known_form(app: &App, admin: &Admin, id: UserId) -> Result<Form, Error> {
    let user = held(app, admin, id).await?;
    Ok(Form {
        typed: Typed {
            name: user.name.to_string(),
            email: user.service().map_or_else(|| user.email.to_string(), |_| String::new()),
            user_type: user.user_type().as_str().to_owned(),
            roles: user.roles.iter().map(ToString::to_string).collect(),
            subscription: user.subscription().map(|id| id.to_string()).unwrap_or_default(),
        },
        errors: Errors::default(),
        subject: Subject::Known {
            version: user.version,
            user: Box::new(user),
        },
    })
}

async fn save(State(app): State<App>, admin: Admin, Id(id): Id<UserId>, posted: Posted) -> Answer {
    let before = held(&app, &admin, id).await?;
    let mut fields = posted.fields();
    let (status, errors) = match changes(&mut fields, &before, posted.ticked("confirm")) {
        None => (StatusCode::BAD_REQUEST, fields.errors),
        Some(changes) => {
            let version = posted.version();
            let plan = async || user::edit(&app, admin.caller(), id, &changes, version).await;
            match perform(&app, plan).await {
                Ok(_) if before.service().is_some() => {
                    return Ok(see_other(&Done::AccountConverted.at(&path::user(id))));
                }
                Ok(_) => return Ok(see_other(&Done::UserSaved.at(&path::user(id)))),
                Err(Error::Act(ActError::ConfirmationNeeded(_))) => {
                    let version = version.unwrap_or(before.version);
                    return Ok(view::user::convert(&admin, &before, &Typed::of(&posted), version));
                }
                Err(error) => Errors::or_page(error)?,
            }
        }
    };
    let mut form = known_form(&app, &admin, id).await?;
    if let Subject::Known { version, .. } = &mut form.subject
        && status != StatusCode::PRECONDITION_FAILED
    {
        *version = posted.version().unwrap_or(*version);
    }
    let typed = Typed::of(&posted);
    Ok(view::user_form::show(&admin, &Form { typed, errors, ..form }, status))
}

/// What is to change. A service account has its roles on its own page, and keeps its name.
fn changes(fields: &mut Fields<'_>, before: &User, confirmed: bool) -> Option<UserChanges> {
    let user_type = fields.one("user_type", parse_type);
    let subscription = fields.maybe("subscription", SubscriptionId::parse);
    if before.service().is_some() {
        let email = fields.maybe("email", Email::parse);
        return Some(UserChanges {
            // A program's address reaches nobody.
            email: email?.filter(|_| user_type != Some(UserType::Service)),
            user_type: Some(user_type?),
            confirm_credential_loss: confirmed,
            subscription: Some(subscription?),
            ..UserChanges::default()
        });
    }
    let name = fields.one("name", Name::parse);
    let email = fields.one("email", Email::parse);
    let roles = fields.ticked("roles", RoleRef::parse);
    Some(UserChanges {
        // To rename somebody takes more than to leave the name as it is.
        name: Some(name?).filter(|name| *name != before.name),
        email: Some(email?).filter(|email| *email != before.email),
        user_type: Some(user_type?),
        roles: Some(roles?),
        subscription: Some(subscription?),
        ..UserChanges::default()
    })
}
