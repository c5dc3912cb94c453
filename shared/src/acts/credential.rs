//! Credentials of a service account: create, edit, rotate, delete one or many.

use super::plan::check_version;
use super::{Caller, Plan};
use crate::app::App;
use crate::domain::{
    ActError, Action, ClientSecret, Credential, CredentialId, Error, Invalid, Name, Privilege, RedirectUri, Seconds,
    StoredSecret, SubscriptionId, Timestamp, Unavailable, User, UserId, UserKind,
};
use crate::keys::secret_hash;
use std::collections::{BTreeMap, BTreeSet};

/// A secret at the one time it is shown.
#[derive(Debug)]
pub struct NewSecret {
    /// The service account with the credential.
    pub user: User,
    /// Which credential.
    pub credential: CredentialId,
    /// The secret.
    pub secret: ClientSecret,
}

/// A credential about to be stored.
pub(super) struct Made {
    pub(super) id: CredentialId,
    pub(super) stored: Credential,
    pub(super) secret: ClientSecret,
}

/// What a new credential is to be.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// Its name.
    pub name: Name<64>,
    /// The host that will call.
    pub redirect_uri: Option<RedirectUri>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
}

/// Makes a credential: argon2 off the async threads.
pub(super) async fn new_credential(
    app: &App,
    name: Name<64>,
    redirect_uri: Option<RedirectUri>,
    expires_at: Option<Timestamp>,
) -> Result<Made, Error> {
    let id = CredentialId::from_random(app.random());
    let (secret, stored) = new_secret(app, id, 1).await?;
    let stored = Credential {
        id,
        name,
        redirect_uri,
        secrets: vec![stored],
        created_at: app.now(),
        last_used_at: None,
        expires_at,
        epoch: 0,
        revoked: BTreeMap::new(),
    };
    Ok(Made { id, stored, secret })
}

async fn new_secret(
    app: &App,
    credential: CredentialId,
    generation: u32,
) -> Result<(ClientSecret, StoredSecret), Error> {
    let secret = ClientSecret::from_random(app.random());
    let (plain, salt, now) = (secret.clone(), app.random(), app.now());
    let hashing = tokio::task::spawn_blocking(move || secret_hash::hash(&plain, credential, generation, salt, now));
    let stored = hashing
        .await
        .map_err(|error| Unavailable(format!("hashing: {error}")))??;
    Ok((secret, stored))
}

/// The account in an act on its credentials.
struct Held {
    before: User,
    subscription: SubscriptionId,
    credentials: BTreeMap<CredentialId, Credential>,
}

async fn hold(app: &App, caller: &Caller, id: UserId) -> Result<Held, Error> {
    caller.may(Privilege::ServiceAccountsManage)?;
    let before = caller.account_of(app, id).await?;
    let account = before.service().ok_or(ActError::NotFound)?;
    let (subscription, credentials) = (account.subscription, account.credentials.clone());
    Ok(Held {
        before,
        subscription,
        credentials,
    })
}

impl Held {
    /// The account with these credentials instead.
    fn changed(self, app: &App, credentials: BTreeMap<CredentialId, Credential>) -> User {
        let mut after = self.before;
        if let UserKind::Service(account) = &mut after.kind {
            account.credentials = credentials;
        }
        after.version += 1;
        after.updated_at = app.now();
        after
    }
}

fn plan<T>(
    app: &App,
    caller: &Caller,
    after: &User,
    action: Action,
    credential: &Credential,
    subscription: SubscriptionId,
    value: T,
) -> Result<Plan<T>, Error> {
    let details = [("service_account", after.id.to_string())];
    let event = caller.event(
        app,
        action,
        (&credential.id, credential.name.as_str()),
        Some(subscription),
        details,
    );
    Ok(Plan {
        value,
        writes: vec![app.store().replace_user(after)?, app.store().record(&event)?],
    })
}

/// Plans a credential. The caller will see its secret, so it must hold what the account holds.
pub async fn create(app: &App, caller: &Caller, id: UserId, new: &NewCredential) -> Result<Plan<NewSecret>, Error> {
    let held = hold(app, caller, id).await?;
    caller.cover(&held.before.grants(caller.organization()))?;
    if new.expires_at.is_some_and(|end| end <= app.now()) {
        return Err(ActError::field("expires_at", Invalid::new("must be in the future")).into());
    }
    let mut credentials = held.credentials.clone();
    if credentials.len() >= Credential::MAX_PER_ACCOUNT {
        return Err(ActError::LimitReached {
            what: "credentials",
            limit: Credential::MAX_PER_ACCOUNT as u64,
        }
        .into());
    }
    let made = new_credential(app, new.name.clone(), new.redirect_uri.clone(), new.expires_at).await?;
    credentials.insert(made.id, made.stored.clone());
    let subscription = held.subscription;
    let user = held.changed(app, credentials);
    let value = NewSecret {
        user: user.clone(),
        credential: made.id,
        secret: made.secret,
    };
    plan(
        app,
        caller,
        &user,
        Action::CredentialCreated,
        &made.stored,
        subscription,
        value,
    )
}

/// Plans a new secret under the same client ID. The old one and the tokens obtained with it stop
/// at once, or after an overlap that was asked for.
pub async fn rotate(
    app: &App,
    caller: &Caller,
    id: UserId,
    credential: CredentialId,
    overlap: Seconds,
) -> Result<Plan<NewSecret>, Error> {
    let held = hold(app, caller, id).await?;
    caller.cover(&held.before.grants(caller.organization()))?;
    if overlap > Credential::MAX_OVERLAP {
        let why = Invalid::because(format!("must be at most {} seconds", Credential::MAX_OVERLAP.0));
        return Err(ActError::field("overlap_seconds", why).into());
    }
    let mut credentials = held.credentials.clone();
    let rotated = credentials.get_mut(&credential).ok_or(ActError::NotFound)?;
    let (secret, stored) = new_secret(app, credential, rotated.generation() + 1).await?;
    rotated.rotate(stored, overlap, app.now());
    let (rotated, subscription) = (rotated.clone(), held.subscription);
    let user = held.changed(app, credentials);
    let value = NewSecret {
        user: user.clone(),
        credential,
        secret,
    };
    plan(
        app,
        caller,
        &user,
        Action::CredentialRotated,
        &rotated,
        subscription,
        value,
    )
}

/// What of a credential is to change; an inner `None` takes the redirect URI away.
#[derive(Clone, Debug, Default)]
pub struct CredentialChanges {
    /// Its name.
    pub name: Option<Name<64>>,
    /// The host that will call.
    pub redirect_uri: Option<Option<RedirectUri>>,
}

/// Plans a change of name or redirect URI.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: UserId,
    credential: CredentialId,
    changes: &CredentialChanges,
    if_match: Option<u64>,
) -> Result<Plan<User>, Error> {
    let held = hold(app, caller, id).await?;
    check_version(if_match, held.before.version)?;
    let mut credentials = held.credentials.clone();
    let edited = credentials.get_mut(&credential).ok_or(ActError::NotFound)?;
    if let Some(name) = &changes.name {
        edited.name = name.clone();
    }
    if let Some(redirect_uri) = &changes.redirect_uri {
        edited.redirect_uri.clone_from(redirect_uri);
    }
    let (edited, subscription) = (edited.clone(), held.subscription);
    let user = held.changed(app, credentials);
    plan(
        app,
        caller,
        &user,
        Action::CredentialEdited,
        &edited,
        subscription,
        user.clone(),
    )
}

/// Plans the deletion of one credential or many: all of them, or none if one is not there. Their
/// tokens are dead with them.
pub async fn delete(
    app: &App,
    caller: &Caller,
    id: UserId,
    doomed: &BTreeSet<CredentialId>,
) -> Result<Plan<Vec<Credential>>, Error> {
    let held = hold(app, caller, id).await?;
    let mut credentials = held.credentials.clone();
    let gone: Option<Vec<Credential>> = doomed.iter().map(|id| credentials.remove(id)).collect();
    let gone = gone.ok_or(ActError::NotFound)?;
    let subscription = held.subscription;
    let user = held.changed(app, credentials);
    let mut writes = vec![app.store().replace_user(&user)?];
    for credential in &gone {
        let details = [("service_account", user.id.to_string())];
        let event = caller.event(
            app,
            Action::CredentialDeleted,
            (&credential.id, credential.name.as_str()),
            Some(subscription),
            details,
        );
        writes.push(app.store().record(&event)?);
    }
    Ok(Plan { value: gone, writes })
}
