//! Credentials of a service account: create, edit, rotate, delete one or many.

use super::plan::{Act, check_version};
use super::{Caller, Plan, account};
use crate::app::App;
use crate::domain::{
    ActError, Action, Credential, CredentialId, Error, Invalid, Name, RedirectUri, Seconds, SubscriptionId, Timestamp,
    User, UserId, UserKind,
};
use std::collections::{BTreeMap, BTreeSet};

pub use super::secret::{FreshSecret, NewSecret};

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

/// The account in an act on its credentials. It holds no more than the caller does, who may see a
/// secret of it or end one.
#[derive(Debug)]
pub struct Held {
    before: User,
    subscription: SubscriptionId,
    credentials: BTreeMap<CredentialId, Credential>,
}

async fn hold(app: &App, caller: &Caller, id: UserId) -> Result<Held, Error> {
    let before = account::held(app, caller, id).await?;
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

/// A credential is made.
#[derive(Debug)]
pub struct Creation {
    /// Of which service account.
    pub account: UserId,
    /// What it is to be.
    pub new: NewCredential,
    /// Its secret.
    pub fresh: FreshSecret,
}

impl Act for Creation {
    type Checked = Held;
    type Made = NewSecret;

    async fn check(&self, app: &App, caller: &Caller) -> Result<Held, Error> {
        hold(app, caller, self.account).await
    }

    async fn plan(&self, app: &App, caller: &Caller, held: Held) -> Result<Plan<NewSecret>, Error> {
        create(app, caller, held, &self.new, &self.fresh).await
    }
}

async fn create(
    app: &App,
    caller: &Caller,
    held: Held,
    new: &NewCredential,
    fresh: &FreshSecret,
) -> Result<Plan<NewSecret>, Error> {
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
    let (name, redirect_uri) = (new.name.clone(), new.redirect_uri.clone());
    let made = fresh.first_of(app, name, redirect_uri, new.expires_at).await?;
    credentials.insert(made.id, made.clone());
    let subscription = held.subscription;
    let user = held.changed(app, credentials);
    let value = fresh.shown(user.clone());
    plan(
        app,
        caller,
        &user,
        Action::CredentialCreated,
        &made,
        subscription,
        value,
    )
}

/// A credential gets a new secret under the same client ID. The old one and the tokens obtained with
/// it stop at once, or after an overlap that was asked for.
#[derive(Debug)]
pub struct Rotation {
    /// Of which service account.
    pub account: UserId,
    /// The new secret, which knows whose it is.
    pub fresh: FreshSecret,
    /// How long the old one goes on working.
    pub overlap: Seconds,
}

impl Act for Rotation {
    type Checked = Held;
    type Made = NewSecret;

    async fn check(&self, app: &App, caller: &Caller) -> Result<Held, Error> {
        hold(app, caller, self.account).await
    }

    async fn plan(&self, app: &App, caller: &Caller, held: Held) -> Result<Plan<NewSecret>, Error> {
        rotate(app, caller, held, &self.fresh, self.overlap).await
    }
}

async fn rotate(
    app: &App,
    caller: &Caller,
    held: Held,
    fresh: &FreshSecret,
    overlap: Seconds,
) -> Result<Plan<NewSecret>, Error> {
    if overlap > Credential::MAX_OVERLAP {
        let why = Invalid::because(format!("must be at most {} seconds", Credential::MAX_OVERLAP.0));
        return Err(ActError::field("overlap_seconds", why).into());
    }
    let mut credentials = held.credentials.clone();
    let rotated = credentials.get_mut(&fresh.credential()).ok_or(ActError::NotFound)?;
    let stored = fresh.stored(app, rotated.generation() + 1).await?;
    rotated.rotate(stored, overlap, app.now());
    let (rotated, subscription) = (rotated.clone(), held.subscription);
    let user = held.changed(app, credentials);
    let value = fresh.shown(user.clone());
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
