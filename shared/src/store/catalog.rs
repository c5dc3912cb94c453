//! Applications: items of their subscription's partition, with names that are taken.

use super::Store;
use super::item::item;
use super::key::{Key, Noun};
use super::write::{Lost, Write};
use crate::domain::{Application, ApplicationId, SubscriptionId, Unavailable};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Taken {
    application: ApplicationId,
}

impl Store {
    /// Those of up to 100 applications of a subscription that are there.
    pub async fn applications(
        &self,
        subscription: SubscriptionId,
        ids: &[ApplicationId],
    ) -> Result<Vec<Application>, Unavailable> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = ids.iter().map(|id| Key::application(subscription, *id)).collect();
        let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
        keys.iter()
            .filter_map(|key| rows.take("application", key).transpose())
            .collect()
    }

    /// An application of one of up to 100 subscriptions.
    pub async fn application(
        &self,
        subscriptions: &[SubscriptionId],
        id: ApplicationId,
    ) -> Result<Option<Application>, Unavailable> {
        if subscriptions.is_empty() {
            return Ok(None);
        }
        let keys: Vec<Key> = subscriptions
            .iter()
            .map(|subscription| Key::application(*subscription, id))
            .collect();
        let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
        let mut found = keys.iter().filter_map(|key| rows.take("application", key).transpose());
        found.next().transpose()
    }

    /// Adds an application.
    pub fn create_application(&self, application: &Application) -> Result<Vec<Write>, Unavailable> {
        let key = Key::application(application.subscription, application.id);
        Ok(vec![
            Write::create(self, item(&key, "application", application)?, Lost::Changed)?,
            self.take_name(application)?,
        ])
    }

    /// Writes an application over `before`, the one that was read.
    pub fn replace_application(&self, before: &Application, after: &Application) -> Result<Vec<Write>, Unavailable> {
        let next = Application {
            revision: before.revision + 1,
            ..after.clone()
        };
        let mut writes = vec![Write::replace(
            self,
            item(&Key::application(before.subscription, before.id), "application", &next)?,
            before.revision,
        )?];
        if before.name.folded() != after.name.folded() {
            writes.push(self.free_name(before)?);
            writes.push(self.take_name(after)?);
        }
        Ok(writes)
    }

    /// Removes an application.
    pub fn delete_application(&self, application: &Application) -> Result<Vec<Write>, Unavailable> {
        let key = Key::application(application.subscription, application.id);
        Ok(vec![
            Write::delete_revision(self, &key, application.revision)?,
            self.free_name(application)?,
        ])
    }

    fn take_name(&self, application: &Application) -> Result<Write, Unavailable> {
        let name = Key::name(application.subscription, Noun::Application, &application.name.folded());
        Write::create(
            self,
            item(
                &name,
                "name",
                &Taken {
                    application: application.id,
                },
            )?,
            Lost::NameTaken,
        )
    }

    fn free_name(&self, application: &Application) -> Result<Write, Unavailable> {
        Write::delete(
            self,
            &Key::name(application.subscription, Noun::Application, &application.name.folded()),
        )
    }
}
