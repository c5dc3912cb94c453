//! Clients that an organization's admins register: list, read, create, edit, rotate, delete.

use crate::acts::credential::FreshSecret;
use crate::acts::plan::{Act, check_version};
use crate::acts::{Caller, Plan};
use crate::app::App;
use crate::domain::{
    ActError, Action, Client, ClientAuthentication, ClientCredential, ClientId, ClientSecret, Credential, Error,
    Invalid, Name, Organization, Privilege, RedirectUri, RegisteredClientId, Registration, Seconds, SecretMethod,
    Unavailable,
};
use crate::store::{Page, Paging, Write};

/// What a new client is to be.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// What people are told it is called.
    pub name: Name<64>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it will send its secret; none for a public client, which has no secret.
    pub method: Option<SecretMethod>,
}

/// A client with the secret that is shown once, if it got one.
#[derive(Debug)]
pub struct MadeClient {
    /// The client.
    pub client: Client,
    /// Its new secret.
    pub secret: Option<ClientSecret>,
}

/// What of a client is to change.
#[derive(Clone, Debug, Default)]
pub struct ClientChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// All its redirect URIs.
    pub redirect_uris: Option<Vec<RedirectUri>>,
}

fn check_caller(caller: &Caller) -> Result<(), ActError> {
    caller.may(Privilege::ClientsManage)?;
    caller.organization_wide()
}

fn check_redirect_uris(uris: &[RedirectUri]) -> Result<(), ActError> {
    Client::check_redirect_uris(uris).map_err(|why| ActError::field("redirect_uris", why))?;
    let repeated = uris
        .iter()
        .enumerate()
        .find(|(index, uri)| uris[..*index].contains(uri));
    repeated.map_or(Ok(()), |(index, _)| {
        let field = format!("redirect_uris/{index}");
        Err(ActError::field(&field, Invalid::new("must not occur twice")))
    })
}

/// The clients that the organization's admins registered.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<Client>, Error> {
    check_caller(caller)?;
    Ok(app.store().own_clients(caller.organization().id, paging).await?)
}

/// One of them.
pub async fn read(app: &App, caller: &Caller, id: &RegisteredClientId) -> Result<Client, Error> {
    check_caller(caller)?;
    let found = app.store().client(&ClientId::Registered(id.clone())).await?;
    let own = found.filter(|client| client.organization() == Some(caller.organization().id));
    own.ok_or_else(|| ActError::NotFound.into())
}

/// A client is registered.
#[derive(Debug)]
pub struct Creation {
    /// What it is to be.
    pub new: NewClient,
    /// Its secret, if it is confidential.
    pub fresh: FreshSecret,
}

impl Act for Creation {
    type Checked = ();
    type Made = MadeClient;

    async fn check(&self, _: &App, caller: &Caller) -> Result<(), Error> {
        Ok(check_caller(caller)?)
    }

    async fn plan(&self, app: &App, caller: &Caller, (): ()) -> Result<Plan<MadeClient>, Error> {
        create(app, caller, &self.new, &self.fresh).await
    }
}

async fn create(app: &App, caller: &Caller, new: &NewClient, secret: &FreshSecret) -> Result<Plan<MadeClient>, Error> {
    check_redirect_uris(&new.redirect_uris)?;
    let organization = caller.organization_now(app).await?;
    if organization.clients >= Organization::MAX_CLIENTS {
        return Err(ActError::LimitReached {
            what: "clients",
            limit: Organization::MAX_CLIENTS.into(),
        }
        .into());
    }
    let registration = Registration::Admin {
        organization: organization.id,
    };
    let made = new.made(app, registration, secret).await?;
    let mut writes = app.store().create_client(&made.client)?;
    writes.push(record(app, caller, Action::ClientCreated, &made.client)?);
    Ok(Plan { value: made, writes })
}

impl NewClient {
    /// The client that it is to be.
    pub(super) async fn made(
        &self,
        app: &App,
        registration: Registration,
        secret: &FreshSecret,
    ) -> Result<MadeClient, Error> {
        let (now, region) = (app.now(), app.config().region.clone());
        let authentication = match self.method {
            None => ClientAuthentication::None,
            Some(method) => ClientAuthentication::ClientSecret(ClientCredential {
                id: secret.credential(),
                secrets: vec![secret.stored(app, 1).await?],
                method,
            }),
        };
        let client = Client {
            client_id: ClientId::Registered(RegisteredClientId::from_random(region, app.random())),
            name: self.name.clone(),
            redirect_uris: self.redirect_uris.clone(),
            registration,
            authentication,
            created_at: now,
            updated_at: now,
            version: 1,
            revision: 1,
        };
        Ok(MadeClient {
            client,
            secret: self.method.map(|_| secret.secret().clone()),
        })
    }
}

/// Plans a change of name or redirect URIs.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &RegisteredClientId,
    changes: &ClientChanges,
    if_match: Option<u64>,
) -> Result<Plan<Client>, Error> {
    let mut client = read(app, caller, id).await?;
    check_version(if_match, client.version)?;
    if let Some(name) = &changes.name {
        client.name = name.clone();
    }
    if let Some(uris) = &changes.redirect_uris {
        check_redirect_uris(uris)?;
        client.redirect_uris.clone_from(uris);
    }
    touch(app, &mut client);
    let writes = vec![
        app.store().replace_client(&client)?,
        record(app, caller, Action::ClientEdited, &client)?,
    ];
    Ok(Plan { value: client, writes })
}

/// A secret for the rotation of a client: drawn once, however often that is planned.
pub async fn fresh_secret(app: &App, caller: &Caller, id: &RegisteredClientId) -> Result<FreshSecret, Error> {
    match read(app, caller, id).await?.authentication {
        ClientAuthentication::ClientSecret(credential) => Ok(FreshSecret::of(app, credential.id)),
        ClientAuthentication::None => Err(public().into()),
    }
}

fn public() -> ActError {
    let why = Invalid::new("is none: a public client has no secret to rotate");
    ActError::field("token_endpoint_auth_method", why)
}

/// A client gets a new secret under the same client ID. The old one stops at once, or after an overlap
/// that was asked for; what people allowed the client stays.
#[derive(Debug)]
pub struct Rotation {
    /// Which client.
    pub client: RegisteredClientId,
    /// How long the old secret goes on working.
    pub overlap: Seconds,
    /// The new one ([`fresh_secret`]).
    pub fresh: FreshSecret,
}

impl Act for Rotation {
    type Checked = Client;
    type Made = MadeClient;

    async fn check(&self, app: &App, caller: &Caller) -> Result<Client, Error> {
        read(app, caller, &self.client).await
    }

    async fn plan(&self, app: &App, caller: &Caller, client: Client) -> Result<Plan<MadeClient>, Error> {
        rotate(app, caller, client, self.overlap, &self.fresh).await
    }
}

async fn rotate(
    app: &App,
    caller: &Caller,
    mut client: Client,
    overlap: Seconds,
    fresh: &FreshSecret,
) -> Result<Plan<MadeClient>, Error> {
    if overlap > Credential::MAX_OVERLAP {
        let why = Invalid::because(format!("must be at most {} seconds", Credential::MAX_OVERLAP.0));
        return Err(ActError::field("overlap_seconds", why).into());
    }
    let ClientAuthentication::ClientSecret(credential) = &mut client.authentication else {
        return Err(public().into());
    };
    if credential.id != fresh.credential() {
        return Err(Unavailable("the secret is another client's".to_owned()).into());
    }
    let stored = fresh.stored(app, credential.generation() + 1).await?;
    credential.rotate(stored, overlap, app.now());
    touch(app, &mut client);
    let writes = vec![
        app.store().replace_client(&client)?,
        record(app, caller, Action::ClientRotated, &client)?,
    ];
    let secret = Some(fresh.secret().clone());
    Ok(Plan {
        value: MadeClient { client, secret },
        writes,
    })
}

/// Plans a deletion. What people allowed the client is dead with it.
pub async fn delete(
    app: &App,
    caller: &Caller,
    id: &RegisteredClientId,
    if_match: Option<u64>,
) -> Result<Plan<()>, Error> {
    let client = read(app, caller, id).await?;
    check_version(if_match, client.version)?;
    let mut writes = app.store().delete_client(&client)?;
    writes.push(record(app, caller, Action::ClientDeleted, &client)?);
    Ok(Plan { value: (), writes })
}

fn touch(app: &App, client: &mut Client) {
    client.version += 1;
    client.updated_at = app.now();
}

fn record(app: &App, caller: &Caller, action: Action, client: &Client) -> Result<Write, Error> {
    let uris: Vec<_> = client.redirect_uris.iter().map(RedirectUri::without_query).collect();
    let details = [
        ("redirect_uris", uris.join(" ")),
        ("token_endpoint_auth_method", client.authentication.method().to_owned()),
    ];
    let target: (&dyn std::fmt::Display, &str) = (&client.client_id, client.name.as_str());
    Ok(app.store().record(&caller.event(app, action, target, None, details))?)
}
