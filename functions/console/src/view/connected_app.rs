//! What the person has allowed apps.

use super::page;
use super::part::hidden;
use crate::admin::Admin;
use crate::path;
use axum::response::Response;
use regent::domain::{Grant, Origin};
use regent::web::page::{Row, Section, Table, empty, form, heading, html, text, time};

const TITLE: &str = "Connected apps";

/// The apps that act for the person.
pub(crate) fn list(admin: &Admin, grants: &[Grant]) -> Response {
    let lead = "Apps that you allowed to act for you. Disconnecting one ends its access at once; it can ask you again.";
    let csrf = admin.csrf(path::CONNECTED_APPS);
    let rows = grants.iter().map(|grant| row(admin, grant, &csrf));
    let columns = ["App", "Subscription", "May", "Connected", "Last used", "-Actions"];
    let content = html! {
        (heading(TITLE, Some(lead), html! {}))
        @if grants.is_empty() {
            (empty("No app is connected", "Connect one from the app itself: it sends you here and asks.", html! {}))
        } @else {
            (Table::new(TITLE).columns(columns).rows(rows))
        }
    };
    page(admin, Section::ConnectedApps, TITLE, content).respond()
}

fn row(admin: &Admin, grant: &Grant, csrf: &str) -> Row {
    let subscription = admin.caller().organization().subscriptions.get(&grant.subscription);
    let origin = match &grant.origin {
        Origin::Web(text) => text.trim_start_matches("https://").to_owned(),
        Origin::Loopback => "on your own computer".to_owned(),
        Origin::Scheme(scheme) => format!("{scheme}:"),
    };
    Row::new([
        html! { (text(&grant.client_name)) span.muted { (text(&origin)) } },
        html! { @if let Some(name) = subscription { (text(name.as_str())) } @else { span.muted { "Gone" } } },
        html! {
            @for scope in grant.scopes.iter() { code { (text(scope.as_str())) } }
            @if grant.scopes.is_empty() { span.muted { "Know who you are" } }
        },
        time(grant.created_at),
        time(grant.used_at),
        form(
            path::CONNECTED_APPS,
            csrf,
            html! {
                (hidden("grant", &grant.id.to_string()))
                button.button.small.danger type="submit" {
                    "Disconnect" span.visually-hidden { " " (text(&grant.client_name)) }
                }
            },
        ),
    ])
}
