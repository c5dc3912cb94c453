//! How much is fetched at once. Client IDs are anybody's to make up, and so are hosts that take all
//! the time they get: nobody's take the places of others for longer than a fetch may last, and one
//! site's, whatever names it has, only a few.

use crate::domain::{DocumentUrl, Unavailable};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// How many fetches a process makes at once: this is no machine to shoot at others with.
pub(super) const AT_ONCE: usize = 16;
/// How many of them at one site.
pub(super) const OF_A_SITE: usize = 2;

/// The places of a process.
#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    sites: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _of_site: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            sites: Mutex::default(),
        }
    }
}

impl Places {
    /// Takes a place for a fetch of this URL, in turn. Having none is our outage, and says nothing of
    /// the document.
    pub(super) async fn take(&self, url: &DocumentUrl, patience: Duration) -> Result<Place, Unavailable> {
        let taking = tokio::time::timeout(patience, self.wait(url)).await;
        match taking {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Unavailable("too many metadata documents are being fetched".to_owned())),
        }
    }

    /// Whoever waits for its site holds up no other.
    async fn wait(&self, url: &DocumentUrl) -> Result<Place, AcquireError> {
        Ok(Place {
            _of_site: self.site(url).acquire_owned().await?,
            _of_all: self.all.clone().acquire_owned().await?,
        })
    }

    fn site(&self, url: &DocumentUrl) -> Arc<Semaphore> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that somebody fetches from or waits for.
        sites.retain(|_, site| Arc::strong_count(site) > 1);
        let site = sites.entry(url.site().to_owned());
        site.or_insert_with(|| Arc::new(Semaphore::new(OF_A_SITE))).clone()
    }
}
