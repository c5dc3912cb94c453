//! The audit trail: a filter, and what happened, latest first.

use super::page;
use crate::admin::Admin;
use crate::audit::{Listed, Typed};
use crate::path;
use axum::response::Response;
use regent::domain::{Action, ActorKind, AuditEvent};
use regent::web::page::{
    Choice, Field, Kind, Markup, Row, Section, Select, Table, button, empty, heading, html, link_button, pagination,
    text, time,
};

const TITLE: &str = "Audit trail";

/// A page of the trail.
pub(crate) fn list(admin: &Admin, listed: &Listed) -> Response {
    let lead = "Who did what to what, when and from where. Events are kept for 400 days.";
    let link = |cursor: Option<&str>| match listed.typed.query(cursor).as_str() {
        "" => path::AUDIT.to_owned(),
        query => format!("{}?{query}", path::AUDIT),
    };
    let next = listed.page.next.as_ref().map(|cursor| link(Some(cursor)));
    let first = listed.later.then(|| link(None));
    let columns = ["When", "Who", "What", "To what", "From", "Details"];
    let content = html! {
        (heading(TITLE, Some(lead), html! {}))
        (filter(&listed.typed))
        @if !listed.page.items.is_empty() {
            (Table::new(TITLE).columns(columns).rows(listed.page.items.iter().map(row)))
        } @else if next.is_some() {
            p.muted { "None of the events on this page match. There are more." }
        } @else {
            (nothing(&listed.typed))
        }
        (pagination(first.as_deref(), next.as_deref()))
    };
    page(admin, Section::Audit, TITLE, content).respond()
}

fn nothing(typed: &Typed) -> Markup {
    if typed.is_empty() {
        return empty(
            "Nothing has happened yet",
            "Every change leaves an event here.",
            html! {},
        );
    }
    let all = link_button(Kind::Plain, "Show all events", path::AUDIT);
    empty(
        "No event matches",
        "Names and addresses have to match exactly, as they were at that time.",
        all,
    )
}

fn filter(typed: &Typed) -> Markup {
    let all = Choice::new("", "Any action", &typed.action);
    let actions = Action::ALL
        .iter()
        .map(|action| Choice::new(action.as_str(), action.as_str(), &typed.action));
    html! {
        form.filters method="get" action=(path::AUDIT) role="search" aria-label="Events" {
            (Field::text("since", "Since (UTC)").kind("datetime-local").value(&typed.since).plain())
            (Field::text("until", "Until (UTC)").kind("datetime-local").value(&typed.until).plain())
            (Field::text("actor", "Who (address or id)").value(&typed.actor).autocomplete("off").plain())
            (Field::text("target", "To what (name or id)").value(&typed.target).autocomplete("off").plain())
            (Select::new("action", "Action", std::iter::once(all).chain(actions).collect()))
            (button(Kind::Plain, "Filter"))
            @if !typed.is_empty() { (link_button(Kind::Quiet, "Clear", path::AUDIT)) }
        }
    }
}

fn row(event: &AuditEvent) -> Row {
    let kind = match event.actor.kind {
        ActorKind::Person => "Person",
        ActorKind::Integration => "Integration",
        ActorKind::System => "Regent",
    };
    Row::new([
        time(event.at),
        html! { (text(&event.actor.name)) span.muted { (kind) } },
        action(event.action),
        html! { (text(&event.target.name)) span.muted { code { (text(&event.target.id)) } } },
        html! { @if let Some(source) = &event.source_ip { (text(source)) } @else { span.muted { "Unknown" } } },
        details(event),
    ])
    .id(event.id.to_string())
}

/// An action, which may break after its dot.
fn action(action: Action) -> Markup {
    let (noun, verb) = action.as_str().split_once('.').unwrap_or((action.as_str(), ""));
    html! { code { (noun) "." wbr; (verb) } }
}

fn details(event: &AuditEvent) -> Markup {
    html! {
        details {
            summary { "Show" span.visually-hidden { " details of " (event.action.as_str()) } }
            dl.facts {
                @for (name, value) in &event.details { div { dt { (text(name)) } dd { (text(value)) } } }
                div { dt { "id" } dd { (event.id) } }
            }
        }
    }
}
