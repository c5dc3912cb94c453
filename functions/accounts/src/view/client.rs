//! Clients as callers see them: the secret of a confidential one in full once, masked ever after.

use super::credential::Hidden;
use crate::answer::{Made, View};
use http::StatusCode;
use regent::acts::client::MadeClient;
use regent::domain::{
    Client, ClientAuthentication, ClientId, ClientSecret, Name, RedirectUri, StoredSecret, Timestamp, mask,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A third-party app that sends people to the authorize page.
#[derive(Serialize, ToSchema)]
#[schema(as = Client)]
pub(crate) struct ClientView {
    #[schema(value_type = String, example = "cli_us_0123456789ab")]
    client_id: ClientId,
    #[schema(value_type = String, max_length = 64)]
    name: Name<64>,
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20, example = json!(["https://app.example/callback"]))]
    redirect_uris: Vec<RedirectUri>,
    /// How it authenticates at the token endpoint: `none`, `client_secret_basic` or `client_secret_post`.
    token_endpoint_auth_method: &'static str,
    /// In full when it was made just now; null for a public client.
    #[schema(value_type = Option<String>, example = "••••••Xy3Z")]
    client_secret: Option<Hidden<ClientSecret>>,
    /// When the secret before this one stops working, if it was rotated with an overlap.
    #[schema(format = DateTime)]
    overlap_ends_at: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Counts its changes; the `ETag` is made from it.
    version: u64,
}

impl ClientView {
    /// A client, its secret masked.
    pub(crate) fn of(client: &Client, now: Timestamp) -> Self {
        let secrets: Vec<&StoredSecret> = match &client.authentication {
            ClientAuthentication::None => Vec::new(),
            ClientAuthentication::ClientSecret(credential) => credential.live_secrets(now).collect(),
        };
        let ends_at = secrets.get(1).and_then(|replaced| replaced.expires_at);
        Self {
            client_id: client.client_id.clone(),
            name: client.name.clone(),
            redirect_uris: client.redirect_uris.clone(),
            token_endpoint_auth_method: client.authentication.method(),
            client_secret: secrets.first().map(|secret| Hidden::Masked(mask(&secret.last_four))),
            overlap_ends_at: ends_at.map(Timestamp::to_rfc3339),
            created_at: client.created_at.to_rfc3339(),
            updated_at: client.updated_at.to_rfc3339(),
            version: client.version,
        }
    }

    /// A client with its new secret in full: the one time it is shown.
    pub(crate) fn revealed(made: &MadeClient, now: Timestamp) -> Self {
        Self {
            client_secret: made.secret.clone().map(Hidden::Shown),
            ..Self::of(&made.client, now)
        }
    }
}

impl View for ClientView {
    fn version(&self) -> u64 {
        self.version
    }
}

impl Made for ClientView {
    fn path(&self) -> Option<String> {
        Some(format!("/clients/{}", self.client_id))
    }

    fn masked(self) -> Self {
        Self {
            client_secret: self.client_secret.map(Hidden::masked),
            ..self
        }
    }
}

/// A client after its rotation: the same one with a new secret.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct RotatedClientView(pub(crate) ClientView);

impl View for RotatedClientView {
    fn version(&self) -> u64 {
        self.0.version
    }
}

impl Made for RotatedClientView {
    const STATUS: StatusCode = StatusCode::OK;

    fn path(&self) -> Option<String> {
        None
    }

    fn masked(self) -> Self {
        Self(self.0.masked())
    }
}
