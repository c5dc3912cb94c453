//! OAuth approvals: the list, one of them with its history, and what an approval means in words.

use super::page;
use super::part::{counted, hidden, wrong};
use crate::admin::Admin;
use crate::approval::{Listed, News};
use crate::errors::Errors;
use crate::path;
use axum::response::Response;
use http::StatusCode;
use regent::domain::{Approval, ApprovalStatus, Origin, Privilege};
use regent::web::page::{
    Choice, Field, Kind, Markup, Row, Section, Select, Table, Tone, actions, badge, button, definitions, empty, form,
    heading, html, link_button, notice, pagination, section, text, time, when,
};

const TITLE: &str = "OAuth approvals";
use ApprovalStatus::{Approved, Pending, Rejected};

/// The approvals of the organization.
pub(crate) fn list(admin: &Admin, listed: &Listed) -> Response {
    let lead = "Domains to which apps want to send people of your organization, and what was decided about each.";
    let first = path::approvals(listed.filter);
    let joint = if first.contains('?') { '&' } else { '?' };
    let next = listed
        .page
        .next
        .as_ref()
        .map(|cursor| format!("{first}{joint}cursor={cursor}"));
    let columns = [
        "Redirect URI",
        "Status",
        "Requested on",
        "Requested by",
        "Reviewed on",
        "Reviewed by",
    ];
    let rows = listed
        .page
        .items
        .iter()
        .map(|approval| row(admin, listed.filter, approval));
    let content = html! {
        (heading(TITLE, Some(lead), html! {}))
        (filter(listed.filter))
        @if listed.page.items.is_empty() { (nothing(listed.filter)) }
        @else { (Table::new(TITLE).columns(columns).rows(rows)) }
        (pagination(listed.later.then_some(first.as_str()), next.as_deref()))
    };
    let toast = listed.news.as_ref().map(in_a_toast);
    page(admin, Section::Approvals, TITLE, content)
        .toast(toast.as_deref())
        .respond()
}

fn filter(chosen: Option<ApprovalStatus>) -> Markup {
    let chosen = chosen.map_or("", ApprovalStatus::as_str);
    let choices = [
        ("", "All (pending first)"),
        ("pending", "Waiting approval"),
        ("approved", "Approved"),
        ("rejected", "Rejected"),
    ];
    let choices = choices.map(|(value, label)| Choice::new(value, label, chosen)).to_vec();
    html! {
        form.filters method="get" action=(path::APPROVALS) {
            (Select::new("status", "Filter by", choices).submits())
            (Select::apply("Apply"))
        }
    }
}

fn nothing(filter: Option<ApprovalStatus>) -> Markup {
    let explanation = "When somebody wants to connect an app from a domain that nobody has decided about, their request appears here, and every admin gets a mail.";
    let title = match filter {
        None | Some(Pending) => "There is nothing to approve",
        Some(Approved) => "No domain is approved",
        Some(Rejected) => "No domain is rejected",
    };
    let all = html! { @if filter.is_some() { (link_button(Kind::Plain, "Show all", path::APPROVALS)) } };
    empty(title, explanation, all)
}

fn row(admin: &Admin, filter: Option<ApprovalStatus>, approval: &Approval) -> Row {
    let (first, decision) = (approval.requesters.first(), approval.decision());
    let others = approval.requesters.len().saturating_sub(1);
    Row::new([
        html! {
            a href=(path::approval(approval)) { code { (text(&approval.redirect_uri)) } }
            span.muted { "asked for by " (text(&approval.client_name)) }
        },
        status(admin, filter, approval),
        time(approval.created_at),
        html! {
            @if let Some(first) = first { (text(&first.email)) } @else { span.muted { "Nobody" } }
            @if others > 0 { span.muted { "and " (counted(others, "other")) } }
        },
        when(decision.map(|decision| decision.at), "Not yet"),
        html! {
            @if let Some(decision) = decision {
                (text(&decision.email))
                @if let Some(reason) = &decision.reason { span.muted { "“" (text(reason)) "”" } }
            } @else { span.muted { "Nobody yet" } }
        },
    ])
    .id(approval.id().to_string())
}

/// The status, with a way to change it for whoever may.
fn status(admin: &Admin, filter: Option<ApprovalStatus>, approval: &Approval) -> Markup {
    if !admin.may(Privilege::OauthApprovalsManage) {
        return standing(approval.status);
    }
    let (id, action) = (approval.id(), path::approval(approval));
    let waiting = (approval.status == Pending).then_some(Pending);
    let choices = waiting
        .into_iter()
        .chain([Approved, Rejected])
        .map(|status| Choice::new(status.as_str(), label(status), approval.status.as_str()))
        .collect();
    let (select, reason) = (format!("status-{id}"), format!("reason-{id}"));
    let says = format!("Status of {}", approval.origin);
    form(
        &action,
        &admin.csrf(&action),
        html! {
            (hidden("version", &approval.version.to_string()))
            (hidden("filter", filter.map_or("", ApprovalStatus::as_str)))
            (Select::new("status", &says, choices).id(&select).label_hidden().submits())
            details {
                summary { "Add a reason" }
                div.field {
                    label.visually-hidden for=(reason) { "Reason, for the history (optional)" }
                    input type="text" id=(reason) name="reason" maxlength=(Approval::MAX_REASON) autocomplete="off";
                }
            }
            (Select::apply("Apply"))
        },
    )
}

/// One approval with its history.
pub(crate) fn one(admin: &Admin, approval: &Approval, errors: &Errors, status: StatusCode) -> Response {
    let title = approval.origin.to_string();
    let content = html! {
        (heading(&title, Some(meaning(&approval.origin)), html! {}))
        @if status == StatusCode::PRECONDITION_FAILED { (somebody_else(approval)) }
        (wrong(errors))
        (section("facts", "Request", definitions([
            ("Status", standing(approval.status)),
            ("Redirect URI", html! { code { (text(&approval.redirect_uri)) } }),
            ("App", html! { (text(&approval.client_name)) " " span.muted { "(what it calls itself)" } }),
            ("Client ID", html! { code { (text(&approval.client_id)) } }),
            ("Requested on", time(approval.created_at)),
            ("Requested by", html! {
                ul { @for requester in &approval.requesters { li { (text(&requester.email)) ", " (time(requester.at)) } } }
                @if approval.requesters.is_empty() { span.muted { "Nobody" } }
            }),
        ])))
        @if admin.may(Privilege::OauthApprovalsManage) { (decision(admin, approval, errors)) }
        @if !approval.decisions.is_empty() { (history(approval)) }
        (actions(link_button(Kind::Plain, "All approvals", path::APPROVALS)))
    };
    page(admin, Section::Approvals, &title, content)
        .status(status)
        .respond()
}

fn somebody_else(approval: &Approval) -> Markup {
    notice(
        Tone::Bad,
        html! {
            p {
                strong { "Somebody else was faster, and your decision was not saved." }
                @if let Some(decision) = approval.decision() {
                    " " (text(&decision.email)) " " (past(decision.status)) " this domain on " (time(decision.at)) "."
                }
            }
            p { "Look at it again; you can still change it." }
        },
    )
}

fn decision(admin: &Admin, approval: &Approval, errors: &Errors) -> Markup {
    let action = path::approval(approval);
    let choice = |status: ApprovalStatus, about| Choice {
        about: Some(about),
        ..Choice::new(status.as_str(), label(status), approval.status.as_str())
    };
    let rejected = match approval.status {
        Approved => "Nobody can connect through it. Every connection made through it ends at once.",
        Pending | Rejected => "Nobody can connect through it.",
    };
    let choices = vec![
        choice(
            Approved,
            "People of your organization can connect any app that sends them here.",
        ),
        choice(Rejected, rejected),
    ];
    section(
        "decide",
        "Decision",
        form(
            &action,
            &admin.csrf(&action),
            html! {
                (hidden("version", &approval.version.to_string()))
                (Select::radio("status", "What people may do", choices).error(errors.at("status")))
                (Field::text("reason", "Reason")
                    .hint("Kept in the history, where every admin can read it.")
                    .error(errors.at("reason"))
                    .autocomplete("off")
                    .max(Approval::MAX_REASON))
                (actions(button(Kind::Primary, "Save decision")))
            },
        ),
    )
}

fn history(approval: &Approval) -> Markup {
    let rows = approval.decisions.iter().rev().map(|decision| {
        let reason = html! {
            @if let Some(reason) = &decision.reason { (text(reason)) } @else { span.muted { "None given" } }
        };
        Row::new([
            standing(decision.status),
            time(decision.at),
            text(&decision.email),
            reason,
        ])
    });
    html! {
        h2 { "History" }
        (Table::new("Decisions, latest first").columns(["Decision", "On", "By", "Reason"]).rows(rows))
    }
}

/// What approving an origin allows.
fn meaning(origin: &Origin) -> &'static str {
    match origin {
        Origin::Web(_) if !origin.is_approvable() => {
            "Anybody can get a name under this domain, so it cannot be approved."
        }
        Origin::Web(text) if text.contains("xn--") => {
            "Every redirect URL of this origin, for any app. Its name stands for letters of another alphabet, which can look like a name you know: check it."
        }
        Origin::Web(_) => "Every redirect URL of this origin, for any app; nothing else, no other port, no subdomain.",
        Origin::Loopback => {
            "Programs that people run on their own computers, on any port. The origin does not tell which program it is."
        }
        Origin::Scheme(_) => {
            "Whichever app on a person’s device opens such links. Any app can claim them, so this says little about who made it."
        }
    }
}

fn standing(status: ApprovalStatus) -> Markup {
    let tone = match status {
        Pending => Tone::Warning,
        Approved => Tone::Good,
        Rejected => Tone::Bad,
    };
    badge(tone, label(status))
}

const fn label(status: ApprovalStatus) -> &'static str {
    match status {
        Pending => "Waiting approval",
        Approved => "Approved",
        Rejected => "Rejected",
    }
}

const fn past(status: ApprovalStatus) -> &'static str {
    match status {
        Pending => "asked about",
        Approved => "approved",
        Rejected => "rejected",
    }
}

fn in_a_toast(news: &News) -> String {
    let News { approval, ended } = news;
    let (origin, past) = (&approval.origin, past(approval.status));
    match (ended.number, ended.more) {
        (0, false) => format!("You {past} {origin}."),
        (0, true) => format!("You {past} {origin}. Every connection made through it ended at once."),
        (number, false) => format!("You {past} {origin}. {} ended at once.", counted(number, "connection")),
        (number, true) => format!("You {past} {origin}. {number} connections or more ended at once."),
    }
}
