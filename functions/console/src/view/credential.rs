//! Credentials: the table on their account's page, and the questions before they are rotated or
//! deleted. A client ID and a secret are only ever shown by their last four characters here.

use super::page;
use super::part::{counted, delete_selected, hidden, selector};
use crate::account::Shown;
use crate::admin::Admin;
use crate::path;
use crate::posted::KEY;
use axum::response::Response;
use http::StatusCode;
use regent::domain::{Credential, Privilege, Timestamp, User, mask};
use regent::web::page::{
    Choice, Confirmation, Kind, Markup, Row, Section, Select, Table, Tone, badge, empty, html, link_button, notice,
    section, text, time, when,
};

/// The credentials of a service account, as a section of its page.
pub(super) fn section_of(admin: &Admin, shown: &Shown) -> Markup {
    let manages = admin.may(Privilege::ServiceAccountsManage) && admin.covers(&shown.user);
    let (user, credentials) = (&shown.user, &shown.account.credentials);
    let room = credentials.len() < Credential::MAX_PER_ACCOUNT;
    let create = html! {
        @if manages && room { (link_button(Kind::Primary, "Create credential", &path::new_credential(user.id))) }
    };
    let content = html! {
        @if credentials.is_empty() {
            (empty(
                "No credentials",
                "Without one this account gets no tokens. Create one for each place that uses it, so that each can be rotated alone.",
                create.clone(),
            ))
        } @else {
            form.form method="get" action=(path::delete_credentials(user.id)) {
                (table(shown, manages))
                @if manages {
                    div.actions {
                        (create)
                        (delete_selected("credential"))
                    }
                }
            }
            @if manages && !room {
                p.muted { "An account has at most " (Credential::MAX_PER_ACCOUNT) " credentials." }
            }
        }
    };
    section("credentials", "Credentials", content)
}

fn table(shown: &Shown, manages: bool) -> Markup {
    let (user, now) = (&shown.user, shown.app.now());
    let mut credentials: Vec<&Credential> = shown.account.credentials.values().collect();
    credentials.sort_by_key(|credential| credential.created_at);
    let rows = credentials.into_iter().map(|credential| {
        let name = html! {
            (text(credential.name.as_str()))
            @if let Some(uri) = &credential.redirect_uri { span.muted.block { code { (text(uri.as_str())) } } }
        };
        let client_id = user.client_id(&shown.app.config().region, &shown.account, credential.id);
        let cells = [
            if manages {
                selector(
                    "credential",
                    &credential.id.to_string(),
                    credential.name.as_str(),
                    &name,
                )
            } else {
                name
            },
            html! { code.masked { (client_id.masked()) } },
            secret(credential, now),
            time(credential.created_at),
            when(credential.last_used_at, "Never"),
            expiry(credential, now),
            html! { @if manages { (offers(user, credential)) } },
        ];
        Row::new(cells).id(credential.id.to_string())
    });
    let columns = [
        "Name",
        "Client ID",
        "Secret",
        "Created",
        "Last used",
        "Expires",
        "-Actions",
    ];
    html! { (Table::new("Credentials").columns(columns).rows(rows)) }
}

fn last_four(credential: &Credential) -> String {
    let newest = credential.secrets.first();
    mask(newest.map_or("", |secret| secret.last_four.as_str()))
}

fn secret(credential: &Credential, now: Timestamp) -> Markup {
    let former = credential.live_secrets(now).nth(1).and_then(|former| former.expires_at);
    html! {
        code.masked { (last_four(credential)) }
        @if let Some(end) = former { span.muted.block { "The one before works until " (time(end)) } }
    }
}

fn expiry(credential: &Credential, now: Timestamp) -> Markup {
    html! {
        @if credential.is_expired(now) { (badge(Tone::Bad, "Expired")) " " }
        (when(credential.expires_at, "Never"))
    }
}

fn offers(user: &User, credential: &Credential) -> Markup {
    let name = credential.name.as_str();
    let link = |label: &str, href: String| {
        html! { a.button.small href=(href) aria-label={ (label) " " (name) } { (label) } }
    };
    html! {
        div.actions {
            (link("Rotate", path::rotate_credential(user.id, credential.id)))
            (link("Edit", path::edit_credential(user.id, credential.id)))
        }
    }
}

/// The overlaps to choose from when a secret is rotated, in seconds.
const OVERLAPS: [(&str, &str); 4] = [
    ("0", "At once (recommended after a leak)"),
    ("3600", "After 1 hour"),
    ("86400", "After 1 day"),
    ("604800", "After 7 days"),
];

/// The question before a secret is rotated.
pub(crate) fn rotate(
    admin: &Admin,
    user: &User,
    credential: &Credential,
    key: &str,
    wrong: &crate::errors::Errors,
    status: StatusCode,
) -> Response {
    let title = format!("Rotate {}?", credential.name);
    let action = path::rotate_credential(user.id, credential.id);
    let choices = OVERLAPS.map(|(value, label)| Choice::new(value, label, "0")).to_vec();
    let consequences = html! {
        (super::part::wrong(wrong))
        p {
            "The credential gets a new secret, shown once. Its client ID stays. The secret "
            code { (last_four(credential)) } " and " strong { "every token obtained with it" }
            " stop working at the moment you choose below; programs that have not been given the new secret by then lose access."
        }
        p { "Last used: " (when(credential.last_used_at, "never")) }
    };
    let fields = html! {
        (hidden(KEY, key))
        (Select::new("overlap_seconds", "When the old secret stops working", choices)
            .error(wrong.at("overlap_seconds")))
    };
    let confirmation = Confirmation {
        title: &title,
        consequences,
        action: &action,
        csrf: &admin.csrf(&action),
        fields,
        label: "Rotate secret",
        back: &path::account(user.id),
    };
    let page = page(admin, Section::ServiceAccounts, &title, html! { (confirmation) });
    page.status(status).respond()
}

/// The question before credentials are deleted.
pub(crate) fn delete(admin: &Admin, user: &User, doomed: &[&Credential]) -> Response {
    let title = match doomed {
        [only] => format!("Delete {}?", only.name),
        several => format!("Delete {}?", counted(several.len(), "credential")),
    };
    let action = path::delete_credentials(user.id);
    let last = user
        .service()
        .is_some_and(|account| account.credentials.len() == doomed.len());
    let consequences = html! {
        p {
            "This is for good. Client ID and secret stop working at once, and so does "
            strong { "every token obtained with them" } ":"
        }
        ul {
            @for credential in doomed {
                li {
                    strong { (text(credential.name.as_str())) } ", secret " code { (last_four(credential)) }
                    ", last used " (when(credential.last_used_at, "never"))
                }
            }
        }
        @if last {
            (notice(Tone::Warning, html! { p { (text(user.name.as_str())) " has no other credential: it gets no tokens until you create one." } }))
        }
    };
    let fields = html! { @for credential in doomed { (hidden("credential", &credential.id.to_string())) } };
    let confirmation = Confirmation {
        title: &title,
        consequences,
        action: &action,
        csrf: &admin.csrf(&action),
        fields,
        label: if doomed.len() == 1 {
            "Delete credential"
        } else {
            "Delete credentials"
        },
        back: &path::account(user.id),
    };
    page(admin, Section::ServiceAccounts, &title, html! { (confirmation) }).respond()
}
