//! The form of a client: a new one, or one that is there.

use super::page;
use super::part::{hidden, wrong};
use crate::admin::Admin;
use crate::client_form::{Form, Subject};
use crate::path;
use crate::posted::KEY;
use axum::response::Response;
use http::StatusCode;
use regent::web::page::{Choice, Field, Kind, Section, Select, actions, button, form, heading, html, link_button};

/// The form, with what was wrong when it was sent.
pub(crate) fn show(admin: &Admin, asked: &Form, status: StatusCode) -> Response {
    let (title, action, back, label) = match &asked.subject {
        Subject::New { .. } => (
            "Register client".to_owned(),
            path::NEW_CLIENT.to_owned(),
            path::CLIENTS.to_owned(),
            "Register client",
        ),
        Subject::Known { client, .. } => (
            format!("Edit {}", client.name),
            path::client_action(&client.client_id, "edit"),
            path::client(&client.client_id),
            "Save changes",
        ),
    };
    let (typed, errors) = (&asked.typed, &asked.errors);
    let fields = html! {
        @match &asked.subject {
            Subject::New { key, .. } => (hidden(KEY, key)),
            Subject::Known { version, .. } => (hidden("version", &version.to_string())),
        }
        (Field::text("name", "Name")
            .value(&typed.name)
            .hint("What people are told when they are asked to allow it.")
            .error(errors.at("name"))
            .autocomplete("off")
            .max(64)
            .required()
            .focus())
        (Field::lines("redirect_uris", "Redirect URIs", 4)
            .value(&typed.redirect_uris)
            .hint("One on each line, exactly as the app sends it: https, http on loopback (any port), or the app’s own scheme.")
            .error(errors.at("redirect_uris"))
            .required())
        @if let Subject::New { .. } = asked.subject {
            (Select::radio("kind", "Type", vec![
                Choice { about: Some("It runs on a server and can keep a secret."), ..Choice::new("confidential", "Confidential", &typed.kind) },
                Choice { about: Some("It runs on a desktop, on a phone or in a browser, and cannot keep one."), ..Choice::new("public", "Public", &typed.kind) },
            ]).error(errors.at("kind")))
        }
        (actions(html! {
            (button(Kind::Primary, label))
            (link_button(Kind::Plain, "Cancel", &back))
        }))
    };
    let content = html! {
        (heading(&title, None, html! {}))
        div.panel.narrow {
            (wrong(errors))
            (form(&action, &admin.csrf(&action), fields))
        }
    };
    page(admin, Section::Clients, &title, content).status(status).respond()
}
