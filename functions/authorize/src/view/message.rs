//! Pages that only say something: what happened, and what to do.

use regent::web::page::{Kind, Markup, Page, Place, actions, button, form, html, link_button};

fn message(title: &str, says: Markup) -> Page {
    Page::card(Place::Authorize, title, says)
}

/// A form that another site sent.
pub(crate) fn cross_site() -> Page {
    message(
        "This came from another site",
        html! { p { "Another site tried to send a form in your name. Nothing was done." } },
    )
}

/// A form that is out of date; `path` is where a new one is.
pub(crate) fn stale(path: &str) -> Page {
    message(
        "This page was open for too long",
        html! {
            p { "Nothing was done. Open the page again and repeat what you did." }
            (actions(link_button(Kind::Primary, "Open it again", path)))
        },
    )
}

/// A dependency does not answer; `again` is what to ask for once more, path and query.
pub(crate) fn unavailable(again: &str) -> Page {
    message(
        "Regent cannot answer right now",
        html! {
            p role="alert" { "Something that Regent depends on does not answer. Nothing was done." }
            p.muted { "Wait a moment, and try again." }
            (actions(link_button(Kind::Primary, "Try again", again)))
        },
    )
    .status(http::StatusCode::SERVICE_UNAVAILABLE)
}

/// Signing out did not work. The same form is posted again, with the `csrf` it had.
pub(crate) fn still_signed_in(csrf: &str, next: &str) -> Page {
    message(
        "You are still signed in",
        html! {
            p role="alert" { "Something that Regent depends on does not answer, so you could not be signed out." }
            p.muted { "Wait a moment, and try again." }
            (form("/sign-out", csrf, html! {
                @if !next.is_empty() { input type="hidden" name="next" value=(next); }
                (actions(button(Kind::Primary, "Try again")))
            }))
        },
    )
    .status(http::StatusCode::SERVICE_UNAVAILABLE)
}

/// A request that makes no sense.
pub(crate) fn unreadable() -> Page {
    message(
        "This request cannot be read",
        html! { p { "Go back, and try again. If a link led you here, it is incomplete." } },
    )
}

/// No page, or not one to open like that.
pub(crate) fn nothing_here() -> Page {
    message(
        "There is no such page",
        html! {
            p { "The address is wrong, or the page is meant to be reached another way." }
            (actions(link_button(Kind::Primary, "To the console", "/console")))
        },
    )
}
