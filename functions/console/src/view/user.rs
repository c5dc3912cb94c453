//! Users: the list, and the questions before one is deleted or a service account becomes a person.

use super::part::{counted, hidden, wrong};
use super::{page, role};
use crate::admin::Admin;
use crate::errors::Errors;
use crate::path;
use crate::user::Listed;
use crate::user_form::Typed;
use axum::response::Response;
use http::StatusCode;
use regent::domain::{Credential, User, UserKind, UserType, mask};
use regent::web::page::{
    Confirmation, Kind, Markup, Row, Section, Table, Tone, actions, badge, button, form, heading, html, link_button,
    pagination, text, time, when,
};

const TITLE: &str = "Users";

/// What a user type is called.
pub(super) const fn type_name(kind: UserType) -> &'static str {
    match kind {
        UserType::Licensed => "Licensed",
        UserType::Sales => "Sales",
        UserType::ViewOnly => "View only",
        UserType::Service => "Service account",
    }
}

/// The users of the organization.
pub(crate) fn list(admin: &Admin, listed: &Listed) -> Response {
    let lead = "Everybody in the organization: people, who take a seat, and service accounts, which take none.";
    let create = html! {
        @if admin.may_manage_users() { (link_button(Kind::Primary, "Invite person", path::NEW_USER)) }
    };
    let next = listed
        .page
        .next
        .as_ref()
        .map(|cursor| format!("{}?cursor={cursor}", path::USERS));
    let rows = listed.page.items.iter().map(|user| row(admin, user));
    let columns = ["Name", "Type", "Roles", "Access to", "Status", "Created"];
    let content = html! {
        (heading(TITLE, Some(lead), create))
        (Table::new(TITLE).columns(columns).rows(rows))
        @if listed.page.items.is_empty() { p.muted { "No users of yours on this page." } }
        (pagination(listed.later.then_some(path::USERS), next.as_deref()))
    };
    page(admin, Section::Users, TITLE, content).respond()
}

fn row(admin: &Admin, user: &User) -> Row {
    let href = match &user.kind {
        _ if admin.may_manage_users() && admin.covers(user) => Some(path::user(user.id)),
        UserKind::Service(_) => Some(path::account(user.id)),
        UserKind::Person(_) => None,
    };
    let name = html! {
        span {
            @if let Some(href) = href { a href=(href) { (text(user.name.as_str())) } } @else { (text(user.name.as_str())) }
            @if user.id == admin.caller().user().id { " " span.muted { "(you)" } }
        }
        span.muted.block { (text(user.email.as_str())) }
    };
    Row::new([
        name,
        html! { (type_name(user.user_type())) },
        role::names(admin, &user.roles),
        reach(admin, user),
        status(user),
        time(user.created_at),
    ])
}

fn reach(admin: &Admin, user: &User) -> Markup {
    let names = &admin.caller().organization().subscriptions;
    match user.subscription() {
        None => html! { "All subscriptions" },
        Some(id) => html! {
            @if let Some(name) = names.get(&id) { (text(name.as_str())) } @else { span.muted { "A subscription that is gone" } }
        },
    }
}

/// Whether this is a person who has not set a password yet.
pub(super) fn is_invited(user: &User) -> bool {
    matches!(&user.kind, UserKind::Person(person) if person.password.is_none())
}

/// How a user stands.
pub(super) fn status(user: &User) -> Markup {
    match &user.kind {
        UserKind::Person(person) if person.password.is_some() => badge(Tone::Good, "Active"),
        UserKind::Person(_) => badge(Tone::Warning, "Invited"),
        UserKind::Service(account) => html! { (counted(account.credentials.len(), "credential")) },
    }
}

/// The question before a person is deleted.
pub(crate) fn delete(admin: &Admin, user: &User, errors: &Errors, status: StatusCode) -> Response {
    let title = format!("Delete {}?", user.name);
    let own = user.id == admin.caller().user().id;
    let consequences = html! {
        (wrong(errors))
        p {
            (text(user.name.as_str())) " (" (user.email) ") loses access "
            strong { "at once and for good" } ": sessions end, and apps they have connected are cut off. Their seat is free again."
        }
        @if own { p { strong { "This is you." } " You will be signed out, and cannot undo it." } }
    };
    let action = path::delete_user(user.id);
    let confirmation = Confirmation {
        title: &title,
        consequences,
        action: &action,
        csrf: &admin.csrf(&action),
        fields: hidden("version", &user.version.to_string()),
        label: "Delete user",
        back: &path::user(user.id),
    };
    let page = page(admin, Section::Users, &title, html! { (confirmation) });
    page.status(status).respond()
}

/// The question before an invitation is sent again.
pub(crate) fn invite(admin: &Admin, user: &User, errors: &Errors, status: StatusCode) -> Response {
    let title = format!("Send {} another invitation?", user.name);
    let action = path::invite_user(user.id);
    let content = html! {
        (heading(&title, None, html! {}))
        div.panel.narrow {
            (wrong(errors))
            p { "It goes to " strong { (user.email) } " with a new link that works for 48 hours. Links sent before stop working." }
            (form(&action, &admin.csrf(&action), actions(html! {
                (button(Kind::Primary, "Send invitation"))
                (link_button(Kind::Plain, "Cancel", &path::user(user.id)))
            })))
        }
    };
    let page = page(admin, Section::Users, &title, content);
    errors.with_wait(page.status(status).respond())
}

/// The question before a service account becomes a person: exactly what will be lost.
pub(crate) fn convert(admin: &Admin, user: &User, typed: &Typed, version: u64) -> Response {
    let title = format!("Make a person of {}?", user.name);
    let credentials: Vec<&Credential> = user
        .service()
        .into_iter()
        .flat_map(|account| account.credentials.values())
        .collect();
    let consequences = html! {
        p {
            "A person has no credentials. " strong { (counted(credentials.len(), "credential")) }
            " and every token obtained with " @if credentials.len() == 1 { "it" } @else { "them" }
            " are destroyed, " strong { "at once and for good" } ":"
        }
        ul {
            @for credential in &credentials {
                li {
                    strong { (text(credential.name.as_str())) } ", secret "
                    code { (mask(credential.secrets.first().map_or("", |secret| secret.last_four.as_str()))) }
                    ", last used " (when(credential.last_used_at, "never"))
                }
            }
        }
        p { "Changing the type back later does not bring them back." }
    };
    let fields = html! {
        (hidden("version", &version.to_string()))
        (hidden("user_type", &typed.user_type))
        (hidden("subscription", &typed.subscription))
        (hidden("email", &typed.email))
        (hidden("confirm", "yes"))
    };
    let action = path::user(user.id);
    let confirmation = Confirmation {
        title: &title,
        consequences,
        action: &action,
        csrf: &admin.csrf(&action),
        fields,
        label: "Destroy credentials and change type",
        back: &action,
    };
    let page = page(admin, Section::Users, &title, html! { (confirmation) });
    page.status(StatusCode::CONFLICT).respond()
}
