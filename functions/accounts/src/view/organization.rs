//! Organizations as callers see them.

use crate::answer::View;
use regent::domain::{Name, Organization, OrganizationId};
use serde::Serialize;
use utoipa::ToSchema;

/// The customer: owns subscriptions, users and roles.
#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
pub(crate) struct OrganizationView {
    #[schema(value_type = String, example = "org_0123456789ab")]
    id: OrganizationId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    /// Whether its people may use apps that registered themselves.
    dynamic_registration_enabled: bool,
    /// Whether its people may use apps that publish a Client ID Metadata Document.
    metadata_documents_enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

impl From<&Organization> for OrganizationView {
    fn from(organization: &Organization) -> Self {
        Self {
            id: organization.id,
            name: organization.name.clone(),
            dynamic_registration_enabled: organization.dynamic_registration_enabled,
            metadata_documents_enabled: organization.metadata_documents_enabled,
            created_at: organization.created_at.to_rfc3339(),
            version: organization.version,
        }
    }
}

impl View for OrganizationView {
    fn version(&self) -> u64 {
        self.version
    }
}
