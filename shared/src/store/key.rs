//! The keys of the one table, and the only place where they are spelled.
//!
//! | kind         | `pk`             | `sk`                     | lives | written by     | read by |
//! |--------------|------------------|--------------------------|-------|----------------|---------|
//! | organization | `ORG#org`        | `ORG`                    |       | accounts       | token, accounts |
//! | member       | `ORG#org`        | `USER#usr`               |       | accounts       | accounts |
//! | subscription | `SUB#sub`        | `SUB`                    |       | accounts       | token, verify, accounts |
//! | application  | `SUB#sub`        | `APP#app`                |       | accounts       | accounts |
//! | name         | `SUB#sub`        | `NAME#noun#folded name`  |       | accounts       | accounts |
//! | user         | `USER#usr`       | `USER`                   |       | accounts, token (`last_used_at`, `revoked`) | all |
//! | token        | `USER#usr`       | `TOKEN#crd#what`         | until the token expires | token | token |
//! | session      | `USER#usr`       | `SESSION#digest`         | until it ends | authorize, console | authorize, console, accounts |
//! | device       | `USER#usr`       | `DEVICE#digest`          | 180 days after a sign-in | authorize, console | authorize, console |
//! | link         | `LINK#digest`    | `LINK`                   | until it ends | notify    | authorize |
//! | throttle     | `THROTTLE#what`  | `THROTTLE`               | until it is full again | authorize, token, accounts, console | the same |
//! | email        | `EMAIL#address`  | `EMAIL`                  |       | accounts       | accounts |
//! | audience     | `AUDIENCE#uri`   | `AUDIENCE`               |       | accounts       | accounts |
//! | approval     | `ORG#org`        | `APPROVAL#origin`        |       | authorize, accounts, console | token, verify, authorize, accounts, console |
//! | code         | `CODE#digest`    | `CODE`                   | an hour past its minute | authorize, token | token |
//! | grant        | `USER#usr`       | `GRANT#grn`              | until the grant ends | token, console | token, verify, console |
//! | through      | `THROUGH#org#origin` | `grn`                | until the grant ends | token | accounts, console |
//! | audit event  | `AUDIT#org`      | `millis#evt`             | 400 days | accounts    | accounts |
//! | notice       | `NOTIFIED#evt`   | channel                  | 30 days | notify      | notify |
//! | idempotency  | `IDEMPOTENCY#usr`| digest of the key        | a day | accounts       | accounts |
//! | client       | `CLIENT#client id` | `CLIENT`               | dynamic: a week if never used, until unused for 90 days otherwise; document: a day at most | accounts, token, authorize | token, verify, authorize, accounts |
//! | own client   | `ORG#org`        | `CLIENT#client id`       |       | accounts       | accounts |
//! | keys         | `KEYS`           | `KEYS`                   |       | bootstrap, rotate | token, verify, accounts, rotate |
//!
//! A user with its credentials and their revocations is one item: one read shows a verification
//! all it needs, one conditional write changes all of it. `expires_at` (seconds) is for DynamoDB's
//! garbage collection only; whoever reads checks for itself.

use super::notice::Notice;
use crate::domain::{
    ApplicationId, Audience, AuditEvent, ClientId, CredentialId, Email, GrantId, OrganizationId, Origin,
    SubscriptionId, Timestamp, UserId,
};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// Where an item is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// What has a name that is taken within a subscription.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noun {
    Account,
    Application,
}

/// The item is garbage from then on, in seconds.
pub(super) const EXPIRES_AT: &str = "expires_at";

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(super) fn organization(id: OrganizationId) -> Self {
        Self::new(format!("ORG#{id}"), "ORG")
    }

    pub(super) fn member(organization: OrganizationId, user: UserId) -> Self {
        Self::new(format!("ORG#{organization}"), format!("USER#{user}"))
    }

    pub(super) fn subscription(id: SubscriptionId) -> Self {
        Self::new(format!("SUB#{id}"), "SUB")
    }

    pub(super) fn application(subscription: SubscriptionId, id: ApplicationId) -> Self {
        Self::new(format!("SUB#{subscription}"), format!("APP#{id}"))
    }

    pub(super) fn name(subscription: SubscriptionId, noun: Noun, folded: &str) -> Self {
        Self::new(format!("SUB#{subscription}"), format!("{}{folded}", Self::names(noun)))
    }

    /// What the sort keys of names begin with.
    pub(super) const fn names(noun: Noun) -> &'static str {
        match noun {
            Noun::Account => "NAME#ACCOUNT#",
            Noun::Application => "NAME#APP#",
        }
    }

    pub(super) fn user(id: UserId) -> Self {
        Self::new(format!("USER#{id}"), "USER")
    }

    pub(super) fn token(user: UserId, credential: CredentialId, what: &str) -> Self {
        Self::new(format!("USER#{user}"), format!("TOKEN#{credential}#{what}"))
    }

    pub(super) fn session(user: UserId, digest: &str) -> Self {
        Self::new(format!("USER#{user}"), format!("SESSION#{digest}"))
    }

    pub(super) fn device(user: UserId, digest: &str) -> Self {
        Self::new(format!("USER#{user}"), format!("DEVICE#{digest}"))
    }

    pub(super) fn link(digest: &str) -> Self {
        Self::new(format!("LINK#{digest}"), "LINK")
    }

    pub(super) fn notice(notice: &Notice) -> Self {
        Self::new(format!("NOTIFIED#{}", notice.event), notice.channel.as_str())
    }

    pub(super) fn throttle(what: &str) -> Self {
        Self::new(format!("THROTTLE#{what}"), "THROTTLE")
    }

    pub(super) fn email(address: &Email) -> Self {
        Self::new(format!("EMAIL#{address}"), "EMAIL")
    }

    pub(super) fn audience(audience: &Audience) -> Self {
        Self::new(format!("AUDIENCE#{audience}"), "AUDIENCE")
    }

    pub(super) fn audit(event: &AuditEvent) -> Self {
        Self::new(
            format!("AUDIT#{}", event.organization),
            format!("{}{}", Self::audit_from(event.at), event.id),
        )
    }

    /// What the sort keys of audit events of one instant begin with.
    pub(super) fn audit_from(at: Timestamp) -> String {
        format!("{:015}#", at.millis().max(0))
    }

    /// What the sort keys of approvals begin with.
    pub(super) const APPROVALS: &str = "APPROVAL#";

    pub(super) fn approval(organization: OrganizationId, origin: &Origin) -> Self {
        Self::new(format!("ORG#{organization}"), format!("{}{origin}", Self::APPROVALS))
    }

    pub(super) fn code(digest: &str) -> Self {
        Self::new(format!("CODE#{digest}"), "CODE")
    }

    pub(super) fn grant(user: UserId, id: GrantId) -> Self {
        Self::new(format!("USER#{user}"), format!("GRANT#{id}"))
    }

    /// The partition of the grants that were made through an origin.
    pub(super) fn through(organization: OrganizationId, origin: &Origin) -> String {
        format!("THROUGH#{organization}#{origin}")
    }

    pub(super) fn grant_through(organization: OrganizationId, origin: &Origin, id: GrantId) -> Self {
        Self::new(Self::through(organization, origin), id.to_string())
    }

    pub(super) fn idempotency(user: UserId, digest: &str) -> Self {
        Self::new(format!("IDEMPOTENCY#{user}"), digest)
    }

    pub(super) fn client(id: &ClientId) -> Self {
        Self::new(format!("CLIENT#{id}"), "CLIENT")
    }

    /// One of the clients that an organization's admins registered.
    pub(super) fn own_client(organization: OrganizationId, id: &ClientId) -> Self {
        Self::new(format!("ORG#{organization}"), format!("CLIENT#{id}"))
    }

    pub(super) fn keys() -> Self {
        Self::new("KEYS".to_owned(), "KEYS")
    }

    /// The key as DynamoDB takes it.
    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        let attribute = |name: &str, value: &String| (name.to_owned(), AttributeValue::S(value.clone()));
        HashMap::from([attribute("pk", &self.pk), attribute("sk", &self.sk)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountName;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_things_have_different_keys(a: [u8; 12], b: [u8; 12], name in "\\PC{1,20}", other in "\\PC{1,20}") {
            let (user, second) = (UserId::from_random(a), UserId::from_random(b));
            prop_assert_eq!(user == second, Key::user(user) == Key::user(second));
            let subscription = SubscriptionId::from_random(a);
            let (Ok(name), Ok(other)) = (AccountName::parse(&name), AccountName::parse(&other)) else { return Ok(()) };
            let key = |name: &AccountName, noun| Key::name(subscription, noun, &name.folded());
            prop_assert_eq!(name.folded() == other.folded(), key(&name, Noun::Account) == key(&other, Noun::Account));
            prop_assert_ne!(key(&name, Noun::Account), key(&name, Noun::Application));
            prop_assert_ne!(Key::application(subscription, ApplicationId::from_random(b)), key(&name, Noun::Application));
        }
    }

    #[test]
    fn audit_keys_sort_by_time() {
        let key = |millis| Key::audit_from(Timestamp::from_millis(millis));
        assert!(key(999) < key(1_000) && key(1_700_000_000_000) < key(17_000_000_000_000));
    }
}
