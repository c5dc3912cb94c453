//! Service accounts: the list, one of them, and the question before some are deleted.

use super::part::{counted, delete_selected, hidden, selector, span};
use super::{credential, page, role};
use crate::account::{Doomed, Listed, Shown};
use crate::admin::Admin;
use crate::path;
use axum::response::Response;
use regent::domain::{Privilege, SubscriptionId, Timestamp, User};
use regent::web::page::{
    Choice, Confirmation, Kind, Markup, Row, Section, Select, Table, Tone, definitions, empty, heading, html,
    link_button, notice, pagination, section, text, time, when,
};

const TITLE: &str = "Service accounts";

/// The service accounts of a subscription.
pub(crate) fn list(admin: &Admin, listed: &Listed) -> Response {
    let manages = admin.may(Privilege::ServiceAccountsManage);
    let subscription = &listed.subscription;
    let open = subscription.service_accounts_enabled;
    let create = html! {
        @if manages && open {
            (link_button(Kind::Primary, "Create service account", &path::new_account(subscription.id)))
        }
    };
    let lead = "Programs that get tokens of their own: scripts, integrations, AI agents.";
    let here = path::accounts(subscription.id);
    let next = listed
        .page
        .next
        .as_ref()
        .map(|cursor| format!("{here}&cursor={cursor}"));
    let content = html! {
        (heading(TITLE, Some(lead), create.clone()))
        (chooser(admin, subscription.id))
        @if !open { (switched_off(admin)) }
        @if listed.page.items.is_empty() && !listed.later {
            @if open {
                (empty(
                    "No service accounts yet",
                    "Create one for each program that needs access. It gets a client ID and a secret, and only the roles you give it.",
                    create,
                ))
            }
        } @else {
            p.muted {
                (counted(subscription.service_accounts as usize, "service account"))
                " of at most " (subscription.service_account_limit) " in this subscription."
            }
            form.form method="get" action=(path::DELETE_ACCOUNTS) {
                (table(admin, &listed.page.items, manages))
                @if manages { div.actions { (delete_selected("account")) } }
            }
            (pagination(listed.later.then_some(here.as_str()), next.as_deref()))
        }
    };
    page(admin, Section::ServiceAccounts, TITLE, content).respond()
}

fn switched_off(admin: &Admin) -> Markup {
    notice(
        Tone::Warning,
        html! {
            p {
                "Service accounts are not part of this subscription’s plan. Those that exist get no tokens. "
                @if admin.may(Privilege::SettingsManage) { a href=(path::SETTINGS) { "Switch them on in the settings" } "." }
                @else { "Ask whoever manages its settings to switch them on." }
            }
        },
    )
}

/// Which subscription to look at, where there are several.
pub(super) fn chooser(admin: &Admin, chosen: SubscriptionId) -> Markup {
    let names = &admin.caller().organization().subscriptions;
    let reached: Vec<(String, String)> = admin
        .caller()
        .subscriptions()
        .iter()
        .map(|id| {
            let name = names.get(id).map_or_else(|| id.to_string(), ToString::to_string);
            (id.to_string(), name)
        })
        .collect();
    let chosen = chosen.to_string();
    let choices = reached
        .iter()
        .map(|(id, name)| Choice::new(id, name, &chosen))
        .collect();
    html! {
        @if reached.len() > 1 {
            form.filter method="get" {
                (Select::new("subscription", "Subscription", choices).submits())
                (Select::apply("Show"))
            }
        }
    }
}

fn table(admin: &Admin, accounts: &[User], manages: bool) -> Markup {
    let rows = accounts.iter().filter_map(|user| {
        let account = user.service()?;
        let name = html! {
            a href=(path::account(user.id)) { (text(user.name.as_str())) }
            span.muted.block { (text(user.email.as_str())) }
        };
        Some(Row::new([
            if manages && admin.covers(user) {
                selector("account", &user.id.to_string(), user.name.as_str(), &name)
            } else {
                name
            },
            role::names(admin, &user.roles),
            html! { (account.credentials.len()) },
            when(last_used(user), "Never"),
            time(user.created_at),
        ]))
    });
    let columns = ["Name", "Roles", "Credentials", "Last used", "Created"];
    html! { (Table::new(TITLE).columns(columns).rows(rows)) }
}

fn last_used(user: &User) -> Option<Timestamp> {
    let credentials = user.service()?.credentials.values();
    credentials.filter_map(|credential| credential.last_used_at).max()
}

/// A service account with its credentials.
pub(crate) fn detail(admin: &Admin, shown: &Shown) -> Response {
    let user = &shown.user;
    let manages = admin.may(Privilege::ServiceAccountsManage) && admin.covers(user);
    let description = Some(shown.account.description.as_str()).filter(|text| !text.is_empty());
    let buttons = html! {
        @if manages {
            (link_button(Kind::Plain, "Edit", &path::edit_account(user.id)))
            (link_button(Kind::Danger, "Delete", &format!("{}?account={}", path::DELETE_ACCOUNTS, user.id)))
        }
    };
    let content = html! {
        (heading(user.name.as_str(), description, buttons))
        (credential::section_of(admin, shown))
        (section("about", "About this account", facts(admin, shown)))
    };
    page(admin, Section::ServiceAccounts, user.name.as_str(), content).respond()
}

fn facts(admin: &Admin, shown: &Shown) -> Markup {
    let (user, account) = (&shown.user, &shown.account);
    let subscription = admin.caller().organization().subscriptions.get(&account.subscription);
    let applications = html! {
        @if shown.applications.is_empty() { span.muted { "None" } }
        @for (index, name) in shown.applications.iter().enumerate() {
            @if index > 0 { ", " }
            (text(name))
        }
    };
    definitions([
        ("Address", html! { (user.email) }),
        ("Roles", role::names(admin, &user.roles)),
        ("Applications", applications),
        (
            "Token lifetime",
            html! { (span(account.token_lifetime.seconds().0)) ", fixed at creation" },
        ),
        (
            "Subscription",
            html! { @if let Some(name) = subscription { (text(name.as_str())) } },
        ),
        ("Created", time(user.created_at)),
        ("Last changed", time(user.updated_at)),
        ("ID", html! { code { (user.id) } }),
    ])
}

/// The question before service accounts are deleted.
pub(crate) fn delete(admin: &Admin, doomed: &[Doomed], changed: bool) -> Response {
    let title = match doomed {
        [only] => format!("Delete {}?", only.user.name),
        several => format!("Delete {} service accounts?", several.len()),
    };
    let credentials: usize = doomed.iter().map(Doomed::credentials).sum();
    let consequences = html! {
        @if changed {
            (notice(Tone::Warning, html! { p { "Something has changed since you looked. This is how it is now." } }))
        }
        p {
            "This is for good. " strong { (counted(credentials, "credential")) } " and every token obtained with "
            @if credentials == 1 { "it" } @else { "them" } " stop working at once, and programs that use them lose access:"
        }
        ul {
            @for one in doomed {
                li {
                    strong { (text(one.user.name.as_str())) } " – "
                    (counted(one.credentials(), "credential")) ", last used "
                    (when(last_used(&one.user), "never"))
                }
            }
        }
    };
    let fields = html! { @for one in doomed { (hidden("account", &one.to_string())) } };
    let back = match doomed {
        [only] => path::account(only.user.id),
        _ => path::ACCOUNTS.to_owned(),
    };
    let confirmation = Confirmation {
        title: &title,
        consequences,
        action: path::DELETE_ACCOUNTS,
        csrf: &admin.csrf(path::DELETE_ACCOUNTS),
        fields,
        label: if doomed.len() == 1 {
            "Delete service account"
        } else {
            "Delete service accounts"
        },
        back: &back,
    };
    page(admin, Section::ServiceAccounts, &title, html! { (confirmation) }).respond()
}
