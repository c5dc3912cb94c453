//! What a region told the world: mails, events on the bus, and what it gave up telling.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::Region;

/// Far longer than a record that keeps failing is tried.
const PATIENCE: Duration = Duration::from_mins(2);

impl Region {
    /// Every mail that follows from what is written by now, oldest first, as the mailbox shows it.
    pub(crate) async fn mails(&self) -> Vec<Value> {
        let mut mails = self.told("/_local/mail").await;
        mails.reverse();
        mails
    }

    /// The mails to an address.
    pub(crate) async fn mails_to(&self, address: &str) -> Vec<Value> {
        let mut mails = self.mails().await;
        mails.retain(|mail| mail["to"] == address);
        mails
    }

    /// Every event on the bus that follows from what is written by now, oldest first.
    pub(crate) async fn events(&self) -> Vec<Value> {
        self.told("/_local/events").await
    }

    /// Records of the stream that were given up.
    pub(crate) async fn dead_letters(&self) -> Vec<Value> {
        self.told("/_local/dead-letters").await
    }

    async fn told(&self, path: &str) -> Vec<Value> {
        self.notified().await;
        let answer = self.http.get(path).header("accept", "application/json").send().await;
        answer.is(200).json()["items"].as_array().unwrap().clone()
    }

    /// Waits until everything that is written by now was told, or given up.
    pub(crate) async fn notified(&self) {
        let told = timeout(PATIENCE, self.running.notified()).await;
        told.expect("the stream is told in time");
    }
}

/// The way to a new password that a mail shows, without the server's own address.
#[track_caller]
pub(crate) fn password_link(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let from = text
        .find("/password?token=")
        .unwrap_or_else(|| panic!("no link: {mail:#}"));
    text[from..].split_whitespace().next().unwrap().to_owned()
}
