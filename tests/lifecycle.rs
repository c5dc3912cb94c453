//! From creation to the end: what a secret and a token are good for, and when exactly no more.
//!
//! ```text
//! rotate   a new secret under the same client ID      credentials   several of one account, separate fates
//! end      deleted, or no service account any more    access        roles, applications, scopes taken away
//! races    all of it at the same moment
//! using    when it was last used, and that what was just made works at once
//! ```

mod access;
mod credentials;
mod end;
mod races;
mod rotate;
mod using;

use crate::harness::{Apart, Region};

/// A second process of the same region, with everything in its memory that a process remembers.
struct Doors<'a> {
    region: &'a Region,
    other: Apart,
}

impl<'a> Doors<'a> {
    async fn of(region: &'a Region) -> Self {
        let other = Apart::with(region, |_| ()).await;
        Self { region, other }
    }

    /// Whether both processes accept a token at the sample API; they must agree.
    async fn open(&self, token: &str) -> bool {
        let asked = self
            .other
            .http
            .get("/verify")
            .query(&[("resource", self.region.resource())]);
        let there = asked.bearer(token).send().await.status.as_u16();
        let here = self
            .region
            .http
            .get("/verify")
            .query(&[("resource", self.region.resource())]);
        let here = here.bearer(token).send().await.status.as_u16();
        assert_eq!(here, there);
        assert!([200, 401].contains(&here), "{here}");
        here == 200
    }
}
