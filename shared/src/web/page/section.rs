//! The sections of the console, as its side navigation lists them.

use maud::{Markup, PreEscaped};

/// A section of the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Service accounts and their credentials.
    ServiceAccounts,
    /// Users and their types.
    Users,
    /// OAuth approvals.
    Approvals,
    /// Third-party clients.
    Clients,
    /// The audit trail.
    Audit,
    /// Settings of the organization.
    Settings,
    /// What the person allowed.
    ConnectedApps,
    /// The person's sessions.
    Sessions,
}

impl Section {
    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ServiceAccounts => "Service accounts",
            Self::Users => "Users",
            Self::Approvals => "OAuth approvals",
            Self::Clients => "Clients",
            Self::Audit => "Audit trail",
            Self::Settings => "Settings",
            Self::ConnectedApps => "Connected apps",
            Self::Sessions => "Sessions",
        }
    }

    /// Where its first page is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ServiceAccounts => "/console/service-accounts",
            Self::Users => "/console/users",
            Self::Approvals => "/console/oauth-approvals",
            Self::Clients => "/console/clients",
            Self::Audit => "/console/audit-events",
            Self::Settings => "/console/settings",
            Self::ConnectedApps => "/console/connected-apps",
            Self::Sessions => "/console/sessions",
        }
    }

    /// Whether it is about the signed-in person alone.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::ConnectedApps | Self::Sessions)
    }

    pub(super) fn icon(self) -> Markup {
        let path = match self {
            Self::ServiceAccounts => "M5 7.5h10v8H5zM10 4v3.500M3 10.500v2M17 10.500v2M8 11h.01M12 11h.01M8 13.500h4",
            Self::Users => {
                "M7.500 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.500c0-3 2.200-4.500 5.500-4.500s5.500 1.500 5.500 4.500M13 3.800a3 3 0 0 1 0 5.400M15 12.300c1.900.600 3 2 3 4.200"
            }
            Self::Approvals => "M10 3l6 2v5c0 3.500-2.500 6-6 7-3.500-1-6-3.500-6-7V5zM7.500 10l2 2 3.500-3.500",
            Self::Clients => "M3.500 3.500h5v5h-5zM11.500 3.500h5v5h-5zM3.500 11.500h5v5h-5zM14 11.500v5M11.500 14h5",
            Self::Audit => "M4 5h12M4 10h12M4 15h7",
            Self::Settings => "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
            Self::ConnectedApps => {
                "M8.500 11.500l3-3M7 9L5 11a3 3 0 0 0 4.200 4.200L11 13.200M9 6.800L11 5a3 3 0 0 1 4.200 4.200L13.200 11"
            }
            Self::Sessions => "M3 4.500h14v9H3zM7.500 16.500h5M10 13.500v3",
        };
        PreEscaped(format!(
            r#"<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="{path}"/></svg>"#
        ))
    }
}
