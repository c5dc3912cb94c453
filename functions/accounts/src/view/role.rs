//! Roles as callers see them.

use regent::domain::{BuiltinRole, Privilege, ResourceId, Role, RoleRef, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A named set of management privileges and of API scopes.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub(crate) struct RoleView {
    #[schema(value_type = String, example = "rol_0123456789ab")]
    pub(super) id: RoleRef,
    #[schema(max_length = 64)]
    name: String,
    /// Every organization has the built-in roles; they cannot be changed.
    built_in: bool,
    /// What it may do in the management API.
    #[schema(value_type = Vec<String>, example = json!(["service_accounts:read"]))]
    privileges: BTreeSet<Privilege>,
    /// What it may do at API resources.
    scopes: Vec<RoleScopesView>,
    /// Whether it has every scope of every API resource instead: built-in admins do.
    every_scope: bool,
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

/// Scopes of one API resource.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RoleScopes)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleScopesView {
    #[schema(value_type = String, example = "res_0123456789ab")]
    pub(crate) resource: ResourceId,
    #[schema(value_type = Vec<String>, example = json!(["read:me"]))]
    pub(crate) scopes: BTreeSet<Scope>,
}

impl From<BuiltinRole> for RoleView {
    fn from(role: BuiltinRole) -> Self {
        Self {
            id: RoleRef::Builtin(role),
            name: role.title().to_owned(),
            built_in: true,
            privileges: role.privileges(),
            scopes: Vec::new(),
            every_scope: role.has_every_scope(),
            created_at: None,
            version: 1,
        }
    }
}

impl From<&Role> for RoleView {
    fn from(role: &Role) -> Self {
        let scopes = role.scopes.iter().map(|(resource, scopes)| RoleScopesView {
            resource: *resource,
            scopes: scopes.iter().cloned().collect(),
        });
        Self {
            id: RoleRef::Custom(role.id),
            name: role.name.to_string(),
            built_in: false,
            privileges: role.privileges.clone(),
            scopes: scopes.collect(),
            every_scope: false,
            created_at: Some(role.created_at.to_rfc3339()),
            version: role.version,
        }
    }
}

impl RoleView {
    /// Where it stands in the list: built-in roles first.
    pub(crate) fn place(&self) -> String {
        format!("{}{}", u8::from(!self.built_in), self.id)
    }
}

super::made!(RoleView, "/roles");
