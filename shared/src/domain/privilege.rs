//! Management privileges. On the wire each is a scope of the management API.

use super::{Invalid, Scope, Scopes};
use serde::{Deserialize, Serialize};

macro_rules! privileges {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a caller of the management API may do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum Privilege {
            $($(#[$doc])* $name,)*
        }

        impl Privilege {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The privilege as it is written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

privileges! {
    /// See service accounts and their masked credentials.
    ServiceAccountsRead = "service_accounts:read",
    /// Create, edit and delete service accounts and credentials.
    ServiceAccountsManage = "service_accounts:manage",
    /// See users.
    UsersRead = "users:read",
    /// Create, change and delete users.
    UsersManage = "users:manage",
    /// Create, change and delete custom roles.
    RolesManage = "roles:manage",
    /// Change the organization, subscriptions, applications and API resources.
    SettingsManage = "settings:manage",
    /// Register third-party clients.
    ClientsManage = "clients:manage",
    /// See requests for approval of redirect domains.
    OauthApprovalsRead = "oauth_approvals:read",
    /// Decide requests for approval of redirect domains.
    OauthApprovalsManage = "oauth_approvals:manage",
    /// Read the audit trail.
    AuditRead = "audit:read",
}

impl Privilege {
    /// Reads a privilege.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.iter().copied().find(|privilege| privilege.as_str() == text);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|privilege| privilege.as_str()).collect();
            Invalid::because(format!("must be one of {}", names.join(", ")))
        })
    }

    /// The privilege as a scope of the management API.
    pub fn scope(self) -> Scope {
        Scope::known(self.as_str())
    }

    /// Those of `privileges` as scopes.
    pub fn scopes(privileges: impl IntoIterator<Item = Self>) -> Scopes {
        privileges.into_iter().map(Self::scope).collect()
    }

    /// Whether it only looks.
    pub const fn only_reads(self) -> bool {
        matches!(
            self,
            Self::ServiceAccountsRead | Self::UsersRead | Self::OauthApprovalsRead | Self::AuditRead
        )
    }
}

impl TryFrom<String> for Privilege {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<Privilege> for &'static str {
    fn from(privilege: Privilege) -> Self {
        privilege.as_str()
    }
}
