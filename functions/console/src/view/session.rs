//! The person's own sessions.

use super::page;
use super::part::hidden;
use crate::admin::Admin;
use crate::path;
use axum::response::Response;
use regent::domain::Session;
use regent::web::page::{Kind, Row, Section, Table, Tone, badge, button, form, heading, html, link_button, text, time};

const TITLE: &str = "Sessions";

/// Where the person is signed in; `current` is the digest of the session that asks.
pub(crate) fn list(admin: &Admin, sessions: &[Session], current: &str) -> Response {
    let lead =
        "Where you are signed in. A session ends after two hours without use, and twelve hours after signing in.";
    let csrf = admin.csrf(path::SESSIONS);
    let others = html! {
        @if sessions.len() > 1 {
            (form(path::SESSIONS, &csrf, html! {
                (hidden("session", "others"))
                (button(Kind::Danger, "End all others"))
            }))
        }
    };
    let rows = sessions
        .iter()
        .map(|session| row(session, session.digest == current, &csrf));
    let columns = ["Browser", "From", "Signed in", "Last used", "-Actions"];
    let content = html! {
        (heading(TITLE, Some(lead), html! {
            (link_button(Kind::Plain, "Change your password", path::PASSWORD))
            (others)
        }))
        (Table::new(TITLE).columns(columns).rows(rows))
    };
    page(admin, Section::Sessions, TITLE, content).respond()
}

fn row(session: &Session, current: bool, csrf: &str) -> Row {
    let name = browser(&session.user_agent);
    let end = html! {
        @if current { (badge(Tone::Good, "This session")) } @else {
            (form(path::SESSIONS, csrf, html! {
                (hidden("session", &session.digest))
                button.button.small type="submit" { "End" span.visually-hidden { " the session in " (text(&name)) } }
            }))
        }
    };
    Row::new([
        text(&name),
        text(&session.source_ip),
        time(session.created_at),
        time(session.last_seen_at),
        end,
    ])
}

/// What a browser calls itself, in words: `Firefox on Windows`. What is not known is shown as it is.
fn browser(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(token, _)| user_agent.contains(token));
        found.map(|(_, name)| *name)
    };
    // Browsers also claim to be the ones after them.
    let name = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("HeadlessChrome/", "Chrome without a window"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, _) if user_agent.is_empty() => "An unknown browser".to_owned(),
        (None, _) => user_agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_by_what_they_are_and_not_by_what_they_also_claim() {
        for (user_agent, expected) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.0", "curl/8.0"),
            ("", "An unknown browser"),
        ] {
            assert_eq!(browser(user_agent), expected);
        }
    }
}
