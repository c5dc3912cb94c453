//! Where each page is: the console's paths, spelled once.

use regent::domain::{Approval, ApprovalStatus, ClientId, CredentialId, SubscriptionId, UserId};

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
/// OAuth approvals.
pub(crate) const APPROVALS: &str = "/console/oauth-approvals";
/// Clients.
pub(crate) const CLIENTS: &str = "/console/clients";
/// A new client.
pub(crate) const NEW_CLIENT: &str = "/console/clients/new";
/// The audit trail.
pub(crate) const AUDIT: &str = "/console/audit-events";
/// What the person has allowed.
pub(crate) const CONNECTED_APPS: &str = "/console/connected-apps";
/// The person's sessions.
pub(crate) const SESSIONS: &str = "/console/sessions";
/// One's own password.
pub(crate) const PASSWORD: &str = "/console/password";
/// Settings.
pub(crate) const SETTINGS: &str = "/console/settings";

/// Everything the organization holds, revoked.
pub(crate) const REVOKE: &str = "/console/settings/revoke";

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

/// The form of a subscription.
pub(crate) fn plan(id: SubscriptionId) -> String {
    format!("{SETTINGS}/subscriptions/{id}")
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

/// The approvals of a status; all of them if none.
pub(crate) fn approvals(status: Option<ApprovalStatus>) -> String {
    status.map_or_else(
        || APPROVALS.to_owned(),
        |status| format!("{APPROVALS}?status={}", status.as_str()),
    )
}

/// An approval.
pub(crate) fn approval(approval: &Approval) -> String {
    format!("{APPROVALS}/{}", approval.id())
}

/// A client.
pub(crate) fn client(id: &ClientId) -> String {
    format!("{CLIENTS}/{id}")
}

/// What is done with a client: `edit`, `rotate` or `delete`.
pub(crate) fn client_action(id: &ClientId, action: &str) -> String {
    format!("{CLIENTS}/{id}/{action}")
}
