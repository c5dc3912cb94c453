//! Controls to choose with: select, radio buttons, checkbox.

use super::field::{about, described};
use maud::{Markup, Render, html};

/// One choice of several.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// What the form sends.
    pub value: &'a str,
    /// What the person reads.
    pub label: &'a str,
    /// A second line about it, shown by radio buttons.
    pub about: Option<&'a str>,
    /// Whether it is the chosen one.
    pub chosen: bool,
}

impl<'a> Choice<'a> {
    /// A choice, chosen if its value is `chosen`.
    pub fn new(value: &'a str, label: &'a str, chosen: &str) -> Self {
        Self {
            value,
            label,
            about: None,
            chosen: value == chosen,
        }
    }
}

/// One of several, as a list that opens ([`Select::new`]) or as radio buttons ([`Select::radio`]).
#[derive(Debug)]
#[must_use]
pub struct Select<'a> {
    id: &'a str,
    name: &'a str,
    label: &'a str,
    choices: Vec<Choice<'a>>,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    radio: bool,
    label_hidden: bool,
    submits: bool,
}

impl<'a> Select<'a> {
    /// A list that opens. `name` is also its id.
    pub const fn new(name: &'a str, label: &'a str, choices: Vec<Choice<'a>>) -> Self {
        Self {
            id: name,
            name,
            label,
            choices,
            hint: None,
            error: None,
            radio: false,
            label_hidden: false,
            submits: false,
        }
    }

    /// Radio buttons, for a few choices with more to say.
    pub const fn radio(name: &'a str, label: &'a str, choices: Vec<Choice<'a>>) -> Self {
        let mut select = Self::new(name, label, choices);
        select.radio = true;
        select
    }

    /// Another id than its name: for a select in every row of a table.
    pub const fn id(mut self, id: &'a str) -> Self {
        self.id = id;
        self
    }

    /// What to know before choosing.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What is wrong with the choice.
    pub const fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// The label is only for screen readers: the place says it to everybody else.
    pub const fn label_hidden(mut self) -> Self {
        self.label_hidden = true;
        self
    }

    /// Choosing sends the form. Put a button with the class `nojs-only` beside it, for keyboards and
    /// for browsers without JavaScript: [`Select::apply`].
    pub const fn submits(mut self) -> Self {
        self.submits = true;
        self
    }

    /// The button for a select that [`Select::submits`].
    pub fn apply(label: &str) -> Markup {
        html! { button.button.nojs-only type="submit" data-apply { (label) } }
    }

    fn as_list(&self) -> Markup {
        html! {
            div.field {
                label.visually-hidden[self.label_hidden] for=(self.id) { (self.label) }
                (about(self.id, self.hint, self.error))
                select id=(self.id) name=(self.name) data-submit[self.submits]
                    aria-describedby=[described(self.id, self.hint, self.error)]
                    aria-invalid=[self.error.map(|_| "true")] {
                    @for choice in &self.choices {
                        option value=(choice.value) selected[choice.chosen] { (super::text::neutral(choice.label)) }
                    }
                }
            }
        }
    }

    fn as_radio(&self) -> Markup {
        html! {
            fieldset.field aria-describedby=[described(self.id, self.hint, self.error)] {
                legend.visually-hidden[self.label_hidden] { (self.label) }
                (about(self.id, self.hint, self.error))
                @for (index, choice) in self.choices.iter().enumerate() {
                    label.choice {
                        input type="radio" name=(self.name) value=(choice.value) required
                            id=[(index == 0).then_some(self.id)] checked[choice.chosen];
                        span {
                            (super::text(choice.label))
                            @if let Some(about) = choice.about { span.muted.block { (super::text(about)) } }
                        }
                    }
                }
            }
        }
    }
}

impl Render for Select<'_> {
    fn render(&self) -> Markup {
        if self.radio { self.as_radio() } else { self.as_list() }
    }
}

/// A checkbox with its label beside it, and a hint below.
pub fn checkbox(name: &str, value: &str, label: &str, hint: Option<&str>, checked: bool) -> Markup {
    let id = format!("{name}-{value}");
    html! {
        label.choice for=(id) {
            input type="checkbox" id=(id) name=(name) value=(value) checked[checked]
                aria-describedby=[hint.map(|_| format!("{id}-hint"))];
            span {
                (super::text(label))
                @if let Some(hint) = hint { span.muted.block id={ (id) "-hint" } { (hint) } }
            }
        }
    }
}
