//! Writes that only note something: losing one harms nobody, so it neither fails the request that
//! happens to make it nor holds it up. What a decision hangs on is none of these: a throttle that
//! cannot be taken from is an outage, and so is an audit event, which goes into the transaction of
//! what it tells of.

use crate::domain::Unavailable;
use std::time::Duration;

/// How long a request waits for its bookkeeping.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes a note that somebody waits for. `lost` says what is not noted if that cannot be done soon.
pub(super) async fn keep(lost: &str, note: impl Future<Output = Result<(), Unavailable>>) {
    let soon = async {
        let noted = tokio::time::timeout(PATIENCE, note).await;
        noted.unwrap_or_else(|_| Err(Unavailable("the table takes too long".to_owned())))
    };
    attempt(lost, soon).await;
}

/// Makes a note, however long the table takes.
pub(super) async fn attempt(lost: &str, note: impl Future<Output = Result<(), Unavailable>>) {
    if let Err(error) = note.await {
        tracing::warn!(%error, "{lost}");
    }
}
