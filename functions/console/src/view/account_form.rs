//! The form of a service account: a new one, or one that is there.

use super::part::{checks, hidden, span, wrong};
use super::{page, role};
use crate::account_form::{Form, PRESETS, Subject};
use crate::admin::Admin;
use crate::path;
use crate::posted::KEY;
use axum::response::Response;
use http::StatusCode;
use regent::domain::Description;
use regent::web::page::{
    Choice, Field, Kind, Markup, Section, Select, actions, button, checkbox, form, heading, html, link_button,
};

/// The form, with what was wrong when it was sent.
pub(crate) fn show(admin: &Admin, asked: &Form, status: StatusCode) -> Response {
    let (title, action, label, back) = match &asked.subject {
        Subject::New { subscription, .. } => (
            "Create service account".to_owned(),
            path::NEW_ACCOUNT.to_owned(),
            "Create service account",
            path::accounts(*subscription),
        ),
        Subject::Known { user, .. } => (
            format!("Edit {}", user.name),
            path::edit_account(user.id),
            "Save changes",
            path::account(user.id),
        ),
    };
    let fields = html! {
        (subject(admin, asked))
        (Field::text("description", "Description")
            .value(&asked.typed.description)
            .hint("What it is for, so that others know whether it is still needed. At most 140 characters.")
            .error(asked.errors.at("description"))
            .max(Description::MAX))
        (applications(asked))
        (role::choice(admin, &asked.held, &asked.typed.roles,
            "Access comes from roles. Give it only what the program needs.", &asked.errors))
        @if matches!(asked.subject, Subject::New { .. }) { (lifetime(asked)) }
        (actions(html! {
            (button(Kind::Primary, label))
            (link_button(Kind::Plain, "Cancel", &back))
        }))
    };
    let content = html! {
        (heading(&title, None, html! {}))
        div.panel.narrow {
            (wrong(&asked.errors))
            (form(&action, &admin.csrf(&action), fields))
        }
    };
    let page = page(admin, Section::ServiceAccounts, &title, content);
    page.status(status).respond()
}

fn subject(admin: &Admin, asked: &Form) -> Markup {
    match &asked.subject {
        Subject::New { subscription, key } => {
            let name = admin.caller().organization().subscriptions.get(subscription);
            html! {
                (hidden(KEY, key))
                (hidden("subscription", &subscription.to_string()))
                @if admin.caller().subscriptions().len() > 1 {
                    p { "In the subscription " strong { @if let Some(name) = name { (regent::web::page::text(name.as_str())) } } "." }
                }
                (Field::text("name", "Name")
                    .value(&asked.typed.name)
                    .hint("At most 20 characters. Its address is made from it, and it cannot be changed later.")
                    .error(asked.errors.at("name"))
                    .autocomplete("off")
                    .max(20)
                    .required()
                    .focus())
            }
        }
        Subject::Known { version, .. } => hidden("version", &version.to_string()),
    }
}

fn applications(asked: &Form) -> Markup {
    let boxes: Vec<Markup> = asked
        .applications
        .iter()
        .map(|one| {
            let value = one.id.to_string();
            let ticked = asked.typed.applications.contains(&value);
            checkbox("applications", &value, one.name.as_str(), None, ticked)
        })
        .collect();
    let hint = if boxes.is_empty() {
        "There are no applications in this subscription."
    } else {
        "Which applications it may see."
    };
    checks(
        "applications",
        "Applications",
        hint,
        asked.errors.at("applications"),
        &boxes,
    )
}

fn lifetime(asked: &Form) -> Markup {
    let presets: Vec<(String, String)> = PRESETS
        .iter()
        .map(|seconds| (seconds.to_string(), span(*seconds)))
        .collect();
    let chosen = &asked.typed.lifetime;
    let mut choices: Vec<Choice<'_>> = presets
        .iter()
        .map(|(value, label)| Choice::new(value, label, chosen))
        .collect();
    choices.push(Choice::new("custom", "Another number of seconds", chosen));
    html! {
        (Select::new("token_lifetime", "Token lifetime", choices)
            .hint("How long each access token works. Fixed once the account is created; wanting another one later means another account.")
            .error(asked.errors.at("token_lifetime")))
        div.depends {
            (Field::number("seconds", "Seconds", 300, 2_592_000)
                .value(&asked.typed.seconds)
                .hint("For “another number of seconds”: 300 (5 minutes) to 2,592,000 (30 days).")
                .error(asked.errors.at("seconds")))
        }
    }
}
