//! Roles: named sets of management privileges and of API scopes.

use super::{ApiResource, Invalid, Name, Privilege, ResourceId, RoleId, Scopes, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A role that every organization has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BuiltinRole {
    /// Every privilege in the whole organization.
    OrganizationAdmin,
    /// Every privilege that concerns one subscription.
    SubscriptionAdmin,
    /// Every privilege that only looks.
    Viewer,
}

impl BuiltinRole {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OrganizationAdmin, Self::SubscriptionAdmin, Self::Viewer];

    /// The id it has on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationAdmin => "organization_admin",
            Self::SubscriptionAdmin => "subscription_admin",
            Self::Viewer => "viewer",
        }
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OrganizationAdmin => "Organization admin",
            Self::SubscriptionAdmin => "Subscription admin",
            Self::Viewer => "Viewer",
        }
    }

    /// Whether it has every scope of every API resource it reaches.
    pub const fn has_every_scope(self) -> bool {
        matches!(self, Self::OrganizationAdmin | Self::SubscriptionAdmin)
    }

    /// What it may do.
    pub fn privileges(self) -> BTreeSet<Privilege> {
        let all = Privilege::ALL.iter().copied();
        match self {
            Self::OrganizationAdmin => all.collect(),
            Self::SubscriptionAdmin => all.filter(|privilege| !privilege.concerns_organization()).collect(),
            Self::Viewer => all.filter(|privilege| privilege.only_reads()).collect(),
        }
    }
}

impl Privilege {
    /// Whether it changes what all subscriptions of an organization share.
    const fn concerns_organization(self) -> bool {
        matches!(
            self,
            Self::RolesManage | Self::ClientsManage | Self::OauthApprovalsManage | Self::UsersManage
        )
    }
}

/// A role as users refer to it: a built-in one by name, a custom one by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RoleRef {
    /// A role that every organization has.
    Builtin(BuiltinRole),
    /// A role that this organization made.
    Custom(RoleId),
}

impl RoleRef {
    /// Reads a built-in role's name or a custom role's id.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(builtin) = BuiltinRole::ALL.into_iter().find(|role| role.as_str() == text) {
            return Ok(Self::Builtin(builtin));
        }
        RoleId::parse(text).map(Self::Custom).map_err(|_| {
            Invalid::new(
                "must be a role: organization_admin, subscription_admin, viewer or the id of a custom role (rol_…)",
            )
        })
    }
}

impl std::fmt::Display for RoleRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin(role) => f.write_str(role.as_str()),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl TryFrom<String> for RoleRef {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<RoleRef> for String {
    fn from(role: RoleRef) -> Self {
        role.to_string()
    }
}

/// A custom role of an organization.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name, unique in the organization without regard to case.
    pub name: Name<64>,
    /// What it may do in the management API.
    pub privileges: BTreeSet<Privilege>,
    /// What it may do at other API resources.
    pub scopes: BTreeMap<ResourceId, Scopes>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: u64,
}

impl Role {
    /// The most scopes a role has, so that an organization with all its roles stays one item.
    pub const MAX_SCOPES: usize = 50;
}

/// What a set of roles adds up to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    /// Management privileges.
    pub privileges: BTreeSet<Privilege>,
    /// Scopes by API resource.
    scopes: BTreeMap<ResourceId, Scopes>,
    /// Administrators hold every scope of every API resource they reach.
    every_scope: bool,
}

impl Grants {
    /// What `roles` add up to in an organization with these `custom` roles. A role that is gone
    /// grants nothing.
    pub fn of<'a>(roles: impl IntoIterator<Item = &'a RoleRef>, custom: &BTreeMap<RoleId, Role>) -> Self {
        let mut grants = Self::default();
        for role in roles {
            match role {
                RoleRef::Builtin(builtin) => {
                    grants.privileges.extend(builtin.privileges());
                    grants.every_scope |= builtin.has_every_scope();
                }
                RoleRef::Custom(id) => custom.get(id).into_iter().for_each(|role| grants.add(role)),
            }
        }
        grants
    }

    /// These privileges, and these scopes by API resource.
    pub fn holding(privileges: BTreeSet<Privilege>, scopes: impl IntoIterator<Item = (ResourceId, Scopes)>) -> Self {
        let mut grants = Self {
            privileges,
            ..Self::default()
        };
        for (resource, scopes) in scopes {
            grants.extend(resource, &scopes);
        }
        grants
    }

    /// Whether whoever holds these may hand out `others`, and take them away.
    pub fn cover(&self, others: &Self) -> bool {
        let covers = |(resource, scopes): (&ResourceId, &Scopes)| {
            scopes.is_empty() || self.scopes.get(resource).is_some_and(|held| scopes.is_subset(held))
        };
        others.privileges.is_subset(&self.privileges)
            && (self.every_scope || (!others.every_scope && others.scopes.iter().all(covers)))
    }

    /// The scopes held at one API resource.
    pub fn at(&self, resource: &ApiResource) -> Scopes {
        let offered = resource.scope_set();
        if self.every_scope {
            return offered;
        }
        self.scopes
            .get(&resource.id)
            .map(|held| held.intersection(&offered))
            .unwrap_or_default()
    }

    fn add(&mut self, role: &Role) {
        self.privileges.extend(&role.privileges);
        for (resource, scopes) in &role.scopes {
            self.extend(*resource, scopes);
        }
    }

    fn extend(&mut self, resource: ResourceId, scopes: &Scopes) {
        self.scopes.entry(resource).or_default().extend(scopes.iter().cloned());
    }
}

impl From<&Role> for Grants {
    fn from(role: &Role) -> Self {
        let mut grants = Self::default();
        grants.add(role);
        grants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(privileges: &[Privilege], scopes: &str) -> Role {
        Role {
            id: RoleId::from_random([1; 12]),
            name: Name::parse("Reader").unwrap(),
            privileges: privileges.iter().copied().collect(),
            scopes: [(ResourceId::from_random([2; 12]), Scopes::parse(scopes).unwrap())].into(),
            created_at: Timestamp::from_seconds(0),
            version: 1,
        }
    }

    #[test]
    fn nobody_hands_out_more_than_they_hold() {
        let reader = Grants::from(&role(&[Privilege::UsersRead], "read:me"));
        let writer = Grants::from(&role(&[Privilege::UsersRead], "read:me write:me"));
        let admin = Grants::of(&[RoleRef::Builtin(BuiltinRole::OrganizationAdmin)], &BTreeMap::new());
        let subscription_admin = Grants::of(&[RoleRef::Builtin(BuiltinRole::SubscriptionAdmin)], &BTreeMap::new());
        for (holder, handed, allowed) in [
            (&reader, &reader, true),
            (&writer, &reader, true),
            (&reader, &writer, false),
            (&admin, &writer, true),
            (&admin, &subscription_admin, true),
            (&writer, &admin, false),
            (&subscription_admin, &admin, false),
            (&subscription_admin, &writer, true),
        ] {
            assert_eq!(holder.cover(handed), allowed, "{holder:?} {handed:?}");
        }
    }

    #[test]
    fn a_role_that_is_gone_grants_nothing() {
        let gone = RoleRef::Custom(RoleId::from_random([9; 12]));
        assert_eq!(Grants::of(&[gone], &BTreeMap::new()), Grants::default());
    }

    #[test]
    fn a_viewer_only_looks() {
        assert!(
            BuiltinRole::Viewer
                .privileges()
                .iter()
                .all(|privilege| privilege.as_str().ends_with(":read"))
        );
    }
}
