//! What callers see: domain values as JSON.

mod account;
mod application;
mod approval;
mod client;
mod credential;
mod event;
mod organization;
mod resource;
mod role;
mod subscription;
mod user;

pub(crate) use account::{AccountView, CreatedAccountView};
pub(crate) use application::ApplicationView;
pub(crate) use approval::{ApprovalView, DecidedView};
pub(crate) use client::{ClientView, RotatedClientView};
pub(crate) use credential::{CredentialView, DeletedView, RotatedView};
pub(crate) use event::EventView;
pub(crate) use organization::OrganizationView;
pub(crate) use resource::{ResourceView, ScopeView};
pub(crate) use role::{RoleScopesView, RoleView};
pub(crate) use subscription::SubscriptionView;
pub(crate) use user::UserView;

/// Implements `View` by the field `version`, and `Made` by a path, for a view without secrets.
macro_rules! made {
    ($view:ty, $path:literal) => {
        impl $crate::answer::View for $view {
            fn version(&self) -> u64 {
                self.version
            }
        }

        impl $crate::answer::Made for $view {
            fn path(&self) -> Option<String> {
                Some(format!(concat!($path, "/{}"), self.id))
            }

            fn masked(self) -> Self {
                self
            }
        }
    };
}
use made;
