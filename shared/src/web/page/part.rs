//! Small parts: headings, buttons, forms, badges, notices, copyable values, confirmations.

#![expect(
    clippy::needless_pass_by_value,
    reason = "markup is made where it is handed over: borrowing it would only add ampersands"
)]

use maud::{Markup, html};

/// What a button is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The one thing a page is about.
    Primary,
    /// Everything else.
    Plain,
    /// Destroys something.
    Danger,
    /// Beside something more important.
    Quiet,
}

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// Good.
    Good,
    /// Waiting, or to be looked at.
    Warning,
    /// Bad.
    Bad,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Danger => "button danger",
            Self::Quiet => "button quiet",
        }
    }
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// The page's `h1`, a sentence about it, and buttons for it (or `html! {}`).
pub fn heading(title: &str, lead: Option<&str>, buttons: Markup) -> Markup {
    html! {
        div.heading {
            div {
                h1 { (super::text(title)) }
                @if let Some(lead) = lead { p.lead { (lead) } }
            }
            @if !buttons.0.is_empty() { div.actions { (buttons) } }
        }
    }
}

/// A section of a page under an `h2`. `id` names it for links.
pub fn section(id: &str, title: &str, content: Markup) -> Markup {
    html! {
        section.panel id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (content)
        }
    }
}

/// A button that sends the form it is in.
pub fn button(kind: Kind, label: &str) -> Markup {
    html! { button type="submit" class=(kind.class()) { (label) } }
}

/// A button that sends the form it is in, and says which of several it was.
pub fn button_named(kind: Kind, label: &str, name: &str, value: &str) -> Markup {
    html! { button type="submit" class=(kind.class()) name=(name) value=(value) { (label) } }
}

/// A link that looks like a button.
pub fn link_button(kind: Kind, label: &str, href: &str) -> Markup {
    html! { a class=(kind.class()) href=(href) { (label) } }
}

/// Buttons side by side, the most important one first; below each other at phone width.
pub fn actions(buttons: Markup) -> Markup {
    html! { div.actions { (buttons) } }
}

/// A form that changes something: posted to `action` with its CSRF token.
pub fn form(action: &str, csrf: &str, content: Markup) -> Markup {
    html! {
        form.form method="post" action=(action) {
            input type="hidden" name="csrf" value=(csrf);
            (content)
        }
    }
}

/// A status in a word or two.
pub fn badge(tone: Tone, label: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (label) } }
}

/// Something to read before going on. A bad one is an alert: screen readers say it at once.
pub fn notice(tone: Tone, content: Markup) -> Markup {
    let role = (tone == Tone::Bad).then_some("alert");
    html! { div class={ "notice " (tone.class()) } role=[role] { (content) } }
}

/// A value to copy under its label. Without JavaScript a click selects all of it. `id` is unique in
/// the page.
pub fn copyable(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div.copyable role="group" aria-labelledby={ (id) "-label" } {
            span.label id={ (id) "-label" } { (label) }
            div.value {
                code id=(id) { (value) }
                button.button.js-only type="button" data-copy=(id) aria-label={ "Copy " (label) } { "Copy" }
            }
        }
    }
}
