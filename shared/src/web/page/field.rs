//! Fields of forms, each with its label, its hint and what is wrong with it.

use super::text::neutral;
use maud::{Markup, Render, html};

/// A field with one line of text, or several. Used like markup: `(Field::email("email", "E-mail"))`.
#[derive(Debug)]
#[must_use]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'static str,
    rows: u8,
    value: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    autocomplete: Option<&'static str>,
    max: Option<usize>,
    range: Option<(u64, u64)>,
    required: bool,
    plain: bool,
    focus: bool,
}

impl<'a> Field<'a> {
    /// One line of text. `name` is also its id: unique in the page.
    pub const fn text(name: &'a str, label: &'a str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            rows: 1,
            value: "",
            hint: None,
            error: None,
            autocomplete: None,
            max: None,
            range: None,
            required: false,
            plain: false,
            focus: false,
        }
    }

    /// An e-mail address.
    pub const fn email(name: &'a str, label: &'a str) -> Self {
        Self::text(name, label).kind("email")
    }

    /// A password: `autocomplete` is `current-password` or `new-password`.
    pub const fn password(name: &'a str, label: &'a str, autocomplete: &'static str) -> Self {
        Self::text(name, label).kind("password").autocomplete(autocomplete)
    }

    /// A whole number within a range.
    pub const fn number(name: &'a str, label: &'a str, least: u64, most: u64) -> Self {
        let mut field = Self::text(name, label).kind("number");
        field.range = Some((least, most));
        field
    }

    /// Several lines of text.
    pub const fn lines(name: &'a str, label: &'a str, rows: u8) -> Self {
        let mut field = Self::text(name, label);
        field.rows = if rows < 2 { 2 } else { rows };
        field
    }

    /// Another type of input (`url`, `search`, `datetime-local`, …).
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// What stands in it.
    pub const fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// What to know before filling it in.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What is wrong with what was filled in.
    pub const fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// What a browser may fill in (HTML, autofill).
    pub const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = Some(autocomplete);
        self
    }

    /// The most characters.
    pub const fn max(mut self, characters: usize) -> Self {
        self.max = Some(characters);
        self
    }

    /// It cannot stay empty.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Its label does not say that it may stay empty: in a filter every field may.
    pub const fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// The cursor starts here.
    pub const fn focus(mut self) -> Self {
        self.focus = true;
        self
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let described = described(self.name, self.hint, self.error);
        let invalid = self.error.map(|_| "true");
        html! {
            div.field {
                label for=(self.name) { (self.label) @if !self.required && !self.plain { span.optional { " (optional)" } } }
                (about(self.name, self.hint, self.error))
                @if self.rows > 1 {
                    textarea id=(self.name) name=(self.name) rows=(self.rows) maxlength=[self.max]
                        required[self.required] autofocus[self.focus]
                        aria-describedby=[described.as_deref()] aria-invalid=[invalid] { "\n" (self.value) }
                } @else {
                    input id=(self.name) name=(self.name) type=(self.kind) value=(neutral(self.value))
                        autocomplete=[self.autocomplete] maxlength=[self.max]
                        min=[self.range.map(|range| range.0)] max=[self.range.map(|range| range.1)]
                        autocapitalize=[(self.kind == "email").then_some("none")]
                        spellcheck=[matches!(self.kind, "email" | "url").then_some("false")]
                        required[self.required] autofocus[self.focus]
                        aria-describedby=[described.as_deref()] aria-invalid=[invalid];
                }
            }
        }
    }
}

/// Hint and error of a field, between its label and its control.
pub(super) fn about(name: &str, hint: Option<&str>, error: Option<&str>) -> Markup {
    html! {
        @if let Some(hint) = hint { p.hint id={ (name) "-hint" } { (hint) } }
        @if let Some(error) = error {
            p.error id={ (name) "-error" } { span.visually-hidden { "Error: " } (super::text(error)) }
        }
    }
}

/// The ids of what describes a field.
pub(super) fn described(name: &str, hint: Option<&str>, error: Option<&str>) -> Option<String> {
    let hint = hint.map(|_| format!("{name}-hint"));
    let error = error.map(|_| format!("{name}-error"));
    let ids: Vec<String> = hint.into_iter().chain(error).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// What was wrong with a form, above it, with a link to each field: names of fields and reasons.
/// Nothing if nothing was.
pub fn error_summary(errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.notice.bad role="alert" {
                p { strong { "That did not work:" } }
                ul { @for (field, why) in errors { li { a href={ "#" (field) } { (super::text(why)) } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_names_its_hint_and_its_error_to_screen_readers() {
        let markup =
            html! { (Field::text("name", "Name").hint("Short.").error(Some("is taken")).required()) }.into_string();
        assert!(markup.contains(r#"<label for="name">Name</label>"#), "{markup}");
        assert!(
            markup.contains(r#"aria-describedby="name-hint name-error" aria-invalid="true""#),
            "{markup}"
        );
        assert!(markup.contains(r#"<p class="hint" id="name-hint">"#), "{markup}");
    }

    #[test]
    fn a_hostile_value_stays_in_its_attribute() {
        for hostile in ["\"><script>", "' onfocus='x", "\u{202E}\" autofocus \""] {
            let input = html! { (Field::text("name", "Name").value(hostile)) }.into_string();
            let lines = html! { (Field::lines("name", "Name", 3).value("</textarea><script>")) }.into_string();
            assert!(
                !input.contains("<script") && !lines.contains("<script"),
                "{input}{lines}"
            );
            assert!(
                !input.contains("\" autofocus") && !input.contains('\u{202E}'),
                "{input}"
            );
        }
    }
}
