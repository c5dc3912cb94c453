//! Credentials as callers see them: in full once, masked ever after.

use crate::answer::{Made, View};
use http::StatusCode;
use regent::acts::credential::NewSecret;
use regent::app::App;
use regent::domain::{
    ActError, ClientSecret, Credential, CredentialId, Name, RedirectUri, ServiceClientId, Timestamp, User, UserId, mask,
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A client ID with its secret. Shown in full when it is created or rotated; later only
/// `••••••` and the last four characters of each.
#[derive(Serialize, ToSchema)]
#[schema(as = Credential)]
pub(crate) struct CredentialView {
    #[schema(value_type = String, example = "crd_0123456789ab")]
    id: CredentialId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    #[schema(value_type = String, example = "••••••89ab")]
    client_id: Hidden<ServiceClientId>,
    #[schema(value_type = String, example = "••••••Xy3Z")]
    client_secret: Hidden<ClientSecret>,
    #[schema(value_type = Option<String>, format = "uri")]
    redirect_uri: Option<RedirectUri>,
    /// Counts its secrets.
    generation: u32,
    #[schema(format = DateTime)]
    created_at: String,
    /// To the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it stops working by itself.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When the secret before this one stops working, if it was rotated with an overlap.
    #[schema(format = DateTime)]
    overlap_ends_at: Option<String>,
    #[serde(skip)]
    account: UserId,
    #[serde(skip)]
    version: u64,
}

/// Something that is shown once.
pub(super) enum Hidden<T> {
    Shown(T),
    Masked(String),
}

impl Hidden<ClientSecret> {
    /// The same, masked.
    pub(super) fn masked(self) -> Self {
        match self {
            Self::Shown(secret) => Self::Masked(mask(&secret.last_four())),
            masked @ Self::Masked(_) => masked,
        }
    }
}

impl Serialize for Hidden<ServiceClientId> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Shown(id) => serializer.collect_str(id),
            Self::Masked(text) => serializer.serialize_str(text),
        }
    }
}

impl Serialize for Hidden<ClientSecret> {
    /// The one place where a secret leaves the server.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Shown(secret) => secret.expose(),
            Self::Masked(text) => text,
        })
    }
}

impl CredentialView {
    /// A credential of a service account, masked.
    pub(crate) fn of(app: &App, user: &User, id: CredentialId) -> Result<Self, ActError> {
        let account = user.service().ok_or(ActError::NotFound)?;
        let credential = account.credentials.get(&id).ok_or(ActError::NotFound)?;
        let client_id = user.client_id(&app.config().region, account, id);
        let last_four = credential.secrets.first().map(|secret| secret.last_four.as_str());
        Ok(Self {
            id,
            name: credential.name.clone(),
            client_id: Hidden::Masked(client_id.masked()),
            client_secret: Hidden::Masked(mask(last_four.unwrap_or_default())),
            redirect_uri: credential.redirect_uri.clone(),
            generation: credential.generation(),
            created_at: credential.created_at.to_rfc3339(),
            last_used_at: credential.last_used_at.map(Timestamp::to_rfc3339),
            expires_at: credential.expires_at.map(Timestamp::to_rfc3339),
            overlap_ends_at: overlap_end(credential, app.now()).map(Timestamp::to_rfc3339),
            account: user.id,
            version: user.version,
        })
    }

    /// A new secret in full: the one time it is shown.
    pub(crate) fn revealed(app: &App, new: &NewSecret) -> Result<Self, ActError> {
        let account = new.user.service().ok_or(ActError::NotFound)?;
        let client_id = new.user.client_id(&app.config().region, account, new.credential);
        Ok(Self {
            client_id: Hidden::Shown(client_id),
            client_secret: Hidden::Shown(new.secret.clone()),
            ..Self::of(app, &new.user, new.credential)?
        })
    }
}

fn overlap_end(credential: &Credential, now: Timestamp) -> Option<Timestamp> {
    let replaced = credential.live_secrets(now).nth(1)?;
    replaced.expires_at
}

impl View for CredentialView {
    fn version(&self) -> u64 {
        self.version
    }
}

impl Made for CredentialView {
    fn path(&self) -> Option<String> {
        Some(format!("/service-accounts/{}/credentials/{}", self.account, self.id))
    }

    fn masked(self) -> Self {
        let client_id = match self.client_id {
            Hidden::Shown(id) => Hidden::Masked(id.masked()),
            masked @ Hidden::Masked(_) => masked,
        };
        Self {
            client_id,
            client_secret: self.client_secret.masked(),
            ..self
        }
    }
}

/// A credential after its rotation: the same one with a new secret.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct RotatedView(pub(crate) CredentialView);

impl View for RotatedView {
    fn version(&self) -> u64 {
        self.0.version
    }
}

impl Made for RotatedView {
    const STATUS: StatusCode = StatusCode::OK;

    fn path(&self) -> Option<String> {
        None
    }

    fn masked(self) -> Self {
        Self(self.0.masked())
    }
}

/// The credentials that were deleted.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletedCredentials)]
pub(crate) struct DeletedView {
    /// Their ids.
    #[schema(value_type = Vec<String>, example = json!(["crd_0123456789ab"]))]
    pub(crate) deleted: Vec<CredentialId>,
}
