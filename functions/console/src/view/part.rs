//! Parts that several pages share, on top of the page kit.

use crate::errors::Errors;
use regent::web::page::{Markup, Tone, error_summary, html, notice, text};

/// What was wrong with a form, above it.
pub(super) fn wrong(errors: &Errors) -> Markup {
    html! {
        @if let Some(whole) = &errors.whole { (notice(Tone::Bad, html! { p { (text(whole)) } })) }
        (error_summary(&errors.fields()))
    }
}

/// A field that the person does not see.
pub(super) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Checkboxes under a common name, or what stands in their place when there are none.
pub(super) fn checks(name: &str, legend: &str, hint: &str, error: Option<&str>, boxes: &[Markup]) -> Markup {
    let described = match error {
        Some(_) => format!("{name}-hint {name}-error"),
        None => format!("{name}-hint"),
    };
    html! {
        fieldset.field id=(name) aria-describedby=(described) {
            legend { (legend) }
            p.hint id={ (name) "-hint" } { (hint) }
            @if let Some(error) = error {
                p.error id={ (name) "-error" } { span.visually-hidden { "Error: " } (text(error)) }
            }
            @for one in boxes { (one) }
        }
    }
}

/// A checkbox in front of the name of a row: selects the row.
pub(super) fn selector(name: &str, value: &str, what: &str, content: &Markup) -> Markup {
    html! {
        div.selectable {
            input type="checkbox" name=(name) value=(value) aria-label={ "Select " (what) };
            div { (content) }
        }
    }
}

/// The button for the rows that are selected.
pub(super) fn delete_selected(name: &str) -> Markup {
    html! { button.button type="submit" data-needs=(name) { "Delete selected…" } }
}

/// A span of seconds in the largest unit that fits evenly: `1 day`, `90 minutes`.
pub(super) fn span(seconds: u32) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) = units
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length))
        .unwrap_or((1, "second"));
    counted((seconds / length) as usize, unit)
}

/// `1 credential`, `2 credentials`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        for (seconds, said) in [
            (300, "5 minutes"),
            (301, "301 seconds"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (86_400, "1 day"),
            (2_592_000, "30 days"),
        ] {
            assert_eq!(span(seconds), said);
        }
    }
}
