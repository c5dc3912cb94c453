//! API resources as callers see them.

use regent::acts::resource::Located;
use regent::domain::{Audience, Description, Name, ResourceId, Scope, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An API: an audience URI with its scopes.
#[derive(Serialize, ToSchema)]
#[schema(as = Resource)]
pub(crate) struct ResourceView {
    #[schema(value_type = String, example = "res_0123456789ab")]
    id: ResourceId,
    #[schema(value_type = String)]
    subscription: SubscriptionId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    /// What its tokens carry as `aud`.
    #[schema(value_type = String, format = "uri", example = "https://api.example.com")]
    audience: Audience,
    scopes: Vec<ScopeView>,
    /// Whether tokens for it are issued and accepted.
    enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

/// A scope with words for people.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Scope)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeView {
    #[schema(value_type = String, max_length = 100, example = "read:me")]
    pub(crate) name: Scope,
    #[schema(value_type = String, max_length = 140, default = "")]
    #[serde(default)]
    pub(crate) description: Description,
}

impl From<&Located> for ResourceView {
    fn from(Located { subscription, resource }: &Located) -> Self {
        let scope = |(name, description): (&Scope, &Description)| ScopeView {
            name: name.clone(),
            description: description.clone(),
        };
        Self {
            id: resource.id,
            subscription: *subscription,
            name: resource.name.clone(),
            audience: resource.audience.clone(),
            scopes: resource.scopes.iter().map(scope).collect(),
            enabled: resource.enabled,
            created_at: resource.created_at.to_rfc3339(),
            version: resource.version,
        }
    }
}

super::made!(ResourceView, "/resources");
