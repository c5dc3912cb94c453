//! Service accounts: users whose number in a subscription is limited and whose names are taken.

use super::Store;
use super::item::item;
use super::key::{Key, Noun};
use super::user::Pointer;
use super::write::{Lost, Write, number};
use crate::domain::{SubscriptionId, Unavailable, User};
use aws_sdk_dynamodb::types::AttributeValue;

impl Store {
    /// Adds a service account: the user, its name, and one more in the subscription, if the plan
    /// includes service accounts and fewer than the limit are there.
    pub fn create_account(&self, user: &User, subscription: SubscriptionId) -> Result<Vec<Write>, Unavailable> {
        let name = Key::name(subscription, Noun::Account, &user.name.folded());
        let count = Write::updating(self, &Key::subscription(subscription))
            .update_expression("ADD service_accounts :one, revision :one")
            .condition_expression("service_accounts < service_account_limit AND service_accounts_enabled = :true")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        let mut writes = vec![
            Write::create(self, item(&name, "name", &Pointer { user: user.id })?, Lost::NameTaken)?,
            Write::update(count, Lost::LimitReached)?,
        ];
        writes.extend(self.create_user(user)?);
        Ok(writes)
    }

    /// Removes a service account: its tokens and credentials are gone with it.
    pub fn delete_account(&self, user: &User, subscription: SubscriptionId) -> Result<Vec<Write>, Unavailable> {
        let mut writes = self.delete_user(user)?;
        writes.extend(self.release_account(user, subscription)?);
        Ok(writes)
    }

    /// Frees the name and the place of a user that is no service account any more.
    pub fn release_account(&self, user: &User, subscription: SubscriptionId) -> Result<Vec<Write>, Unavailable> {
        let count = Write::updating(self, &Key::subscription(subscription))
            .update_expression("ADD service_accounts :less, revision :one")
            .condition_expression("service_accounts > :none")
            .expression_attribute_values(":less", number(-1))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":none", number(0));
        let name = Key::name(subscription, Noun::Account, &user.name.folded());
        Ok(vec![Write::delete(self, &name)?, Write::update(count, Lost::Changed)?])
    }
}
