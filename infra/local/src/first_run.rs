//! What a new region starts with, and the note of it: the ids and the admin's password, which the
//! table has only as a hash and which every start prints again.
//!
//! The note is written before the table is: a start that is killed between the two leaves a note
//! of an organization that is not there, and the next start begins again.

use regent::acts::{FirstRun, Founded, ensure_signing_key, found};
use regent::app::App;
use regent::domain::{
    Audience, Description, Email, Error, Invalid, Name, OrganizationId, Password, Scope, Scopes, TokenId, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::error::StartError;
use crate::folder::Folder;

const NOTE: &str = "first-run.json";

/// What the first run made. Not `Debug`: it holds a password.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) organization: OrganizationId,
    pub(crate) subscription: String,
    pub(crate) applications: Vec<String>,
    pub(crate) roles: Vec<String>,
    /// The audience of the sample API: the first issuer's, also if the port is another one today.
    pub(crate) resource: Audience,
    pub(crate) admin: UserId,
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Gives a new region its signing key, its organization and its admin; tells of them in an old one.
pub(crate) async fn ensure(app: &App, folder: &Folder) -> Result<Note, StartError> {
    ensure_signing_key(app).await?;
    let before = folder.read(NOTE)?;
    if let Some(text) = &before {
        let note: Note = serde_json::from_str(text).map_err(|_| StartError::Note(folder.file(NOTE)))?;
        if app
            .store()
            .organization(note.organization)
            .await
            .map_err(Error::from)?
            .is_some()
        {
            return Ok(note);
        }
    }
    let beginning = acme(app).map_err(Error::Request)?;
    let plan = found(app, &beginning).await?;
    let note = note(&beginning, &plan.value);
    let text = serde_json::to_string_pretty(&note).map_err(|_| StartError::Note(folder.file(NOTE)))?;
    folder.write(NOTE, &text)?;
    if app.store().commit(&plan.writes).await.map_err(Error::from)?.is_ok() {
        return Ok(note);
    }
    // The table has an Acme of its own, and this note is not about it.
    match before {
        Some(text) => folder.write(NOTE, &text)?,
        None => folder.remove(NOTE)?,
    }
    Err(StartError::Foreign(folder.file(NOTE)))
}

/// The organization "Acme", small enough to understand and large enough to try everything on.
fn acme(app: &App) -> Result<FirstRun, Invalid> {
    let admin = Email::parse("admin@acme.test")?;
    let password = TokenId::from_random(app.random());
    Ok(FirstRun {
        organization: Name::parse("Acme")?,
        subscription: Name::parse("Acme production")?,
        applications: vec![Name::parse("Storefront")?, Name::parse("Warehouse")?],
        resource: (
            Name::parse("Acme API")?,
            Audience::parse(&app.config().issuer.at("/acme"))?,
            BTreeMap::from([
                (
                    Scope::parse("read:me")?,
                    Description::parse("Read the caller's own profile")?,
                ),
                (
                    Scope::parse("write:me")?,
                    Description::parse("Change the caller's own profile")?,
                ),
            ]),
        ),
        roles: vec![
            (Name::parse("Acme reader")?, Scopes::parse("read:me")?),
            (Name::parse("Acme editor")?, Scopes::parse("read:me write:me")?),
        ],
        password: Some(FirstRun::password(password.as_str(), &admin)?),
        admin,
    })
}

fn note(beginning: &FirstRun, founded: &Founded) -> Note {
    Note {
        organization: founded.organization,
        subscription: founded.subscription.to_string(),
        applications: founded.applications.iter().map(ToString::to_string).collect(),
        roles: founded.roles.iter().map(ToString::to_string).collect(),
        resource: beginning.resource.1.clone(),
        admin: founded.admin,
        email: beginning.admin.to_string(),
        password: beginning.password.as_ref().map_or("", Password::expose).to_owned(),
    }
}
