//! The form of a credential: a new one, or one that is there.

use super::page;
use super::part::{hidden, wrong};
use crate::admin::Admin;
use crate::credential_form::{Form, Subject};
use crate::path;
use crate::posted::KEY;
use axum::response::Response;
use http::StatusCode;
use regent::web::page::{
    Choice, Field, Kind, Markup, Section, Select, actions, button, form, heading, html, link_button,
};

/// The form, with what was wrong when it was sent.
pub(crate) fn show(admin: &Admin, asked: &Form, status: StatusCode) -> Response {
    let account = asked.user.id;
    let (title, action, label) = match &asked.subject {
        Subject::New { .. } => (
            format!("Create credential for {}", asked.user.name),
            path::new_credential(account),
            "Create credential",
        ),
        Subject::Known { id, name, .. } => (
            format!("Edit {name}"),
            path::edit_credential(account, *id),
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
            .hint("Where it is used, for example “CI” or “Claude on Ada’s laptop”.")
            .error(errors.at("name"))
            .autocomplete("off")
            .max(64)
            .required()
            .focus())
        (Field::text("redirect_uri", "Redirect URI")
            .kind("url")
            .value(&typed.redirect_uri)
            .hint("The host that will call, if you want to keep a note of it: an https URL, or http on loopback.")
            .error(errors.at("redirect_uri"))
            .autocomplete("off")
            .max(512))
        @if matches!(asked.subject, Subject::New { .. }) { (expiry(asked)) }
        (actions(html! {
            (button(Kind::Primary, label))
            (link_button(Kind::Plain, "Cancel", &path::account(account)))
        }))
    };
    let content = html! {
        (heading(&title, None, html! {}))
        div.panel.narrow {
            (wrong(errors))
            (form(&action, &admin.csrf(&action), fields))
        }
    };
    let page = page(admin, Section::ServiceAccounts, &title, content);
    page.status(status).respond()
}

fn expiry(asked: &Form) -> Markup {
    let typed = &asked.typed;
    let choices = [
        ("", "Never"),
        ("30", "In 30 days"),
        ("90", "In 90 days"),
        ("365", "In a year"),
        ("date", "On a day of your choice"),
    ];
    let choices = choices
        .map(|(value, label)| Choice::new(value, label, &typed.expiry))
        .to_vec();
    html! {
        (Select::new("expiry", "Expires", choices)
            .hint("When it stops working by itself, with its tokens.")
            .error(asked.errors.at("expires_at")))
        div.depends {
            (Field::text("day", "Day")
                .kind("date")
                .value(&typed.day)
                .hint("For “on a day of your choice”: it stops working when that day begins (UTC).")
                .error(asked.errors.at("day")))
        }
    }
}
