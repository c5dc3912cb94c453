//! Definition lists, empty states, and the way to the next page of a list.

#![expect(
    clippy::needless_pass_by_value,
    reason = "markup is made where it is handed over: borrowing it would only add ampersands"
)]

use maud::{Markup, html};

/// Names and what stands behind them.
pub fn definitions<'a>(entries: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! {
        dl.definitions {
            @for (name, value) in entries { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// What stands where a list would: that there is nothing, what will be here, and what to do.
pub fn empty(title: &str, explanation: &str, buttons: Markup) -> Markup {
    html! {
        div.empty {
            h2 { (title) }
            p { (explanation) }
            @if !buttons.0.is_empty() { div.actions { (buttons) } }
        }
    }
}

/// Links to the first and the next page of a list; none where there is none. Nothing if the list has
/// one page.
pub fn pagination(first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pagination aria-label="Pages" {
                @if let Some(first) = first { a.button href=(first) { "First page" } }
                @if let Some(next) = next { a.button href=(next) rel="next" { "Next page" } }
            }
        }
    }
}
