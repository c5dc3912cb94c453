//! Clients for people: registered ones with what their organization counts, and documents that were
//! fetched.

use super::Store;
use super::item::{expiring, item};
use super::key::Key;
use super::list::{Page, Paging, Range};
use super::write::{Lost, Write, number};
use crate::domain::{Client, ClientId, Organization, OrganizationId, Registration, Timestamp, Unavailable};
use serde::{Deserialize, Serialize};

/// Points from an organization to a client of its own.
#[derive(Serialize, Deserialize)]
struct Own {
    client: ClientId,
}

impl Store {
    /// A client, as it was last written: [`Client::is_over`] tells whether that still counts.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Client>, Unavailable> {
        let key = Key::client(id);
        self.rows(&[&key]).await?.take("client", &key)
    }

    /// The clients that an organization's admins registered, by client ID.
    pub async fn own_clients(
        &self,
        organization: OrganizationId,
        paging: &Paging,
    ) -> Result<Page<Client>, Unavailable> {
        let range = Range::prefix(format!("ORG#{organization}"), "CLIENT#");
        let page = self.list::<Own>(&range, paging, "own client", |_| true).await?;
        let keys: Vec<Key> = page.items.iter().map(|own| Key::client(&own.client)).collect();
        let mut items = Vec::new();
        if !keys.is_empty() {
            let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
            items = keys
                .iter()
                .filter_map(|key| rows.take("client", key).transpose())
                .collect::<Result<_, _>>()?;
        }
        Ok(Page { items, next: page.next })
    }

    /// Adds a client. One of an organization's own is counted there, up to
    /// [`Organization::MAX_CLIENTS`].
    pub fn create_client(&self, client: &Client) -> Result<Vec<Write>, Unavailable> {
        let mut writes = vec![Write::create(self, row(client)?, Lost::Changed)?];
        if let Some(organization) = client.organization() {
            let own = Own {
                client: client.client_id.clone(),
            };
            let pointer = item(&Key::own_client(organization, &client.client_id), "own client", &own)?;
            let count = Write::updating(self, &Key::organization(organization))
                .update_expression("ADD clients :one, revision :one")
                .condition_expression("attribute_exists(pk) AND (attribute_not_exists(clients) OR clients < :most)")
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":most", number(Organization::MAX_CLIENTS));
            writes.push(Write::create(self, pointer, Lost::Changed)?);
            writes.push(Write::update(count, Lost::LimitReached)?);
        }
        Ok(writes)
    }

    /// Writes a client over the one that was read.
    pub fn replace_client(&self, client: &Client) -> Result<Write, Unavailable> {
        let next = Client {
            revision: client.revision + 1,
            ..client.clone()
        };
        Write::replace(self, row(&next)?, client.revision)
    }

    /// Removes a client: its grants and tokens are dead with it.
    pub fn delete_client(&self, client: &Client) -> Result<Vec<Write>, Unavailable> {
        let mut writes = vec![Write::delete_revision(
            self,
            &Key::client(&client.client_id),
            client.revision,
        )?];
        if let Some(organization) = client.organization() {
            let count = Write::updating(self, &Key::organization(organization))
                .update_expression("ADD clients :less, revision :one")
                .condition_expression("clients > :none")
                .expression_attribute_values(":less", number(-1))
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":none", number(0));
            writes.push(Write::delete(self, &Key::own_client(organization, &client.client_id))?);
            writes.push(Write::update(count, Lost::Changed)?);
        }
        Ok(writes)
    }

    /// Keeps a client that registered itself and has just been used, if that needs a write. Goes
    /// into the transaction of the use; fails it if the client is gone.
    pub fn keep_client(&self, client: &Client, now: Timestamp) -> Result<Option<Write>, Unavailable> {
        let Some(until) = client.kept_until(now) else {
            return Ok(None);
        };
        let update = Write::updating(self, &Key::client(&client.client_id))
            .update_expression("SET registration.ends_at = :millis, expires_at = :seconds ADD revision :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":millis", number(until.millis()))
            .expression_attribute_values(":seconds", number(until.seconds()))
            .expression_attribute_values(":one", number(1));
        Write::update(update, Lost::Changed).map(Some)
    }

    /// Remembers what a metadata document said, over what it said before.
    pub async fn cache_client(&self, client: &Client) -> Result<(), Unavailable> {
        let write = Write::put_over(self, row(client)?)?;
        self.commit(&[write]).await.map(|_| ())
    }
}

/// A client as it is kept: for good, or until it is garbage.
fn row(client: &Client) -> Result<super::item::Item, Unavailable> {
    let key = Key::client(&client.client_id);
    match client.registration {
        Registration::Admin { .. } => item(&key, "client", client),
        Registration::Dynamic { ends_at } | Registration::Document { ends_at } => {
            expiring(&key, "client", client, ends_at)
        }
    }
}
