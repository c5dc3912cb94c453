//! Clients: the list, one of them, the page that shows a secret, and the questions before a rotation
//! and a deletion.

use super::page;
use super::part::{counted, hidden, wrong};
use crate::admin::Admin;
use crate::client::Listed;
use crate::errors::Errors;
use crate::path;
use crate::posted::KEY;
use axum::response::Response;
use http::StatusCode;
use regent::acts::client::MadeClient;
use regent::app::App;
use regent::domain::{Client, ClientAuthentication, mask};
use regent::web::page::{
    Choice, Confirmation, Kind, Markup, Row, Section, Select, Table, Tone, actions, badge, copyable, definitions,
    empty, heading, html, link_button, notice, pagination, section, text, time,
};

const TITLE: &str = "Clients";

/// The clients that the organization's admins registered.
pub(crate) fn list(admin: &Admin, listed: &Listed) -> Response {
    let lead = "Apps that people of your organization can connect, registered by you. Apps that register themselves or publish a metadata document need no entry here.";
    let register = link_button(Kind::Primary, "Register client", path::NEW_CLIENT);
    let next = listed
        .page
        .next
        .as_ref()
        .map(|cursor| format!("{}?cursor={cursor}", path::CLIENTS));
    let nothing = listed.page.items.is_empty() && next.is_none() && !listed.later;
    let rows = listed.page.items.iter().map(row);
    let content = html! {
        @if nothing {
            (heading(TITLE, Some(lead), html! {}))
            (empty("No client is registered", "Register an app to vouch for its name and its redirect URLs: people then see that it is yours.", register))
        } @else {
            (heading(TITLE, Some(lead), register))
            (Table::new(TITLE).columns(["Name", "Type", "Redirect URIs", "Created", "Changed"]).rows(rows))
        }
        (pagination(listed.later.then_some(path::CLIENTS), next.as_deref()))
    };
    page(admin, Section::Clients, TITLE, content).respond()
}

fn row(client: &Client) -> Row {
    let uris = &client.redirect_uris;
    Row::new([
        html! {
            a href=(path::client(&client.client_id)) { (text(client.name.as_str())) }
            span.muted { code { (client.client_id) } }
        },
        kind(client),
        html! {
            @if let Some(first) = uris.first() { code { (text(first.as_str())) } }
            @if uris.len() > 1 { span.muted { "and " (counted(uris.len() - 1, "other")) } }
        },
        time(client.created_at),
        time(client.updated_at),
    ])
}

fn kind(client: &Client) -> Markup {
    if client.is_public() {
        badge(Tone::Neutral, "Public")
    } else {
        badge(Tone::Good, "Confidential")
    }
}

/// One client.
pub(crate) fn one(app: &App, admin: &Admin, client: &Client) -> Response {
    let (id, title) = (&client.client_id, client.name.to_string());
    let buttons = html! {
        (link_button(Kind::Plain, "Edit", &path::client_action(id, "edit")))
        @if !client.is_public() { (link_button(Kind::Plain, "Rotate secret", &path::client_action(id, "rotate"))) }
        (link_button(Kind::Danger, "Delete", &path::client_action(id, "delete")))
    };
    let content = html! {
        (heading(&title, None, buttons))
        (section("facts", "Client", html! {
            (copyable("client-id", "Client ID", &id.to_string()))
            (definitions([
                ("Type", kind(client)),
                ("Client secret", secret(app, client)),
                ("Redirect URIs", html! {
                    ul { @for uri in &client.redirect_uris { li { code { (text(uri.as_str())) } } } }
                }),
                ("Created", time(client.created_at)),
                ("Changed", time(client.updated_at)),
            ]))
        }))
        (endpoints(app))
    };
    page(admin, Section::Clients, &title, content).respond()
}

fn secret(app: &App, client: &Client) -> Markup {
    let ClientAuthentication::ClientSecret(credential) = &client.authentication else {
        return html! { span.muted { "None: it cannot keep one" } };
    };
    html! {
        ul {
            @for secret in credential.live_secrets(app.now()) {
                li {
                    code { (mask(&secret.last_four)) }
                    @if let Some(end) = secret.expires_at { " works until " (time(end)) }
                }
            }
        }
    }
}

fn endpoints(app: &App) -> Markup {
    let issuer = &app.config().issuer;
    section(
        "connect",
        "What the app needs to know",
        html! {
            p { "Libraries find the rest by themselves from the issuer." }
            (copyable("issuer", "Issuer", issuer.as_str()))
            (copyable("authorization-endpoint", "Authorization endpoint", &issuer.at("/oauth/v1/authorize")))
            (copyable("token-endpoint", "Token endpoint", &issuer.at("/oauth/v1/token")))
        },
    )
}

/// A client that was just made, or whose secret was rotated, with its secret in full if it has one.
pub(crate) fn reveal(app: &App, admin: &Admin, made: &MadeClient, title: &str) -> Response {
    let client = &made.client;
    let former = match &client.authentication {
        ClientAuthentication::ClientSecret(credential) => credential
            .live_secrets(app.now())
            .nth(1)
            .and_then(|former| former.expires_at),
        ClientAuthentication::None => None,
    };
    let back = path::client(&client.client_id);
    let content = html! {
        (heading(title, None, html! {}))
        @if let Some(secret) = &made.secret {
            div.panel.narrow data-unsaved {
                (notice(Tone::Warning, html! {
                    p { strong { "Copy the client secret now." } " It is shown this once; nobody can look it up later, not even an admin." }
                }))
                (copyable("client-id", "Client ID", &client.client_id.to_string()))
                (copyable("client-secret", "Client secret", secret.expose()))
                @if let Some(end) = former { p { "The secret before this one works until " (time(end)) "." } }
                (actions(link_button(Kind::Primary, "I’ve saved these", &back)))
            }
        } @else {
            div.panel.narrow {
                p { "It is a public client: it has no secret, and PKCE protects its codes." }
                (copyable("client-id", "Client ID", &client.client_id.to_string()))
                (actions(link_button(Kind::Primary, "Open the client", &back)))
            }
        }
        (endpoints(app))
    };
    page(admin, Section::Clients, title, content).respond()
}

/// The same form was sent before: nothing more was made, and the secret is not shown again.
pub(crate) fn made_before(admin: &Admin, path: &str) -> Response {
    let title = "This form was sent already";
    let content = html! {
        (heading(title, None, html! {}))
        div.panel.narrow {
            p { "Nothing more was created or changed: the first time counted. A secret is shown in the first answer alone." }
            p { "If you did not save it, rotate it: that makes a new one." }
            (actions(link_button(Kind::Primary, "Open the client", path)))
        }
    };
    page(admin, Section::Clients, title, content).respond()
}

/// The question before a secret is rotated.
pub(crate) fn rotate(admin: &Admin, client: &Client, key: &str, errors: &Errors, status: StatusCode) -> Response {
    let title = format!("Rotate the secret of {}?", client.name);
    let action = path::client_action(&client.client_id, "rotate");
    let choices = [
        ("0", "At once"),
        ("3600", "In an hour"),
        ("86400", "In a day"),
        ("604800", "In a week"),
    ];
    let choices = choices.map(|(value, label)| Choice::new(value, label, "0")).to_vec();
    let confirmation = Confirmation {
        title: &title,
        consequences: html! {
            (wrong(errors))
            p { "A new secret is made and shown once. The client ID stays, and so does what people allowed the app." }
            p { "The app cannot get tokens with the old secret when that has stopped." }
        },
        action: &action,
        csrf: &admin.csrf(&action),
        fields: html! {
            (hidden(KEY, key))
            (Select::new("overlap_seconds", "The old secret stops", choices).error(errors.at("overlap_seconds")))
        },
        label: "Rotate secret",
        back: &path::client(&client.client_id),
    };
    let page = page(admin, Section::Clients, &title, html! { (confirmation) });
    page.status(status).respond()
}

/// The question before a client is deleted.
pub(crate) fn delete(admin: &Admin, client: &Client) -> Response {
    let title = format!("Delete {}?", client.name);
    let action = path::client_action(&client.client_id, "delete");
    let confirmation = Confirmation {
        title: &title,
        consequences: html! {
            p {
                "The app is cut off " strong { "at once and for good" }
                ": everything people allowed it is void, and its client ID never comes back."
            }
        },
        action: &action,
        csrf: &admin.csrf(&action),
        fields: hidden("version", &client.version.to_string()),
        label: "Delete client",
        back: &path::client(&client.client_id),
    };
    page(admin, Section::Clients, &title, html! { (confirmation) }).respond()
}
