//! Settings of the organization and of its subscriptions.

use super::page;
use super::part::{hidden, wrong};
use crate::admin::Admin;
use crate::path;
use crate::settings::{Form, Plan, Shown};
use axum::response::Response;
use http::StatusCode;
use regent::acts::may_revoke_everything;
use regent::domain::Subscription;
use regent::web::page::{
    Confirmation, Field, Kind, Markup, Row, Section, Table, Tone, actions, badge, button, checkbox, form, heading,
    html, link_button, section, text,
};

const TITLE: &str = "Settings";

/// The settings page.
pub(crate) fn show(admin: &Admin, shown: &Shown, status: StatusCode) -> Response {
    let content = html! {
        (heading(TITLE, None, html! {}))
        @if let Some(form) = &shown.organization { (section("organization", "Organization", organization(admin, form))) }
        (section("subscriptions", "Subscriptions", subscriptions(&shown.subscriptions)))
        @if may_revoke_everything(admin.caller()).is_ok() { (section("emergency", "Emergency", emergency())) }
    };
    page(admin, Section::Settings, TITLE, content).status(status).respond()
}

fn organization(admin: &Admin, asked: &Form) -> Markup {
    let fields = html! {
        (hidden("version", &asked.version.to_string()))
        (Field::text("name", "Name").value(&asked.name).error(asked.errors.at("name")).autocomplete("off").max(64).required())
        fieldset.field {
            legend { "Apps that people may connect" }
            p.hint { "Clients that an admin has registered are always allowed. Either way, an app only connects once its domain is approved." }
            (checkbox("dynamic_registration", "yes", "Apps that register themselves",
                Some("Dynamic client registration (RFC 7591): Cursor, Slack and many MCP clients need it."), asked.dynamic_registration))
            (checkbox("metadata_documents", "yes", "Apps that publish a metadata document",
                Some("Client ID Metadata Documents: the app is known by an https URL of its own."), asked.metadata_documents))
        }
        (actions(button(Kind::Primary, "Save changes")))
    };
    html! {
        (wrong(&asked.errors))
        (form(path::SETTINGS, &admin.csrf(path::SETTINGS), fields))
    }
}

fn emergency() -> Markup {
    html! {
        p { "Something leaked, and nobody knows what? Revoke everything this organization holds, then replace the secrets one by one." }
        (actions(link_button(Kind::Danger, "Revoke everything…", path::REVOKE)))
    }
}

/// The question before everything is revoked.
pub(crate) fn revoke(admin: &Admin) -> Response {
    let title = "Revoke everything?";
    let consequences = html! {
        p {
            "Every token of every service account, everything people have allowed apps, and every session end "
            strong { "at once, yours included" } ". Programs get new tokens with the secrets they have; apps must be allowed again."
        }
        p { "Client secrets and passwords stay as they are. If one of them leaked, replace it, too." }
    };
    let confirmation = Confirmation {
        title,
        consequences,
        action: path::REVOKE,
        csrf: &admin.csrf(path::REVOKE),
        fields: html! {},
        label: "Revoke everything",
        back: path::SETTINGS,
    };
    page(admin, Section::Settings, title, html! { (confirmation) }).respond()
}

fn subscriptions(all: &[Subscription]) -> Markup {
    let rows = all.iter().map(|one| {
        Row::new([
            html! { a href=(path::plan(one.id)) { (text(one.name.as_str())) } },
            plan_badge(one.service_accounts_enabled),
            html! { (one.service_accounts) " of " (one.service_account_limit) },
        ])
    });
    let columns = ["Name", "Service accounts", "In use"];
    html! { (Table::new("Subscriptions").columns(columns).rows(rows)) }
}

fn plan_badge(enabled: bool) -> Markup {
    if enabled {
        badge(Tone::Good, "In the plan")
    } else {
        badge(Tone::Neutral, "Not in the plan")
    }
}

/// The form of a subscription.
pub(crate) fn plan(admin: &Admin, asked: &Plan, status: StatusCode) -> Response {
    let title = asked.subscription.name.as_str();
    let action = path::plan(asked.subscription.id);
    let fields = html! {
        (hidden("version", &asked.version.to_string()))
        (Field::text("name", "Name").value(&asked.name).error(asked.errors.at("name")).autocomplete("off").max(64).required())
        fieldset.field {
            legend { "Plan" }
            (checkbox("service_accounts", "yes", "Service accounts",
                Some("Switched off, none can be created, and those that exist get no tokens; tokens they have are refused at once. Switching on again brings them back."),
                asked.enabled))
        }
        (Field::number("service_account_limit", "Most service accounts", 1, u64::from(Subscription::MAX_SERVICE_ACCOUNTS))
            .value(&asked.limit)
            .hint("A lower number deletes none that are there.")
            .error(asked.errors.at("service_account_limit"))
            .required())
        (actions(html! {
            (button(Kind::Primary, "Save changes"))
            (link_button(Kind::Plain, "Cancel", path::SETTINGS))
        }))
    };
    let content = html! {
        (heading(title, Some("A subscription: it owns applications, API resources and service accounts."), html! {}))
        div.panel.narrow {
            (wrong(&asked.errors))
            (form(&action, &admin.csrf(&action), fields))
        }
    };
    page(admin, Section::Settings, title, content).status(status).respond()
}
