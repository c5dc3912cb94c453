//! The pure middle: types, rules and decisions. No AWS, no HTTP, no clock, no environment; time
//! and randomness come in as arguments.

mod approval;
mod audience;
mod audit;
mod client;
mod client_id;
mod credential;
mod email;
mod error;
mod grant;
mod id;
mod invalid;
mod jwk;
mod organization;
mod origin;
mod privilege;
mod redirect;
mod region;
mod role;
mod scope;
mod secret;
mod session;
mod standing;
mod text;
mod time;
mod token;
mod user;
mod verdict;

pub use approval::{Approval, ApprovalStatus, Decision, Requester};
pub use audience::Audience;
pub use audit::{Action, Actor, ActorKind, AuditEvent, Target};
pub use client::{Client, ClientAuthentication, ClientCredential, Registration};
pub use client_id::{ClientId, DocumentUrl, RegisteredClientId, ServiceClientId};
pub use credential::{Credential, Revocation, StoredSecret};
pub use email::Email;
pub use error::{ActError, ClientError, Error, FieldError, GrantError, TokenError, Unavailable};
pub use grant::{Grant, GrantEnd};
pub use id::{
    ApplicationId, CredentialId, EventId, GrantId, OrganizationId, ResourceId, RoleId, SubscriptionId, UserId,
};
pub use invalid::Invalid;
pub use jwk::{Jwk, Material, PublishedKey, SigningAlgorithm};
pub use organization::{ApiResource, Application, Organization, Subscription};
pub use origin::Origin;
pub use privilege::Privilege;
pub use redirect::RedirectUri;
pub use region::{Issuer, RegionLabel};
pub use role::{BuiltinRole, Grants, Role, RoleRef};
pub use scope::{Scope, Scopes};
pub use secret::{ClientSecret, mask};
pub use session::Session;
pub use standing::{Ask, Granted, Standing};
pub use text::{AccountName, Description, Name};
pub use time::{Seconds, Timestamp};
pub use token::{Claims, IssuedToken, Subject, TokenId};
pub use user::{Person, Seat, ServiceAccount, TokenLifetime, User, UserKind, UserType};
pub use verdict::{Demand, Found};
