//! The caller's organization: read, rename, and which clients its people may use.

use super::plan::check_version;
use super::{Caller, Plan};
use crate::app::App;
use crate::domain::{ActError, Action, Error, Name, Organization, OrganizationId, Privilege};

/// What of an organization is to change.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// Whether its people may use clients that registered themselves.
    pub dynamic_registration_enabled: Option<bool>,
    /// Whether its people may use clients that publish a metadata document.
    pub metadata_documents_enabled: Option<bool>,
}

/// The caller's own organization; no other is there for it.
pub fn read(caller: &Caller, id: OrganizationId) -> Result<&Organization, ActError> {
    let own = caller.organization();
    if own.id == id { Ok(own) } else { Err(ActError::NotFound) }
}

/// Plans a change.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: OrganizationId,
    changes: &OrganizationChanges,
    if_match: Option<u64>,
) -> Result<Plan<Organization>, Error> {
    caller.may(Privilege::SettingsManage)?;
    caller.organization_wide()?;
    read(caller, id)?;
    let mut organization = caller.organization_now(app).await?;
    check_version(if_match, organization.version)?;
    if let Some(name) = &changes.name {
        organization.name = name.clone();
    }
    organization.dynamic_registration_enabled = changes
        .dynamic_registration_enabled
        .unwrap_or(organization.dynamic_registration_enabled);
    organization.metadata_documents_enabled = changes
        .metadata_documents_enabled
        .unwrap_or(organization.metadata_documents_enabled);
    organization.version += 1;
    let details = [
        (
            "dynamic_registration_enabled",
            organization.dynamic_registration_enabled.to_string(),
        ),
        (
            "metadata_documents_enabled",
            organization.metadata_documents_enabled.to_string(),
        ),
    ];
    let event = caller.event(
        app,
        Action::OrganizationEdited,
        (&id, organization.name.as_str()),
        None,
        details,
    );
    let writes = vec![
        app.store().replace_organization(&organization)?,
        app.store().record(&event)?,
    ];
    Ok(Plan {
        value: organization,
        writes,
    })
}
