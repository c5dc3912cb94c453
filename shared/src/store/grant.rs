//! Authorization codes, and the grants they are redeemed for.

use super::Store;
use super::approval::Through;
use super::item::{Item, expiring};
use super::key::Key;
use super::list::{Page, Paging, Range};
use super::write::{Lost, Write, number};
use crate::domain::{
    Approval, Authorization, Client, ClientId, Grant, GrantEnd, GrantId, Organization, PublishedKeys, Subscription,
    Unavailable, User, UserId,
};
use aws_sdk_dynamodb::types::AttributeValue;

const CODE: &str = "code";
const GRANT: &str = "grant";

/// What a grant hangs on, in one read.
#[derive(Debug)]
pub struct GrantRows {
    /// Who allowed it.
    pub user: Option<User>,
    /// The person's organization.
    pub organization: Option<Organization>,
    /// The subscription the person chose.
    pub subscription: Option<Subscription>,
    /// The organization's decision about the origin.
    pub approval: Option<Approval>,
    /// The published keys, where they were asked for.
    pub keys: Option<PublishedKeys>,
}

impl Store {
    /// Keeps what a code stands for, under the code's digest.
    pub fn create_code(&self, digest: &str, authorization: &Authorization) -> Result<Write, Unavailable> {
        let end = authorization.ends_at.plus(Authorization::MEMORY);
        Write::create(
            self,
            expiring(&Key::code(digest), CODE, authorization, end)?,
            Lost::Changed,
        )
    }

    /// What a code stands for, and the client that presents it.
    pub async fn code(
        &self,
        digest: &str,
        client: &ClientId,
    ) -> Result<(Option<Authorization>, Option<Client>), Unavailable> {
        let (code, client) = (Key::code(digest), Key::client(client));
        let mut rows = self.rows(&[&code, &client]).await?;
        Ok((rows.take(CODE, &code)?, rows.take("client", &client)?))
    }

    /// A grant, and the client that presents its refresh token.
    pub async fn grant_of(
        &self,
        user: UserId,
        id: GrantId,
        client: &ClientId,
    ) -> Result<(Option<Grant>, Option<Client>), Unavailable> {
        let (grant, client) = (Key::grant(user, id), Key::client(client));
        let mut rows = self.rows(&[&grant, &client]).await?;
        Ok((rows.take(GRANT, &grant)?, rows.take("client", &client)?))
    }

    /// A grant.
    pub async fn grant(&self, user: UserId, id: GrantId) -> Result<Option<Grant>, Unavailable> {
        let key = Key::grant(user, id);
        self.rows(&[&key]).await?.take(GRANT, &key)
    }

    /// Everything a grant hangs on. With `keys`, the published keys are read along.
    pub async fn grant_rows(&self, grant: &Grant, keys: bool) -> Result<GrantRows, Unavailable> {
        let (person, company) = (Key::user(grant.user), Key::organization(grant.organization));
        let boundary = Key::subscription(grant.subscription);
        let approval = Key::approval(grant.organization, &grant.origin);
        let keyset = Self::keys_too(keys);
        let mut wanted = vec![&person, &company, &boundary, &approval];
        wanted.extend(&keyset);
        let mut rows = self.rows(&wanted).await?;
        Ok(GrantRows {
            user: rows.take("user", &person)?,
            organization: rows.take("organization", &company)?,
            subscription: rows.take("subscription", &boundary)?,
            approval: rows.take("approval", &approval)?,
            keys: Self::published(&mut rows, keyset.as_ref())?,
        })
    }

    /// Redeems a code for a grant, if nobody has. The three belong in one transaction.
    pub fn redeem(&self, digest: &str, grant: &Grant) -> Result<[Write; 3], Unavailable> {
        let spend = Write::updating(self, &Key::code(digest))
            .update_expression("SET #g = :g")
            .condition_expression("attribute_exists(pk) AND attribute_type(#g, :null)")
            .expression_attribute_names("#g", "grant")
            .expression_attribute_values(":g", AttributeValue::S(grant.id.to_string()))
            .expression_attribute_values(":null", AttributeValue::S("NULL".to_owned()));
        let through = Through {
            user: grant.user,
            approval_epoch: grant.approval_epoch,
            ends_at: grant.ends_at,
        };
        let pointer = Key::grant_through(grant.organization, &grant.origin, grant.id);
        Ok([
            Write::update(spend, Lost::Changed)?,
            Write::create(self, row(grant)?, Lost::Changed)?,
            Write::create(
                self,
                expiring(&pointer, "through", &through, grant.ends_at)?,
                Lost::Changed,
            )?,
        ])
    }

    /// Writes a grant over the one that was read.
    pub fn replace_grant(&self, grant: &Grant) -> Result<Write, Unavailable> {
        let next = Grant {
            revision: grant.revision + 1,
            ..grant.clone()
        };
        Write::replace(self, row(&next)?, grant.revision)
    }

    /// Ends a grant for good, whatever else happens to it meanwhile: its refresh token and its
    /// access tokens are dead. The pointer that counts it goes, too. Lost if it has ended before.
    pub fn end_grant(&self, grant: &Grant, why: GrantEnd) -> Result<[Write; 2], Unavailable> {
        let why = match why {
            GrantEnd::Revoked => "revoked",
            GrantEnd::Replayed => "replayed",
        };
        let end = Write::updating(self, &Key::grant(grant.user, grant.id))
            .update_expression("SET ended = :why ADD revision :one")
            .condition_expression("attribute_exists(pk) AND attribute_type(ended, :null)")
            .expression_attribute_values(":null", AttributeValue::S("NULL".to_owned()))
            .expression_attribute_values(":why", AttributeValue::S(why.to_owned()))
            .expression_attribute_values(":one", number(1));
        let pointer = Key::grant_through(grant.organization, &grant.origin, grant.id);
        Ok([Write::update(end, Lost::Changed)?, Write::delete(self, &pointer)?])
    }

    /// What a person has allowed, ended grants included until they are collected.
    pub async fn grants(&self, user: UserId, paging: &Paging) -> Result<Page<Grant>, Unavailable> {
        let range = Range::prefix(format!("USER#{user}"), "GRANT#");
        self.list(&range, paging, GRANT, |_| true).await
    }
}

fn row(grant: &Grant) -> Result<Item, Unavailable> {
    expiring(&Key::grant(grant.user, grant.id), GRANT, grant, grant.ends_at)
}
