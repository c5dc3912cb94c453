//! Roles by their names, and roles to choose from.

use crate::admin::Admin;
use crate::errors::Errors;
use regent::domain::{BuiltinRole, Organization, RoleRef};
use regent::web::page::{Markup, checkbox, html, text};
use std::collections::BTreeSet;

/// What a role is called.
pub(super) fn name(organization: &Organization, role: RoleRef) -> String {
    match role {
        RoleRef::Builtin(role) => role.title().to_owned(),
        RoleRef::Custom(id) => organization
            .roles
            .get(&id)
            .map_or_else(|| "A role that is gone".to_owned(), |role| role.name.to_string()),
    }
}

/// Roles side by side.
pub(super) fn names(admin: &Admin, roles: &BTreeSet<RoleRef>) -> Markup {
    let organization = admin.caller().organization();
    html! {
        @if roles.is_empty() { span.muted { "None" } } @else {
            span {
                @for (index, role) in roles.iter().enumerate() {
                    @if index > 0 { ", " }
                    (text(&name(organization, *role)))
                }
            }
        }
    }
}

/// What a role allows, in a line.
fn about(organization: &Organization, role: RoleRef) -> String {
    let role = match role {
        RoleRef::Builtin(BuiltinRole::OrganizationAdmin) => {
            return "May do everything, in every subscription.".to_owned();
        }
        RoleRef::Builtin(BuiltinRole::SubscriptionAdmin) => {
            return "May do everything that concerns a subscription.".to_owned();
        }
        RoleRef::Builtin(BuiltinRole::Viewer) => return "May look at everything and change nothing.".to_owned(),
        RoleRef::Custom(id) => organization.roles.get(&id),
    };
    let privileges = role.into_iter().flat_map(|role| &role.privileges);
    let scopes = role
        .into_iter()
        .flat_map(|role| role.scopes.values())
        .flat_map(regent::domain::Scopes::iter);
    let all: BTreeSet<String> = privileges
        .map(|privilege| privilege.as_str().to_owned())
        .chain(scopes.map(ToString::to_string))
        .collect();
    let all: Vec<String> = all.into_iter().collect();
    if all.is_empty() {
        "Allows nothing yet.".to_owned()
    } else {
        all.join(", ")
    }
}

/// Roles to tick: those the person can hand out, and those that are held already.
pub(super) fn choice(
    admin: &Admin,
    held: &BTreeSet<RoleRef>,
    ticked: &BTreeSet<String>,
    hint: &str,
    errors: &Errors,
) -> Markup {
    let organization = admin.caller().organization();
    let custom = organization.roles.keys().copied().map(RoleRef::Custom);
    let all = custom.chain(BuiltinRole::ALL.map(RoleRef::Builtin));
    let offered = all.filter(|role| held.contains(role) || can_hand_out(admin, *role));
    let boxes: Vec<Markup> = offered
        .map(|role| {
            let (value, about) = (role.to_string(), about(organization, role));
            let ticked = ticked.contains(&value);
            checkbox("roles", &value, &name(organization, role), Some(&about), ticked)
        })
        .collect();
    super::part::checks("roles", "Roles", hint, errors.at("roles"), &boxes)
}

fn can_hand_out(admin: &Admin, role: RoleRef) -> bool {
    let nothing = BTreeSet::new();
    admin.caller().hand_out(&BTreeSet::from([role]), &nothing).is_ok()
}
