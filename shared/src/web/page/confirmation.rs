//! The page that asks before something is destroyed.

use super::{Kind, actions, button, form, heading, link_button};
use maud::{Markup, Render, html};

/// Asks before something is destroyed: says what happens, and offers the button that does it and
/// the way back.
#[derive(Debug)]
pub struct Confirmation<'a> {
    /// The question, which is the page's `h1`.
    pub title: &'a str,
    /// What happens, in words.
    pub consequences: Markup,
    /// Where the form is posted.
    pub action: &'a str,
    /// The form's token.
    pub csrf: &'a str,
    /// Further fields of the form, hidden or not.
    pub fields: Markup,
    /// What the button says: a verb and its object.
    pub label: &'a str,
    /// Where the way back leads.
    pub back: &'a str,
}

impl Render for Confirmation<'_> {
    fn render(&self) -> Markup {
        html! {
            (heading(self.title, None, html! {}))
            div.panel.narrow {
                div.consequences { (self.consequences) }
                (form(self.action, self.csrf, html! {
                    (self.fields)
                    (actions(html! {
                        (button(Kind::Danger, self.label))
                        (link_button(Kind::Plain, "Cancel", self.back))
                    }))
                }))
            }
        }
    }
}
