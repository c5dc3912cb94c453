//! The authorize page: which client asks, what the person may allow, and the code if it is allowed.

use super::approval;
use super::authenticate::own_region;
use super::client::find;
use super::session::SignedIn;
use crate::app::App;
use crate::domain::{
    Ask, Authorization, Choice, Client, ClientError, ClientId, Error, Gate, GrantError, Organization, RedirectUri,
    SubscriptionId, Unavailable,
};
use crate::keys::digest;
use crate::oauth::{Asked, AuthorizationRequest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use zeroize::Zeroizing;

/// Why a person is not sent back to the client, not even with an error: who asks is not certain.
#[derive(Debug, thiserror::Error)]
pub enum Stranger {
    /// Nobody has registered the client here, or not for this organization.
    #[error("unknown client")]
    UnknownClient,
    /// The organization has switched clients with metadata documents off: nothing is fetched for it.
    #[error("clients with metadata documents are switched off")]
    SwitchedOff,
    /// The client has not registered this redirect URI.
    #[error("redirect URI is not the client's")]
    ForeignRedirect(Client),
    /// The client's metadata document cannot be used, or the table cannot be read.
    #[error(transparent)]
    Unknowable(#[from] Error),
}

/// Refuses a client that another region registered, by its client ID alone: before anybody signs in
/// here, where nobody could let it in.
pub fn check_region(app: &App, client_id: &ClientId) -> Result<(), ClientError> {
    match client_id {
        ClientId::Registered(id) => own_region(app, &id.region),
        // A document is everybody's. A service account sends nobody here, in whatever region.
        ClientId::Document(_) | ClientId::Service(_) => Ok(()),
    }
}

/// The client that a request comes from, if the redirect URI is its own.
pub async fn client(
    app: &App,
    organization: &Organization,
    request: &AuthorizationRequest,
) -> Result<Client, Stranger> {
    if matches!(request.client_id, ClientId::Document(_)) && !organization.metadata_documents_enabled {
        return Err(Stranger::SwitchedOff);
    }
    let found = find(app, &request.client_id).await?;
    // Another organization's client is not there for this one.
    let found = found.filter(|client| client.organization().is_none_or(|owner| owner == organization.id));
    let client = found.ok_or(Stranger::UnknownClient)?;
    if client.admits(&request.redirect_uri) {
        Ok(client)
    } else {
        Err(Stranger::ForeignRedirect(client))
    }
}

/// What the person may allow, in each subscription where that is anything at all.
pub async fn choices(app: &App, signed_in: &SignedIn, client: &Client, ask: &Ask) -> Result<Vec<Choice>, Error> {
    let SignedIn { user, organization, .. } = signed_in;
    organization.admits(client).map_err(|_| GrantError::ClientNotAdmitted)?;
    let reached = organization.subscriptions.keys().copied();
    let reached: Vec<_> = reached.filter(|id| user.reaches(organization, *id)).collect();
    let (mut choices, mut refusal) = (Vec::new(), GrantError::UnknownResource);
    for ids in reached.chunks(100) {
        for subscription in app.store().subscriptions(ids).await? {
            match Choice::of(user, organization, &subscription, ask) {
                Ok(choice) => choices.push(choice),
                // The most telling refusal: that of a subscription which has the API.
                Err(GrantError::UnknownResource) => {}
                Err(why) => refusal = why,
            }
        }
    }
    if choices.is_empty() {
        return Err(refusal.into());
    }
    Ok(choices)
}

/// The person allows: a code for the client. The origin is looked up once more, for the page may
/// have been open for hours.
pub async fn allow(
    app: &App,
    signed_in: &SignedIn,
    client: &Client,
    redirect_uri: &RedirectUri,
    asked: &Asked,
    subscription: SubscriptionId,
) -> Result<Zeroizing<String>, Error> {
    let SignedIn {
        user,
        organization,
        session,
    } = signed_in;
    let Gate::Approved { epoch } = approval::gate(app, organization.id, &redirect_uri.origin()).await? else {
        return Err(GrantError::OriginNotApproved.into());
    };
    let choices = choices(app, signed_in, client, &asked.ask).await?;
    let chosen = choices.iter().find(|choice| choice.subscription == subscription);
    let chosen = chosen.ok_or(GrantError::UnknownResource)?;
    let authorization = Authorization {
        user: user.id,
        organization: organization.id,
        subscription,
        client_id: client.client_id.clone(),
        client_name: client.name.to_string(),
        redirect_uri: redirect_uri.clone(),
        approval_epoch: epoch,
        challenge: asked.challenge.clone(),
        audience: chosen.audience.clone(),
        resource: Some(chosen.resource),
        scopes: chosen.scope_set(),
        epoch: user.epoch(None),
        authenticated_at: session.created_at,
        ends_at: app.now().plus(Authorization::LIFETIME),
        grant: None,
    };
    let code = Zeroizing::new(BASE64URL.encode(app.random::<32>()));
    let write = app
        .store()
        .create_code(&digest::sha256(code.as_bytes()), &authorization)?;
    let kept = app.store().commit(&[write]).await?;
    kept.map_err(|_| Unavailable("two codes alike".to_owned()))?;
    Ok(code)
}
