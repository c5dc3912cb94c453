//! Applications as callers see them.

use regent::domain::{Application, ApplicationId, Name, OrganizationId, SubscriptionId};
use serde::Serialize;
use utoipa::ToSchema;

/// Something inside a subscription that a service account may be allowed to see.
#[derive(Serialize, ToSchema)]
#[schema(as = Application)]
pub(crate) struct ApplicationView {
    #[schema(value_type = String, example = "app_0123456789ab")]
    id: ApplicationId,
    #[schema(value_type = String)]
    organization: OrganizationId,
    #[schema(value_type = String)]
    subscription: SubscriptionId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    #[schema(format = DateTime)]
    created_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

impl From<&Application> for ApplicationView {
    fn from(application: &Application) -> Self {
        Self {
            id: application.id,
            organization: application.organization,
            subscription: application.subscription,
            name: application.name.clone(),
            created_at: application.created_at.to_rfc3339(),
            version: application.version,
        }
    }
}

super::made!(ApplicationView, "/applications");
