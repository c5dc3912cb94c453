//! Service accounts as callers see them.

use super::CredentialView;
use crate::answer::{Made, View};
use regent::acts::credential::NewSecret;
use regent::app::App;
use regent::domain::{
    ActError, ApplicationId, Description, Email, Name, OrganizationId, RoleRef, SubscriptionId, TokenLifetime, User,
    UserId,
};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A user of type `service`: cannot sign in, takes no seat, obeys the same roles as anyone.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceAccount)]
pub(crate) struct AccountView {
    #[schema(value_type = String, example = "usr_0123456789ab")]
    id: UserId,
    #[schema(value_type = String, max_length = 20)]
    name: Name<64>,
    /// Made from the name; unique in the region.
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[schema(value_type = String, max_length = 140)]
    description: Description,
    #[schema(value_type = String)]
    organization: OrganizationId,
    #[schema(value_type = String)]
    subscription: SubscriptionId,
    /// The applications it may see.
    #[schema(value_type = Vec<String>)]
    applications: BTreeSet<ApplicationId>,
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<RoleRef>,
    /// How many seconds its tokens live. Fixed at creation.
    #[schema(value_type = u32, minimum = 300, maximum = 2_592_000)]
    token_lifetime: TokenLifetime,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Counts its changes, those of its credentials included; the `ETag` is made from it.
    version: u64,
}

impl AccountView {
    /// A user as a service account, if it is one.
    pub(crate) fn of(user: &User) -> Result<Self, ActError> {
        let account = user.service().ok_or(ActError::NotFound)?;
        Ok(Self {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            description: account.description.clone(),
            organization: user.organization,
            subscription: account.subscription,
            applications: account.applications.clone(),
            roles: user.roles.clone(),
            token_lifetime: account.token_lifetime,
            created_at: user.created_at.to_rfc3339(),
            updated_at: user.updated_at.to_rfc3339(),
            version: user.version,
        })
    }
}

impl View for AccountView {
    fn version(&self) -> u64 {
        self.version
    }
}

/// A service account at its creation, with its first credential.
#[derive(Serialize, ToSchema)]
#[schema(as = NewServiceAccount)]
pub(crate) struct CreatedAccountView {
    #[serde(flatten)]
    account: AccountView,
    /// Client ID and secret are shown this once.
    credential: CredentialView,
}

impl CreatedAccountView {
    /// A new service account.
    pub(crate) fn of(app: &App, new: &NewSecret) -> Result<Self, ActError> {
        Ok(Self {
            account: AccountView::of(&new.user)?,
            credential: CredentialView::revealed(app, new)?,
        })
    }
}

impl View for CreatedAccountView {
    fn version(&self) -> u64 {
        self.account.version
    }
}

impl Made for CreatedAccountView {
    fn path(&self) -> Option<String> {
        Some(format!("/service-accounts/{}", self.account.id))
    }

    fn masked(self) -> Self {
        Self {
            credential: self.credential.masked(),
            ..self
        }
    }
}
