//! The pure middle: types, rules and decisions. No AWS, no HTTP, no clock, no environment; time
//! and randomness come in as arguments.

mod audience;
mod audit;
mod client_id;
mod credential;
mod email;
mod error;
mod grant;
mod id;
mod invalid;
mod jwk;
mod organization;
mod privilege;
mod region;
mod role;
mod scope;
mod secret;
mod text;
mod time;
mod token;
mod user;
mod verdict;

pub use audience::Audience;
pub use audit::{Action, Actor, ActorKind, AuditEvent, Target};
pub use client_id::ClientId;
pub use credential::{Credential, RedirectUri, Revocation, StoredSecret};
pub use email::Email;
pub use error::{ActError, ClientError, Error, FieldError, GrantError, TokenError, Unavailable};
pub use grant::{Ask, Grant, Standing};
pub use id::{ApplicationId, CredentialId, EventId, OrganizationId, ResourceId, RoleId, SubscriptionId, UserId};
pub use invalid::Invalid;
pub use jwk::{Jwk, Material, PublishedKey, SigningAlgorithm};
pub use organization::{ApiResource, Application, Organization, Subscription};
pub use privilege::Privilege;
pub use region::{Issuer, RegionLabel};
pub use role::{BuiltinRole, Grants, Role, RoleRef};
pub use scope::{Scope, Scopes};
pub use secret::{ClientSecret, mask};
pub use text::{AccountName, Description, Name};
pub use time::{Seconds, Timestamp};
pub use token::{Claims, IssuedToken, Subject, TokenId};
pub use user::{Person, Seat, ServiceAccount, TokenLifetime, User, UserKind, UserType};
pub use verdict::{Demand, Found};
