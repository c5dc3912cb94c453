//! Users as callers see them.

use regent::domain::{Email, Name, OrganizationId, RoleRef, SubscriptionId, User, UserId, UserType};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A user of the organization: a person, or a service account.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    #[schema(value_type = String, example = "usr_0123456789ab")]
    id: UserId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    #[schema(value_type = String, format = Email)]
    email: Email,
    /// `licensed`, `sales`, `view_only` or `service`.
    #[schema(value_type = String, example = "licensed")]
    user_type: UserType,
    #[schema(value_type = Vec<String>, example = json!(["viewer"]))]
    roles: BTreeSet<RoleRef>,
    #[schema(value_type = String)]
    organization: OrganizationId,
    /// The subscription the roles are limited to; null if to none.
    #[schema(value_type = Option<String>)]
    subscription: Option<SubscriptionId>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            user_type: user.user_type(),
            roles: user.roles.clone(),
            organization: user.organization,
            subscription: user.subscription(),
            created_at: user.created_at.to_rfc3339(),
            updated_at: user.updated_at.to_rfc3339(),
            version: user.version,
        }
    }
}

super::made!(UserView, "/users");
