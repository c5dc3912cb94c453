//! The form of a user: a person to invite, or a user who is there.

use super::part::{hidden, wrong};
use super::{page, role};
use crate::admin::Admin;
use crate::path;
use crate::posted::KEY;
use crate::user_form::{Form, Subject};
use axum::response::Response;
use http::StatusCode;
use regent::domain::{User, UserType};
use regent::web::page::{
    Choice, Field, Kind, Markup, Section, Select, actions, button, definitions, form, heading, html, link_button,
    section, time,
};
use std::collections::BTreeSet;

/// The form, with what was wrong when it was sent.
pub(crate) fn show(admin: &Admin, asked: &Form, status: StatusCode) -> Response {
    let (title, content) = match &asked.subject {
        Subject::New { key } => ("Invite person".to_owned(), invite(admin, asked, key)),
        Subject::Known { user, version } => (user.name.to_string(), known(admin, asked, user, *version)),
    };
    let page = page(admin, Section::Users, &title, content);
    asked.errors.with_wait(page.status(status).respond())
}

fn invite(admin: &Admin, asked: &Form, key: &str) -> Markup {
    let (typed, errors) = (&asked.typed, &asked.errors);
    let fields = html! {
        (hidden(KEY, key))
        (who(asked, "The invitation goes here. They sign in with it."))
        (types(asked, &PEOPLE))
        (role::choice(admin, &BTreeSet::new(), &typed.roles, "What they may do. More roles add up.", errors))
        (reach(admin, asked))
        (actions(html! {
            (button(Kind::Primary, "Send invitation"))
            (link_button(Kind::Plain, "Cancel", path::USERS))
        }))
    };
    let lead = "They get a mail with a link that works for 48 hours, and choose a password of their own.";
    html! {
        (heading("Invite person", Some(lead), html! {}))
        div.panel.narrow {
            (wrong(errors))
            (form(path::NEW_USER, &admin.csrf(path::NEW_USER), fields))
        }
    }
}

fn known(admin: &Admin, asked: &Form, user: &User, version: u64) -> Markup {
    let action = path::user(user.id);
    let program = user.service().is_some();
    let buttons = html! {
        @if program { (link_button(Kind::Plain, "Open service account", &path::account(user.id))) }
        @if super::user::is_invited(user) { (link_button(Kind::Plain, "Send invitation", &path::invite_user(user.id))) }
        (link_button(Kind::Danger, "Delete", &path::delete_user(user.id)))
    };
    let fields = html! {
        (hidden("version", &version.to_string()))
        @if program {
            p { "This is a service account: its roles are on " a href=(path::edit_account(user.id)) { "its own page" } ". Making a person of it destroys its credentials; you will see which before anything happens." }
            (types(asked, &ALL))
            (Field::email("email", "E-mail of the person")
                .value(&asked.typed.email)
                .hint("Where an invitation can go. The address it has now is a program’s: no mail arrives there.")
                .error(asked.errors.at("email"))
                .autocomplete("off")
                .max(254))
        } @else {
            (who(asked, "They sign in with it. With another one their sessions end, and links sent before are void."))
            (types(asked, &PEOPLE))
            (role::choice(admin, &user.roles, &asked.typed.roles, "What they may do. More roles add up.", &asked.errors))
        }
        (reach(admin, asked))
        (actions(html! {
            (button(Kind::Primary, "Save changes"))
            (link_button(Kind::Plain, "Back to users", path::USERS))
        }))
    };
    html! {
        (heading(user.name.as_str(), Some(user.email.as_str()), buttons))
        div.panel.narrow {
            (wrong(&asked.errors))
            (form(&action, &admin.csrf(&action), fields))
        }
        (section("about", "About this user", facts(user)))
    }
}

/// Name and address.
fn who(asked: &Form, about_email: &str) -> Markup {
    let (typed, errors) = (&asked.typed, &asked.errors);
    html! {
        (Field::text("name", "Name").value(&typed.name).error(errors.at("name")).autocomplete("off").max(64).required())
        (Field::email("email", "E-mail")
            .value(&typed.email)
            .hint(about_email)
            .error(errors.at("email"))
            .autocomplete("off")
            .max(254)
            .required())
    }
}

fn facts(user: &User) -> Markup {
    definitions([
        ("Status", super::user::status(user)),
        ("Created", time(user.created_at)),
        ("Last changed", time(user.updated_at)),
        ("ID", html! { code { (user.id) } }),
    ])
}

const PEOPLE: [UserType; 3] = [UserType::Licensed, UserType::Sales, UserType::ViewOnly];
const ALL: [UserType; 4] = [
    UserType::Service,
    UserType::Licensed,
    UserType::Sales,
    UserType::ViewOnly,
];

fn types(asked: &Form, offered: &[UserType]) -> Markup {
    let choices = offered.iter().map(|kind| {
        let about = match kind {
            UserType::Licensed => "A full seat.",
            UserType::Sales => "A sales seat.",
            UserType::ViewOnly => "A seat for looking only.",
            UserType::Service => "A program. Takes no seat and cannot sign in.",
        };
        Choice {
            about: Some(about),
            ..Choice::new(kind.as_str(), super::user::type_name(*kind), &asked.typed.user_type)
        }
    });
    html! { (Select::radio("user_type", "Type", choices.collect()).error(asked.errors.at("user_type"))) }
}

/// Where the roles count.
fn reach(admin: &Admin, asked: &Form) -> Markup {
    let subscriptions = &admin.caller().organization().subscriptions;
    let named: Vec<(String, String)> = subscriptions
        .iter()
        .map(|(id, name)| (id.to_string(), name.to_string()))
        .collect();
    let chosen = &asked.typed.subscription;
    let mut choices = vec![Choice::new("", "All subscriptions", chosen)];
    choices.extend(named.iter().map(|(id, name)| Choice::new(id, name, chosen)));
    html! {
        (Select::new("subscription", "Access to", choices)
            .hint("Roles count there and nowhere else.")
            .error(asked.errors.at("subscription")))
    }
}
