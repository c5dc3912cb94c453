//! More subscriptions of the first organization than the first run makes.

use std::collections::BTreeMap;

use regent::domain::{Name, Subscription, SubscriptionId};

use super::Region;

impl Region {
    /// A second subscription, with the API resources of the first: its id.
    pub(crate) async fn second_subscription(&self) -> String {
        self.add_subscription(|first| first).await
    }

    /// A second subscription without API resources: its id.
    pub(crate) async fn empty_subscription(&self) -> String {
        self.add_subscription(|first| Subscription {
            resources: BTreeMap::new(),
            default_resource: None,
            service_accounts: 0,
            ..first
        })
        .await
    }

    async fn add_subscription(&self, change: impl FnOnce(Subscription) -> Subscription) -> String {
        let store = self.running.app.store();
        let first = SubscriptionId::parse(self.subscription()).unwrap();
        let first = store.subscription(first).await.unwrap().unwrap();
        let mut organization = store.organization(first.organization).await.unwrap().unwrap();
        let (id, name) = (
            SubscriptionId::from_random([9; 12]),
            Name::parse("Acme staging").unwrap(),
        );
        organization.subscriptions.insert(id, name.clone());
        let second = change(Subscription { id, name, ..first });
        let writes = [
            store.create_subscription(&second).unwrap(),
            store.replace_organization(&organization).unwrap(),
        ];
        store.commit(&writes).await.unwrap().unwrap();
        id.to_string()
    }
}
