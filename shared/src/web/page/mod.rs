//! Pages for people: one look, one set of headers, no script or style outside the assets.
//!
//! A handler builds its content with [`maud::html!`] and the parts of this module, hands it to
//! [`Page::card`] (sign-in, consent) or [`Page::console`] (everything under `/console`), and returns
//! [`Page::respond`]:
//!
//! ```text
//! Page::console(&shell, "Service accounts", html! {
//!     (heading("Service accounts", Some("For programs that act on their own."), html! {
//!         (link_button(Kind::Primary, "Create service account", "/console/service-accounts/new"))
//!     }))
//!     (Table::new("Service accounts").columns(["Name", "Last used"]).row([html! { (text(name)) }, time(at)]))
//! })
//! .toast(Some("Service account created."))
//! .respond()
//! ```
//!
//! - Parts are functions that return [`Markup`], or builders that are used like markup: `(Field::email("email", "E-mail"))`.
//! - Whatever somebody typed goes through [`text()`], which isolates and neutralises marks that change
//!   the direction of text; maud escapes the rest.
//! - Headings: a page has one `h1` ([`heading`], or the card's title); sections go on with `h2`.
//! - Every form is made by [`form`] and so has its `csrf`; every control that only works with
//!   JavaScript has the class `js-only`, every one that is only needed without it `nojs-only`.
//!   What the script does is listed at the top of `regent.js`.

mod asset;
mod choice;
mod confirmation;
mod field;
mod header;
mod layout;
mod list;
mod part;
mod section;
mod table;
mod text;

pub use asset::assets;
pub use choice::{Choice, Select, checkbox};
pub use confirmation::Confirmation;
pub use field::{Field, error_summary};
pub use header::Place;
pub use layout::{Page, Shell};
pub use list::{definitions, empty, pagination};
pub use maud::{Markup, PreEscaped, html};
pub use part::{
    Kind, Tone, actions, badge, button, button_named, copyable, form, heading, link_button, notice, section,
};
pub use section::Section;
pub use table::{Row, Table};
pub use text::{text, time, when};
