//! A region's first run: the signing key, and the first organization with its admin. Safe to
//! repeat: what is there stays.

use super::{Plan, perform};
use crate::app::App;
use crate::domain::{
    ActError, Action, Actor, ActorKind, ApiResource, Application, ApplicationId, Audience, AuditEvent, BuiltinRole,
    Claims, Description, Email, Error, EventId, Name, Organization, OrganizationId, Person, Privilege, PublishedKey,
    ResourceId, Role, RoleId, RoleRef, Scope, Scopes, Seat, Seconds, Subscription, SubscriptionId, Target, TokenId,
    Unavailable, User, UserId, UserKind,
};
use crate::keys::{PrivateKey, jws, secret_hash};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// What the first run is told.
#[derive(Debug)]
pub struct FirstRun {
    /// The organization's name.
    pub organization: Name<64>,
    /// The first subscription's name.
    pub subscription: Name<64>,
    /// Names of its first applications.
    pub applications: Vec<Name<64>>,
    /// Its first API resource: name, audience, scopes with words.
    pub resource: (Name<64>, Audience, BTreeMap<Scope, Description>),
    /// Custom roles: name and scopes at that API resource.
    pub roles: Vec<(Name<64>, Scopes)>,
    /// The first admin's address.
    pub admin: Email,
}

/// What the first run made.
#[derive(Debug)]
pub struct Founded {
    /// The organization.
    pub organization: OrganizationId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Its applications.
    pub applications: Vec<ApplicationId>,
    /// Its custom roles, in the order they were named.
    pub roles: Vec<RoleId>,
    /// Its admin.
    pub admin: UserId,
    /// The admin's password: shown once, kept nowhere.
    pub password: Zeroizing<String>,
}

/// Makes the region's signing key and publishes its public half, unless that has been done. What
/// an earlier run left half done is finished.
pub async fn ensure_signing_key(app: &App) -> Result<(), Error> {
    let signer = app.signer()?;
    if signer.read().await?.is_none() {
        let kid = TokenId::from_random(app.random());
        let (_, value) = PrivateKey::generate(app.config().algorithm, kid.as_str())?;
        signer.write_first(&value).await?;
    }
    // Whoever was last, if there were two: that one signs, so that one is published.
    let value = signer
        .read()
        .await?
        .ok_or_else(|| Unavailable("signing key: not kept".to_owned()))?;
    let jwk = PrivateKey::parse(&value)?.jwk();
    perform(app, async || {
        let keyset = app.store().keyset().await?;
        let published = keyset.keys.iter().any(|key| key.jwk == jwk);
        let key = PublishedKey {
            jwk: jwk.clone(),
            published_at: app.now(),
            retires_at: None,
        };
        let writes = if published {
            Vec::new()
        } else {
            vec![app.store().publish(&keyset, key)?]
        };
        Ok(Plan { value: (), writes })
    })
    .await
}

/// Plans the first organization. Whoever performs it may first keep what only it knows: the password.
pub async fn found(app: &App, run: &FirstRun) -> Result<Plan<Founded>, Error> {
    let founded = Founded {
        organization: OrganizationId::from_random(app.random()),
        subscription: SubscriptionId::from_random(app.random()),
        applications: run
            .applications
            .iter()
            .map(|_| ApplicationId::from_random(app.random()))
            .collect(),
        roles: run.roles.iter().map(|_| RoleId::from_random(app.random())).collect(),
        admin: UserId::from_random(app.random()),
        password: Zeroizing::new(TokenId::from_random(app.random()).to_string()),
    };
    let resource = resource(app, run);
    let store = app.store();
    let mut writes = vec![
        store.create_organization(&organization(app, run, &founded, resource.id))?,
        store.claim_audience(&resource.audience, founded.organization)?,
        store.create_subscription(&subscription(app, run, &founded, resource))?,
        store.record(&event(app, run, &founded))?,
    ];
    for (id, name) in founded.applications.iter().zip(&run.applications) {
        writes.extend(store.create_application(&Application {
            id: *id,
            organization: founded.organization,
            subscription: founded.subscription,
            name: name.clone(),
            created_at: app.now(),
            version: 1,
            revision: 1,
        })?);
    }
    writes.extend(store.create_user(&admin(app, run, &founded).await?)?);
    Ok(Plan { value: founded, writes })
}

fn resource(app: &App, run: &FirstRun) -> ApiResource {
    let (name, audience, scopes) = run.resource.clone();
    ApiResource {
        id: ResourceId::from_random(app.random()),
        name,
        audience,
        scopes,
        enabled: true,
        created_at: app.now(),
        version: 1,
    }
}

fn organization(app: &App, run: &FirstRun, founded: &Founded, resource: ResourceId) -> Organization {
    let role = |(id, (name, scopes)): (&RoleId, &(Name<64>, Scopes))| {
        let scopes = BTreeMap::from([(resource, scopes.clone())]);
        let role = Role {
            id: *id,
            name: name.clone(),
            privileges: BTreeSet::new(),
            scopes,
            created_at: app.now(),
            version: 1,
        };
        (*id, role)
    };
    Organization {
        id: founded.organization,
        name: run.organization.clone(),
        roles: founded.roles.iter().zip(&run.roles).map(role).collect(),
        subscriptions: BTreeMap::from([(founded.subscription, run.subscription.clone())]),
        admins: 1,
        clients: 0,
        dynamic_registration_enabled: true,
        metadata_documents_enabled: true,
        created_at: app.now(),
        version: 1,
        revision: 1,
    }
}

fn subscription(app: &App, run: &FirstRun, founded: &Founded, resource: ApiResource) -> Subscription {
    Subscription {
        id: founded.subscription,
        organization: founded.organization,
        name: run.subscription.clone(),
        service_accounts_enabled: true,
        service_account_limit: Subscription::SERVICE_ACCOUNTS,
        service_accounts: 0,
        default_resource: Some(resource.id),
        resources: BTreeMap::from([(resource.id, resource)]),
        created_at: app.now(),
        version: 1,
        revision: 1,
    }
}

async fn admin(app: &App, run: &FirstRun, founded: &Founded) -> Result<User, Error> {
    let (password, salt) = (founded.password.clone(), app.random());
    let hashing = tokio::task::spawn_blocking(move || secret_hash::hash_password(&password, salt));
    let password = hashing
        .await
        .map_err(|error| Unavailable(format!("hashing: {error}")))??;
    Ok(User {
        id: founded.admin,
        organization: founded.organization,
        name: Name::parse("Admin").map_err(Error::Request)?,
        email: run.admin.clone(),
        roles: BTreeSet::from([RoleRef::Builtin(BuiltinRole::OrganizationAdmin)]),
        kind: UserKind::Person(Person {
            seat: Seat::Licensed,
            subscription: None,
            password: Some(password),
        }),
        epoch: 0,
        created_at: app.now(),
        updated_at: app.now(),
        version: 1,
        revision: 1,
    })
}

fn event(app: &App, run: &FirstRun, founded: &Founded) -> AuditEvent {
    AuditEvent {
        id: EventId::from_random(app.random()),
        organization: founded.organization,
        subscription: None,
        at: app.now(),
        actor: Actor {
            kind: ActorKind::System,
            id: None,
            name: "first run".to_owned(),
        },
        action: Action::OrganizationCreated,
        target: Target {
            id: founded.organization.to_string(),
            name: run.organization.to_string(),
        },
        source_ip: None,
        details: BTreeMap::new(),
    }
}

/// A management API token for a person, with every privilege that its roles grant. Who may have
/// one is for the caller to know: whoever runs the region.
pub async fn person_token(app: &App, person: UserId, lifetime: Seconds) -> Result<String, Error> {
    let user = app
        .store()
        .user(person)
        .await?
        .filter(|user| user.service().is_none())
        .ok_or(ActError::NotFound)?;
    let organization = app
        .store()
        .organization(user.organization)
        .await?
        .ok_or(ActError::NotFound)?;
    let now = app.now();
    let claims = Claims {
        iss: app.config().issuer.to_string(),
        sub: user.id.to_string(),
        aud: app.management().clone(),
        exp: now.plus(lifetime).seconds(),
        iat: now.seconds(),
        nbf: None,
        jti: TokenId::from_random(app.random()),
        client_id: Claims::FIRST_PARTY.to_owned(),
        scope: Privilege::scopes(user.grants(&organization).privileges),
        organization: user.organization,
        subscription: user.subscription(),
        applications: Vec::new(),
        generation: 0,
        epoch: user.epoch(None),
        grant: None,
        auth_time: None,
    };
    let key = app.signer()?.key(now).await?;
    Ok(jws::sign(&claims, &key)?)
}
