//! What the pages look like. Handlers decide and read; views only show.

pub(crate) mod account;
pub(crate) mod account_form;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod client_form;
pub(crate) mod connected_app;
pub(crate) mod credential;
pub(crate) mod credential_form;
mod part;
pub(crate) mod password;
pub(crate) mod reveal;
mod role;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod user;
pub(crate) mod user_form;

use crate::admin::Admin;
use crate::path;
use crate::posted::Posted;
use crate::refusal::Told;
use axum::response::Response;
use http::StatusCode;
use regent::web::page::{Kind, Markup, Page, Place, Section, Shell, actions, button, form, heading, html, link_button};

/// A page of the console for this person, with what was done before it.
pub(crate) fn page(admin: &Admin, section: Section, title: &str, content: Markup) -> Page {
    let (sections, sign_out, api) = (admin.sections(), admin.csrf("/sign-out"), admin.csrf("/api/v1"));
    let shell = Shell {
        organization: admin.caller().organization().name.as_str(),
        person: admin.caller().user().email.as_str(),
        sections: &sections,
        current: section,
        sign_out_csrf: &sign_out,
        api_csrf: &api,
    };
    Page::console(&shell, title, content).toast(admin.done().map(crate::done::Done::says))
}

/// A refusal as a page. An outage offers what was asked for once more: a form as it was sent.
pub(crate) fn refused(admin: &Admin, told: &Told, posted: Option<&Posted>) -> Response {
    let section = section_of(admin.path());
    let content = html! {
        (heading(told.title, None, html! {}))
        div.panel.narrow {
            p { (told.says) }
            @let outage = told.status == StatusCode::SERVICE_UNAVAILABLE;
            @let form = posted.filter(|_| outage).and_then(sent_again);
            @if let Some(form) = &form { (form) }
            (actions(html! {
                @if told.again && form.is_none() {
                    (link_button(Kind::Primary, if outage { "Try again" } else { "Reload" }, admin.again()))
                }
                @if admin.sections().contains(&section) {
                    (link_button(Kind::Plain, &format!("Go to {}", in_a_sentence(section)), section.path()))
                }
            }))
        }
    };
    let page = page(admin, section, told.title, content).toast(None);
    page.status(told.status).respond()
}

/// A form to be sent once more as it was, under the token it had; none if it takes a secret.
fn sent_again(posted: &Posted) -> Option<Markup> {
    let fields = posted.repeatable()?;
    Some(form(
        posted.path(),
        posted.text("csrf"),
        html! {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            (actions(button(Kind::Primary, "Try again")))
        },
    ))
}

/// Nobody can be recognised right now.
pub(crate) fn outage(again: &str, posted: Option<&Posted>) -> Response {
    let content = html! {
        p { "A part of Regent is not answering. Nothing was changed. Try again in a moment." }
        @match posted.and_then(sent_again) {
            Some(form) => { (form) }
            None => { (actions(link_button(Kind::Primary, "Try again", again))) }
        }
    };
    let page = Page::card(Place::Console, "The console cannot answer right now", content);
    let mut response = page.status(StatusCode::SERVICE_UNAVAILABLE).respond();
    let seconds = http::HeaderValue::from_static("1");
    response.headers_mut().insert(http::header::RETRY_AFTER, seconds);
    response
}

/// Where a path belongs.
fn section_of(path: &str) -> Section {
    let all = [
        Section::Users,
        Section::Approvals,
        Section::Clients,
        Section::Audit,
        Section::Settings,
        Section::ConnectedApps,
        Section::Sessions,
    ];
    if path == path::PASSWORD {
        return Section::Sessions;
    }
    let found = all.into_iter().find(|section| path.starts_with(section.path()));
    found.unwrap_or(Section::ServiceAccounts)
}

fn in_a_sentence(section: Section) -> String {
    let label = section.label();
    if section == Section::Approvals {
        label.to_owned()
    } else {
        label.to_lowercase()
    }
}
