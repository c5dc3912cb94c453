//! The page to change one's own password.

use super::page;
use super::part::wrong;
use crate::admin::Admin;
use crate::errors::Errors;
use crate::path;
use axum::response::Response;
use http::StatusCode;
use regent::domain::Password;
use regent::web::page::{Field, Kind, Section, actions, button, form, heading, html};

const TITLE: &str = "Change your password";

/// Asks for the present password and a new one.
pub(crate) fn show(admin: &Admin, errors: &Errors, status: StatusCode) -> Response {
    let rules = format!(
        "At least {} characters. Not your name or address, and nothing that everybody tries first.",
        Password::MIN
    );
    let email = admin.caller().user().email.as_str();
    let fields = html! {
        // For password managers: whose password it is.
        input.visually-hidden type="email" value=(email) autocomplete="username" readonly
            tabindex="-1" aria-hidden="true";
        (Field::password("present", "Present password", "current-password").error(errors.at("present")).required())
        (Field::password("password", "New password", "new-password").hint(&rules).error(errors.at("password")).required())
        (actions(button(Kind::Primary, "Change password")))
    };
    let content = html! {
        (heading(TITLE, Some("You stay signed in here, and are signed out everywhere else."), html! {}))
        div.panel.narrow {
            (wrong(errors))
            (form(path::PASSWORD, &admin.csrf(path::PASSWORD), fields))
        }
    };
    page(admin, Section::Sessions, TITLE, content).status(status).respond()
}
