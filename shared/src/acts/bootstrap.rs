//! A region's first run: the first organization with its admin. Done again, it leaves what is there
//! (`again`).

mod again;

pub use again::first_run;

use super::trail::by_operator;
use super::{Plan, password, sign};
use crate::app::App;
use crate::domain::{
    ActError, Action, ApiResource, Application, ApplicationId, Audience, BuiltinRole, Claims, Description, Email,
    Error, Invalid, Name, Organization, OrganizationId, Password, Person, Privilege, ResourceId, Role, RoleId, RoleRef,
    Scope, Scopes, Seat, Seconds, Subscription, SubscriptionId, TokenId, User, UserId, UserKind, Withdrawals,
};
use crate::store::Write;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The first admin's password. Without one, the admin is invited by mail.
    pub password: Option<Password>,
}

impl FirstRun {
    /// Reads the first admin's password by the rules for everybody's.
    pub fn password(text: &str, admin: &Email) -> Result<Password, Invalid> {
        Password::chosen(text, &Name::parse(ADMIN)?, admin)
    }
}

/// The first admin's name, until somebody changes it.
const ADMIN: &str = "Admin";

/// How the first admin gets in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// With a one-time link, which is mailed.
    Invited,
    /// With another one; those that were mailed before are void.
    InvitedAgain,
    /// With the password that this run was told.
    PasswordSet,
    /// With the password that was there before this run.
    Unchanged,
}

/// What the first run made.
#[derive(Debug)]
pub struct Founded {
    /// The organization.
    pub organization: OrganizationId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// The applications that were made.
    pub applications: Vec<ApplicationId>,
    /// Its custom roles at the API resource, in the order they were named.
    pub roles: Vec<RoleId>,
    /// Its admin.
    pub admin: UserId,
    /// How the admin gets in.
    pub entry: Entry,
}

/// Plans the first organization. The mail to an admin without a password follows from the event.
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
        entry: match run.password {
            Some(_) => Entry::PasswordSet,
            None => Entry::Invited,
        },
    };
    let resource = resource(app, run);
    let store = app.store();
    if store.audience_claim(&resource.audience).await?.is_some() {
        return Err(ActError::AudienceTaken.into());
    }
    let mut writes = vec![
        store.create_organization(&organization(app, run, &founded, resource.id))?,
        store.claim_audience(&resource.audience, founded.organization, founded.subscription)?,
        store.create_subscription(&subscription(app, run, &founded, resource))?,
        store.record(&by_operator(
            app,
            founded.organization,
            Action::OrganizationCreated,
            (founded.organization.to_string(), run.organization.as_str()),
        ))?,
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
    let admin = admin(app, run, &founded).await?;
    writes.extend(store.create_user(&admin)?);
    if founded.entry == Entry::Invited {
        writes.push(told(app, Action::UserInvited, &admin)?);
    }
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
        withdrawals: Withdrawals::default(),
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
        withdrawals_base: 0,
        created_at: app.now(),
        version: 1,
        revision: 1,
    }
}

async fn admin(app: &App, run: &FirstRun, founded: &Founded) -> Result<User, Error> {
    let password = match &run.password {
        Some(password) => Some(password::hash(app, password.clone()).await?),
        None => None,
    };
    Ok(User {
        id: founded.admin,
        organization: founded.organization,
        name: Name::parse(ADMIN).map_err(Error::Request)?,
        email: run.admin.clone(),
        roles: BTreeSet::from([RoleRef::Builtin(BuiltinRole::OrganizationAdmin)]),
        kind: UserKind::Person(Person {
            seat: Seat::Licensed,
            subscription: None,
            password,
        }),
        epoch: 0,
        grants_epoch: 0,
        created_at: app.now(),
        updated_at: app.now(),
        version: 1,
        revision: 1,
    })
}

/// Something that whoever runs the region did to the admin.
fn told(app: &App, action: Action, admin: &User) -> Result<Write, Error> {
    let target = (admin.id.to_string(), admin.name.as_str());
    let mut event = by_operator(app, admin.organization, action, target);
    event.details = BTreeMap::from([("email".to_owned(), admin.email.to_string())]);
    Ok(app.store().record(&event)?)
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
    Ok(sign::sign(app, &claims).await?)
}
