//! The audit trail: who did what to what, when, from where.

use super::{EventId, OrganizationId, SubscriptionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// In which organization.
    pub organization: OrganizationId,
    /// In which subscription, if in one.
    pub subscription: Option<SubscriptionId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// From which address, if known.
    pub source_ip: Option<String>,
    /// With which request, as the log knows it. Events from before there were lines for requests
    /// have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// More facts; never a secret.
    pub details: BTreeMap<String, String>,
}

/// Who acted. People and integrations are told apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// Person, integration or the region itself.
    pub kind: ActorKind,
    /// The user; none for the region itself.
    pub id: Option<UserId>,
    /// The user's address, or a name for the region itself.
    pub name: String,
}

/// What kind of actor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person.
    Person,
    /// A service account.
    Integration,
    /// The region itself: its first run.
    System,
}

/// What was acted upon.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// Its name at that time.
    pub name: String,
}

macro_rules! actions {
    ($($name:ident = $text:literal,)*) => {
        /// What was done. Written `noun.verb`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each variant is its text")]
        pub enum Action {
            $(#[serde(rename = $text)] $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The action as it is written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Reads an action.
            pub fn parse(text: &str) -> Result<Self, super::Invalid> {
                match text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(super::Invalid::new("must be an action such as service_account.created")),
                }
            }
        }
    };
}

actions! {
    OrganizationCreated = "organization.created",
    OrganizationEdited = "organization.edited",
    OrganizationRevoked = "organization.revoked",
    SubscriptionEdited = "subscription.edited",
    ApplicationCreated = "application.created",
    ApplicationEdited = "application.edited",
    ApplicationDeleted = "application.deleted",
    ResourceCreated = "resource.created",
    ResourceEdited = "resource.edited",
    ResourceDeleted = "resource.deleted",
    RoleCreated = "role.created",
    RoleEdited = "role.edited",
    RoleDeleted = "role.deleted",
    UserCreated = "user.created",
    UserEdited = "user.edited",
    UserTypeChanged = "user.type_changed",
    UserDeleted = "user.deleted",
    ServiceAccountCreated = "service_account.created",
    ServiceAccountEdited = "service_account.edited",
    ServiceAccountDeleted = "service_account.deleted",
    CredentialCreated = "credential.created",
    CredentialEdited = "credential.edited",
    CredentialRotated = "credential.rotated",
    CredentialDeleted = "credential.deleted",
    ApprovalRequested = "oauth_approval.requested",
    ApprovalJoined = "oauth_approval.joined",
    ApprovalApproved = "oauth_approval.approved",
    ApprovalRejected = "oauth_approval.rejected",
    ClientCreated = "client.created",
    ClientEdited = "client.edited",
    ClientRotated = "client.rotated",
    ClientDeleted = "client.deleted",
    GrantCreated = "grant.created",
    GrantRevoked = "grant.revoked",
    SessionCreated = "session.created",
    SessionEnded = "session.ended",
    PasswordChanged = "user.password_changed",
    PasswordResetRequested = "user.password_reset_requested",
    UserInvited = "user.invited",
}
