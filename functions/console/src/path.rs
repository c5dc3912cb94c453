//! Where each page is: the console's paths, spelled once.

use regent::domain::{CredentialId, SubscriptionId, UserId};

/// The console.
pub(crate) const CONSOLE: &str = "/console";
/// Service accounts.
pub(crate) const ACCOUNTS: &str = "/console/service-accounts";
/// A new service account.
pub(crate) const NEW_ACCOUNT: &str = "/console/service-accounts/new";
/// Deletion of service accounts.
pub(crate) const DELETE_ACCOUNTS: &str = "/console/service-accounts/delete";
/// Users.
pub(crate) const USERS: &str = "/console/users";
/// A new person.
pub(crate) const NEW_USER: &str = "/console/users/new";
/// Settings.
pub(crate) const SETTINGS: &str = "/console/settings";

/// The service accounts of a subscription.
pub(crate) fn accounts(subscription: SubscriptionId) -> String {
    format!("{ACCOUNTS}?subscription={subscription}")
}

/// A new service account in a subscription.
pub(crate) fn new_account(subscription: SubscriptionId) -> String {
    format!("{NEW_ACCOUNT}?subscription={subscription}")
}

/// A service account.
pub(crate) fn account(id: UserId) -> String {
    format!("{ACCOUNTS}/{id}")
}

/// The form of a service account.
pub(crate) fn edit_account(id: UserId) -> String {
    format!("{ACCOUNTS}/{id}/edit")
}

/// A new credential of a service account.
pub(crate) fn new_credential(account: UserId) -> String {
    format!("{ACCOUNTS}/{account}/credentials/new")
}

/// Deletion of credentials.
pub(crate) fn delete_credentials(account: UserId) -> String {
    format!("{ACCOUNTS}/{account}/credentials/delete")
}

/// The form of a credential.
pub(crate) fn edit_credential(account: UserId, id: CredentialId) -> String {
    format!("{ACCOUNTS}/{account}/credentials/{id}/edit")
}

/// Rotation of a credential.
pub(crate) fn rotate_credential(account: UserId, id: CredentialId) -> String {
    format!("{ACCOUNTS}/{account}/credentials/{id}/rotate")
}

/// A user.
pub(crate) fn user(id: UserId) -> String {
    format!("{USERS}/{id}")
}

/// Deletion of a user.
pub(crate) fn delete_user(id: UserId) -> String {
    format!("{USERS}/{id}/delete")
}

/// A person's invitation.
pub(crate) fn invite_user(id: UserId) -> String {
    format!("{USERS}/{id}/invitation")
}
