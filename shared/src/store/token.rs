//! Issued tokens, and the one read of a token request.

use super::Store;
use super::item::{Item, expiring, value};
use super::key::Key;
use super::write::{number, unless_lost};
use crate::domain::{
    CredentialId, IssuedToken, Organization, PublishedKeys, Revocation, ServiceClientId, Subscription, Timestamp,
    TokenId, Unavailable, User, UserId,
};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

/// What a token request needs, in one read.
#[derive(Debug)]
pub struct TokenRows {
    /// The organization, with its roles.
    pub organization: Option<Organization>,
    /// The subscription, with its API resources.
    pub subscription: Option<Subscription>,
    /// The service account's user.
    pub user: Option<User>,
    /// The token issued for the same request before.
    pub issued: Option<IssuedToken>,
    /// The published keys, where they were asked for.
    pub keys: Option<PublishedKeys>,
}

/// What became of a new token.
#[derive(Debug)]
pub enum Issue {
    /// It is the one.
    First,
    /// Somebody else was faster; theirs is the one.
    Lost(IssuedToken),
}

const KIND: &str = "token";

impl Store {
    /// Everything a token request needs; `what` tells its secret, scopes and resource apart from
    /// others of the same credential. With `keys`, the published keys are read along.
    pub async fn token_request(
        &self,
        client: &ServiceClientId,
        what: &str,
        keys: bool,
    ) -> Result<TokenRows, Unavailable> {
        let (organization, subscription) = (
            Key::organization(client.organization),
            Key::subscription(client.subscription),
        );
        let (user, issued) = (Key::user(client.user), Key::token(client.user, client.credential, what));
        let keyset = Self::keys_too(keys);
        let mut wanted = vec![&organization, &subscription, &user, &issued];
        wanted.extend(&keyset);
        let mut rows = self.rows(&wanted).await?;
        Ok(TokenRows {
            organization: rows.take("organization", &organization)?,
            subscription: rows.take("subscription", &subscription)?,
            user: rows.take("user", &user)?,
            issued: rows.take(KIND, &issued)?,
            keys: Self::published(&mut rows, keyset.as_ref())?,
        })
    }

    /// Keeps a new token in the place of the one that was `seen` there, or of none. One of many
    /// that try at once is first; the others get the first one's token in the same call.
    pub async fn issue(
        &self,
        user: UserId,
        what: &str,
        token: &IssuedToken,
        seen: Option<&TokenId>,
    ) -> Result<Issue, Unavailable> {
        let key = Key::token(user, token.credential, what);
        let item: Item = expiring(&key, KIND, token, token.expires_at)?;
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        put = match seen {
            None => put.condition_expression("attribute_not_exists(pk)"),
            // The one that was seen may have been collected as garbage since.
            Some(seen) => put
                .condition_expression("attribute_not_exists(pk) OR id = :seen")
                .expression_attribute_values(":seen", AttributeValue::S(seen.to_string())),
        };
        let Err(error) = self.alone(|| put.clone().send()).await else {
            return Ok(Issue::First);
        };
        if let Some(PutItemError::ConditionalCheckFailedException(lost)) = error.as_service_error()
            && let Some(item) = lost.item()
        {
            return value(KIND, item.clone()).map(Issue::Lost);
        }
        Err(Unavailable::of("token", &error))
    }

    /// Notes that a credential was used, unless that was noted after `unless_since`. A credential
    /// that is gone is not brought back.
    pub async fn touch(
        &self,
        user: UserId,
        credential: CredentialId,
        now: Timestamp,
        unless_since: Timestamp,
    ) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::user(user).attributes()))
            .update_expression("SET credentials.#c.last_used_at = :now ADD revision :one")
            .condition_expression("attribute_exists(credentials.#c) AND (NOT credentials.#c.last_used_at > :since)")
            .expression_attribute_names("#c", credential.to_string())
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":since", number(unless_since.millis()))
            .expression_attribute_values(":one", number(1));
        let sent = self.alone(|| update.clone().send()).await;
        unless_lost("last use", sent, UpdateItemError::is_conditional_check_failed_exception)
    }

    /// Kills one token of a credential, or all of them. A credential that is gone has none left.
    pub async fn revoke(
        &self,
        user: UserId,
        credential: CredentialId,
        revocation: &Revocation,
    ) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::user(user).attributes()))
            .condition_expression("attribute_exists(credentials.#c)")
            .expression_attribute_names("#c", credential.to_string())
            .expression_attribute_values(":one", number(1));
        let update = match revocation {
            Revocation::One {
                token,
                expires_at,
                expired,
            } => {
                let mut update = update
                    .expression_attribute_names("#t", token.as_str())
                    .expression_attribute_values(":end", number(expires_at.millis()));
                let mut expression = "SET credentials.#c.revoked.#t = :end ADD revision :one".to_owned();
                for (index, token) in expired.iter().enumerate() {
                    let verb = if index == 0 { " REMOVE" } else { "," };
                    expression.extend([verb, " credentials.#c.revoked.#e", &index.to_string()]);
                    update = update.expression_attribute_names(format!("#e{index}"), token.as_str());
                }
                update.update_expression(expression)
            }
            Revocation::All => update
                .update_expression("SET credentials.#c.revoked = :none ADD credentials.#c.epoch :one, revision :one")
                .expression_attribute_values(":none", AttributeValue::M(std::collections::HashMap::new())),
        };
        unless_lost(
            "revocation",
            self.alone(|| update.clone().send()).await,
            UpdateItemError::is_conditional_check_failed_exception,
        )
    }
}
