//! Subscriptions as callers see them.

use crate::answer::View;
use regent::domain::{Name, OrganizationId, ResourceId, Subscription, SubscriptionId};
use serde::Serialize;
use utoipa::ToSchema;

/// The data boundary inside an organization: owns applications, API resources and service accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub(crate) struct SubscriptionView {
    #[schema(value_type = String, example = "sub_0123456789ab")]
    id: SubscriptionId,
    #[schema(value_type = String)]
    organization: OrganizationId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    /// Whether service accounts are part of the plan. Off: no token is issued or accepted.
    service_accounts_enabled: bool,
    /// The most service accounts it may have.
    #[schema(minimum = 1, maximum = 10_000, example = 25)]
    service_account_limit: u32,
    /// How many it has.
    service_accounts: u32,
    /// The API resource that a token is for when the request names none.
    #[schema(value_type = Option<String>)]
    default_resource: Option<ResourceId>,
    #[schema(format = DateTime)]
    created_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

impl From<&Subscription> for SubscriptionView {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id,
            organization: subscription.organization,
            name: subscription.name.clone(),
            service_accounts_enabled: subscription.service_accounts_enabled,
            service_account_limit: subscription.service_account_limit,
            service_accounts: subscription.service_accounts,
            default_resource: subscription.default_resource,
            created_at: subscription.created_at.to_rfc3339(),
            version: subscription.version,
        }
    }
}

impl View for SubscriptionView {
    fn version(&self) -> u64 {
        self.version
    }
}
