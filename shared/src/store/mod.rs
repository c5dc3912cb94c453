//! The one table, through DynamoDB's API. Methods are named for what the domain does; each is one
//! atomic call. Not found is `None`, a lost race is an outcome ([`Lost`]), only an outage is an
//! error. Reads that a decision hangs on are consistent.

mod account;
mod approval;
mod catalog;
mod client;
mod device;
mod grant;
mod idempotency;
mod item;
mod key;
mod keyset;
mod link;
mod list;
mod notice;
mod organization;
mod read;
mod session;
mod throttle;
mod token;
mod trail;
mod user;
mod write;

pub use approval::Counted;
pub use grant::GrantRows;
pub use idempotency::Replay;
pub use keyset::Keyset;
pub use list::{Page, Paging};
pub use notice::{Claim, Notice};
pub use session::SessionRows;
pub use token::{Issue, TokenRows};
pub use trail::{AuditFilter, audit_event};
pub use user::{Also, Bearer};
pub use write::{Lost, Write};

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    jitter: Arc<AtomicU32>,
    random: Random,
}

/// Where the tokens of transactions come from.
#[derive(Clone)]
struct Random(Arc<dyn Fn() -> [u8; 16] + Send + Sync>);

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

impl Store {
    /// The table of that name. Calls nobody. `random` tells one transaction from another.
    pub fn new(
        client: aws_sdk_dynamodb::Client,
        table: String,
        random: impl Fn() -> [u8; 16] + Send + Sync + 'static,
    ) -> Self {
        Self {
            client,
            table,
            jitter: Arc::default(),
            random: Random(Arc::new(random)),
        }
    }
}
