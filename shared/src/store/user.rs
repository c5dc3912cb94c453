//! Users as a verification and the management API read them, and the writes of people.

use super::Store;
use super::item::item;
use super::key::Key;
use super::write::{Lost, Write, number};
use crate::domain::{
    Claims, ClientId, Email, Found, Organization, OrganizationId, PublishedKeys, Subject, Unavailable, User, UserId,
};
use serde::{Deserialize, Serialize};

/// What a bearer token needs, in one read.
#[derive(Debug, Default)]
pub struct Bearer {
    /// Whom it speaks for.
    pub found: Found,
    /// The organization, where it was asked for.
    pub organization: Option<Organization>,
    /// The public keys, where they were asked for.
    pub keys: Option<PublishedKeys>,
}

/// What else to read with a bearer token's subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Also {
    /// The organization with its roles.
    pub organization: bool,
    /// The public keys.
    pub keys: bool,
}

/// Points from an address or an organization to a user.
#[derive(Serialize, Deserialize)]
pub(super) struct Pointer {
    pub(super) user: UserId,
}

impl Store {
    /// Everything the verification of a bearer token needs.
    pub async fn bearer(&self, claims: &Claims, subject: &Subject, also: Also) -> Result<Bearer, Unavailable> {
        let user = Key::user(subject.user());
        let subscription = claims.subscription.map(Key::subscription);
        let (grant, approval, client) = match subject {
            Subject::Delegate {
                user,
                client,
                grant,
                origin,
            } => (
                Some(Key::grant(*user, *grant)),
                Some(Key::approval(claims.organization, origin)),
                // What a metadata document says does not matter any more; that it was registered does.
                matches!(client, ClientId::Registered(_)).then(|| Key::client(client)),
            ),
            Subject::Person(_) | Subject::Service(_) => (None, None, None),
        };
        let organization = also.organization.then(|| Key::organization(claims.organization));
        let keyset = Self::keys_too(also.keys);
        let wanted: Vec<&Key> = [
            Some(&user),
            subscription.as_ref(),
            grant.as_ref(),
            approval.as_ref(),
            client.as_ref(),
            organization.as_ref(),
            keyset.as_ref(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut rows = self.rows(&wanted).await?;
        Ok(Bearer {
            found: Found {
                user: rows.take("user", &user)?,
                subscription: rows.take_some("subscription", subscription.as_ref())?,
                grant: rows.take_some("grant", grant.as_ref())?,
                approval: rows.take_some("approval", approval.as_ref())?,
                client: rows.take_some("client", client.as_ref())?,
            },
            organization: rows.take_some("organization", organization.as_ref())?,
            keys: Self::published(&mut rows, keyset.as_ref())?,
        })
    }

    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Unavailable> {
        let key = Key::user(id);
        self.rows(&[&key]).await?.take("user", &key)
    }

    /// The user with an address.
    pub async fn user_by_email(&self, email: &Email) -> Result<Option<UserId>, Unavailable> {
        let key = Key::email(email);
        Ok(self
            .rows(&[&key])
            .await?
            .take::<Pointer>("email", &key)?
            .map(|pointer| pointer.user))
    }

    /// Adds a user to an organization under an address of its own.
    pub fn create_user(&self, user: &User) -> Result<Vec<Write>, Unavailable> {
        let (key, member, email) = (
            Key::user(user.id),
            Key::member(user.organization, user.id),
            Key::email(&user.email),
        );
        let pointer = Pointer { user: user.id };
        Ok(vec![
            Write::create(self, item(&key, "user", user)?, Lost::Changed)?,
            Write::create(self, item(&member, "member", &pointer)?, Lost::Changed)?,
            Write::create(self, item(&email, "email", &pointer)?, Lost::EmailTaken)?,
        ])
    }

    /// Writes a user over the one that was read.
    pub fn replace_user(&self, user: &User) -> Result<Write, Unavailable> {
        let next = User {
            revision: user.revision + 1,
            ..user.clone()
        };
        Write::replace(self, item(&Key::user(user.id), "user", &next)?, user.revision)
    }

    /// Frees a user's address for a new one that nobody has.
    pub fn move_email(&self, before: &User, to: &Email) -> Result<Vec<Write>, Unavailable> {
        let pointer = Pointer { user: before.id };
        Ok(vec![
            Write::create(self, item(&Key::email(to), "email", &pointer)?, Lost::EmailTaken)?,
            Write::delete(self, &Key::email(&before.email))?,
        ])
    }

    /// Kills every token a user has, whatever else is written to it meanwhile.
    pub fn end_tokens(&self, id: UserId) -> Result<Write, Unavailable> {
        let update = Write::updating(self, &Key::user(id))
            .update_expression("ADD epoch :one, revision :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":one", number(1));
        Write::update(update, Lost::Changed)
    }

    /// The same, and ends everything a person has allowed apps with it: each grant hangs on that count.
    pub fn end_everything(&self, id: UserId) -> Result<Write, Unavailable> {
        let update = Write::updating(self, &Key::user(id))
            .update_expression("ADD epoch :one, grants_epoch :one, revision :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":one", number(1));
        Write::update(update, Lost::Changed)
    }

    /// Removes a user from its organization and frees its address.
    pub fn delete_user(&self, user: &User) -> Result<Vec<Write>, Unavailable> {
        Ok(vec![
            Write::delete_revision(self, &Key::user(user.id), user.revision)?,
            Write::delete(self, &Key::member(user.organization, user.id))?,
            Write::delete(self, &Key::email(&user.email))?,
        ])
    }

    /// Counts an organization admin in (`1`) or out (`-1`); the last one stays.
    pub fn count_admin(&self, organization: OrganizationId, by: i8) -> Result<Write, Unavailable> {
        let least = if by < 0 { 2 } else { 0 };
        let update = Write::updating(self, &Key::organization(organization))
            .update_expression("ADD admins :by, revision :one")
            .condition_expression("admins >= :least")
            .expression_attribute_values(":by", number(by))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":least", number(least));
        Write::update(update, Lost::LastAdmin)
    }
}
