//! Ids in paths. What is no id names nothing: not found.

use crate::answer::Refusal;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use regent::acts::Caller;
use regent::app::App;
use regent::domain::{ActError, CredentialId, Invalid, ServiceClientId, UserId};

/// The one id in a path.
pub(crate) struct Id<T>(pub(crate) T);

impl<S: Send + Sync, T: TryFrom<String>> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| ActError::NotFound)?;
        let id = T::try_from(text).map_err(|_| ActError::NotFound)?;
        Ok(Self(id))
    }
}

/// A service account and what names one of its credentials.
pub(crate) struct CredentialPath {
    /// The account.
    pub(crate) account: UserId,
    named: String,
}

impl CredentialPath {
    /// The credential.
    pub(crate) fn credential(&self, app: &App, caller: &Caller) -> Result<CredentialId, ActError> {
        credential(app, caller, self.account, &self.named).unwrap_or(Err(ActError::NotFound))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CredentialPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((account, named)) = path.map_err(|_| ActError::NotFound)?;
        let account = UserId::try_from(account).map_err(|_| ActError::NotFound)?;
        Ok(Self { account, named })
    }
}

/// The credential that an id or a client ID names; a client ID of another account, organization or
/// region names nothing here.
pub(crate) fn credential(
    app: &App,
    caller: &Caller,
    account: UserId,
    text: &str,
) -> Result<Result<CredentialId, ActError>, Invalid> {
    if let Ok(id) = CredentialId::parse(text) {
        return Ok(Ok(id));
    }
    let client = ServiceClientId::parse(text)
        .map_err(|_| Invalid::new("must be a client ID or the id of a credential (crd_…)"))?;
    let ours = client.region == app.config().region
        && client.organization == caller.organization().id
        && client.user == account;
    Ok(if ours {
        Ok(client.credential)
    } else {
        Err(ActError::NotFound)
    })
}
