//! The states of the authorize page in which nothing can be allowed: never requested, pending,
//! rejected, cannot be checked, and an origin that nobody can approve. Each with exactly its
//! actions; returning to the app is a link, and nothing is recorded.

use super::client::Asking;
use super::destination::{destination, in_a_sentence};
use http::StatusCode;
use regent::domain::Timestamp;
use regent::web::page::{Kind, Markup, Page, Place, actions, button_named, form, html, link_button, text, time};

/// How many seconds the script waits before it looks whether the domain is approved.
const POLL: u32 = 15;

/// Before the destination: nobody is sent there from these pages.
const WOULD: &str = "The app would send you to";

/// Nobody asked for the origin yet. `action=request` does.
pub(crate) fn never_requested(asking: &Asking<'_>) -> Page {
    let content = html! {
        p {
            "An admin of " (text(asking.organization)) " must approve " (origin(asking)) " before "
            (text(asking.client_name)) " can connect. Nobody has asked for that yet."
        }
        (asking.vouching.line())
        (destination(WOULD, asking.redirect_uri))
        (form(asking.action, asking.csrf, actions(html! {
            (button_named(Kind::Primary, "Request approval", "action", "request"))
            (return_to_app(asking))
        })))
    };
    page(asking, "This domain needs approval", content)
}

/// Somebody asked, nobody decided. `checked_at` is when the person has just looked (`action=check`).
pub(crate) fn pending(asking: &Asking<'_>, checked_at: Option<Timestamp>) -> Page {
    let role = checked_at.map(|_| "status");
    let content = html! {
        div.stack data-poll=(POLL) {
            p {
                "A request was submitted: an admin of " (text(asking.organization)) " must approve "
                (origin(asking)) " before " (text(asking.client_name)) " can connect."
            }
            p.note role=[role] data-poll-note {
                @if let Some(at) = checked_at { "Still pending as of " (time(at)) "." }
            }
            p.hint.js-only { "This page goes on by itself once the domain is approved." }
            p.hint { "You can close it: the request stays. Start again from the app later." }
        }
        (destination(WOULD, asking.redirect_uri))
        (form(asking.action, asking.csrf, actions(html! {
            (button_named(Kind::Primary, "Check status", "action", "check"))
            (return_to_app(asking))
        })))
    };
    page(asking, "Waiting for approval", content)
}

/// The organization rejected the origin.
pub(crate) fn rejected(asking: &Asking<'_>) -> Page {
    let content = html! {
        p {
            (text(asking.client_name)) " cannot connect with this redirect URL: an admin of "
            (text(asking.organization)) " rejected " (origin(asking)) "."
        }
        p.hint { "If you need this app, speak to an admin. Every admin can change the decision." }
        (destination(WOULD, asking.redirect_uri))
        (actions(return_to_app(asking)))
    };
    page(asking, "This app cannot connect", content)
}

/// How the origin stands could not be found out. Try again is the request itself.
pub(crate) fn unchecked(asking: &Asking<'_>) -> Page {
    let content = html! {
        p role="alert" {
            "Whether " (text(asking.organization)) " approves " (origin(asking))
            " could not be checked just now. Nothing was allowed, and nothing is lost."
        }
        (actions(html! {
            (link_button(Kind::Primary, "Try again", asking.action))
            (return_to_app(asking))
        }))
    };
    page(asking, "The domain could not be checked", content).status(StatusCode::SERVICE_UNAVAILABLE)
}

/// The origin is a public suffix: no admin can approve it.
pub(crate) fn unapprovable(asking: &Asking<'_>) -> Page {
    let content = html! {
        p {
            (text(asking.client_name)) " cannot connect with this redirect URL: anybody can get a name under "
            (origin(asking)) ", so no organization can approve it."
        }
        p.hint { "The maker of the app has to use an address of its own." }
        (destination(WOULD, asking.redirect_uri))
        (actions(return_to_app(asking)))
    };
    page(asking, "This domain cannot be approved", content)
}

fn page(asking: &Asking<'_>, title: &str, content: Markup) -> Page {
    // Behind its form may be a page that sends the person on to the app.
    Page::card(Place::Consent, title, content).below(asking.signed_in.line())
}

fn origin(asking: &Asking<'_>) -> Markup {
    in_a_sentence(&asking.redirect_uri.origin())
}

fn return_to_app(asking: &Asking<'_>) -> Markup {
    link_button(Kind::Plain, "Return to app", asking.return_url)
}

#[cfg(test)]
mod tests {
    use super::super::client::sample::{asking, body, uri};
    use super::*;

    /// PRODUCT §5, the table.
    #[tokio::test]
    async fn every_state_has_exactly_its_actions() {
        let uri = uri("https://claude.ai/cb");
        let asking = asking("Claude", &uri);
        let at = Timestamp::parse_rfc3339("2026-05-28T15:06:00Z").unwrap();
        for (page, actions) in [
            (never_requested(&asking), &["Request approval", "Return to app"][..]),
            (pending(&asking, None), &["Check status", "Return to app"]),
            (pending(&asking, Some(at)), &["Check status", "Return to app"]),
            (rejected(&asking), &["Return to app"]),
            (unchecked(&asking), &["Try again", "Return to app"]),
            (unapprovable(&asking), &["Return to app"]),
        ] {
            let body = body(page).await;
            let main = body.split(r#"<div class="below">"#).next().unwrap();
            assert_eq!(main.matches("class=\"button").count(), actions.len(), "{main}");
            for action in actions {
                assert!(main.contains(&format!(">{action}</")), "{action} in {main}");
            }
            assert!(
                main.contains(r#"href="https://claude.ai/cb?error=access_denied&amp;state=s&amp;iss=i""#),
                "{main}"
            );
            assert!(!main.contains("Allow"), "{main}");
        }
    }

    #[tokio::test]
    async fn who_checks_is_told_as_of_when() {
        let uri = uri("https://claude.ai/cb");
        let at = Timestamp::parse_rfc3339("2026-05-28T15:06:00Z").unwrap();
        let checked = body(pending(&asking("Claude", &uri), Some(at))).await;
        assert!(checked.contains("Still pending as of <time"), "{checked}");
        assert!(checked.contains("May 28, 2026 at 3:06 PM UTC</time>."), "{checked}");
        let first = body(pending(&asking("Claude", &uri), None)).await;
        assert!(
            !first.contains("Still pending") && first.contains("submitted"),
            "{first}"
        );
    }
}
