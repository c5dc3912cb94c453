//! Users: people, and service accounts, which are users of type `service`.

use super::{
    ApplicationId, BuiltinRole, Credential, CredentialId, Description, Email, Grants, Invalid, Name, Organization,
    OrganizationId, RegionLabel, RoleRef, Seconds, ServiceClientId, SubscriptionId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A user of an organization.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Name<64>,
    /// Its address; unique in the region.
    pub email: Email,
    /// Its roles, at most [`User::MAX_ROLES`].
    pub roles: BTreeSet<RoleRef>,
    /// What it is.
    #[serde(flatten)]
    pub kind: UserKind,
    /// Counts losses of access. A token of an earlier count is dead.
    pub epoch: u32,
    /// Counts how often everything that this person had allowed apps was ended at once. A grant of an
    /// earlier count is dead.
    #[serde(default)]
    pub grants_epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes; uses of a credential and revocations are left out.
    pub version: u64,
    /// Counts every write, so that none is lost under another.
    pub revision: u64,
}

use super::id::UserId;

/// What a user is, with the facts only such a user has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "user_kind", rename_all = "snake_case")]
pub enum UserKind {
    /// A person.
    Person(Person),
    /// A program.
    Service(ServiceAccount),
}

/// A person: signs in, takes a seat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// What kind of seat.
    pub seat: Seat,
    /// The subscription the roles are limited to; all of them if none.
    pub subscription: Option<SubscriptionId>,
    /// argon2id, as a PHC string. None until the person has set a password.
    pub password: Option<String>,
}

/// The user types of people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// A full user.
    Licensed,
    /// A sales user.
    Sales,
    /// A user who only looks.
    ViewOnly,
}

/// A service account: cannot sign in, takes no seat, obeys the same roles as anyone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The subscription it is bound to.
    pub subscription: SubscriptionId,
    /// What it is for.
    pub description: Description,
    /// The applications it may see, at most [`ServiceAccount::MAX_APPLICATIONS`].
    pub applications: BTreeSet<ApplicationId>,
    /// How long its tokens live. Fixed at creation.
    pub token_lifetime: TokenLifetime,
    /// Its credentials, at most [`Credential::MAX_PER_ACCOUNT`].
    pub credentials: BTreeMap<CredentialId, Credential>,
}

impl ServiceAccount {
    /// The most applications an account sees.
    pub const MAX_APPLICATIONS: usize = 50;
}

impl User {
    /// The most roles a user has.
    pub const MAX_ROLES: usize = 20;

    /// The account, if this is a service account.
    pub fn service(&self) -> Option<&ServiceAccount> {
        match &self.kind {
            UserKind::Service(account) => Some(account),
            UserKind::Person(_) => None,
        }
    }

    /// The user type as it is written on the wire.
    pub fn user_type(&self) -> UserType {
        match &self.kind {
            UserKind::Service(_) => UserType::Service,
            UserKind::Person(person) => person.seat.into(),
        }
    }

    /// The subscription this user is limited to. A service account never acts outside its own.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        match &self.kind {
            UserKind::Service(account) => Some(account.subscription),
            UserKind::Person(person) => person.subscription,
        }
    }

    /// How often tokens of this user, through this credential, have lost their access: the `epo`
    /// of new ones. Both counts only grow, so their sum never repeats.
    pub fn epoch(&self, credential: Option<&Credential>) -> u32 {
        self.epoch
            .saturating_add(credential.map_or(0, |credential| credential.epoch))
    }

    /// What its roles add up to.
    pub fn grants(&self, organization: &Organization) -> Grants {
        Grants::of(&self.roles, &organization.roles)
    }

    /// Whether this is a person who administers the whole organization.
    pub fn is_organization_admin(&self) -> bool {
        matches!(&self.kind, UserKind::Person(person) if person.subscription.is_none())
            && self.roles.contains(&RoleRef::Builtin(BuiltinRole::OrganizationAdmin))
    }

    /// The client ID of one of its credentials.
    pub fn client_id(
        &self,
        region: &RegionLabel,
        account: &ServiceAccount,
        credential: CredentialId,
    ) -> ServiceClientId {
        ServiceClientId {
            region: region.clone(),
            organization: self.organization,
            subscription: account.subscription,
            user: self.id,
            credential,
        }
    }
}

/// A user type as it is written on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    /// A full user.
    Licensed,
    /// A sales user.
    Sales,
    /// A user who only looks.
    ViewOnly,
    /// A service account.
    Service,
}

impl From<Seat> for UserType {
    fn from(seat: Seat) -> Self {
        match seat {
            Seat::Licensed => Self::Licensed,
            Seat::Sales => Self::Sales,
            Seat::ViewOnly => Self::ViewOnly,
        }
    }
}

impl UserType {
    /// The type as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licensed => "licensed",
            Self::Sales => "sales",
            Self::ViewOnly => "view_only",
            Self::Service => "service",
        }
    }

    /// The seat, unless this is a service account.
    pub const fn seat(self) -> Option<Seat> {
        match self {
            Self::Licensed => Some(Seat::Licensed),
            Self::Sales => Some(Seat::Sales),
            Self::ViewOnly => Some(Seat::ViewOnly),
            Self::Service => None,
        }
    }
}

/// How long a service account's tokens live: 300 to 2,592,000 seconds (5 minutes to 30 days).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct TokenLifetime(Seconds);

impl TokenLifetime {
    /// A day.
    pub const DEFAULT: Self = Self(Seconds(86_400));
    /// Thirty days.
    pub const LONGEST: Self = Self(Seconds(2_592_000));

    /// Reads a lifetime in seconds.
    pub const fn parse(seconds: u32) -> Result<Self, Invalid> {
        match seconds {
            300..=2_592_000 => Ok(Self(Seconds(seconds))),
            _ => Err(Invalid::new("must be 300 to 2592000 seconds (5 minutes to 30 days)")),
        }
    }

    /// The lifetime in seconds.
    pub const fn seconds(self) -> Seconds {
        self.0
    }
}

impl TryFrom<u32> for TokenLifetime {
    type Error = Invalid;
    fn try_from(seconds: u32) -> Result<Self, Invalid> {
        Self::parse(seconds)
    }
}

impl From<TokenLifetime> for u32 {
    fn from(lifetime: TokenLifetime) -> Self {
        lifetime.0.0
    }
}
