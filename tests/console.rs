//! The console over HTTP, as a browser without JavaScript uses it: open a page, fill in its form,
//! send it, look at what comes.
//!
//! ```text
//! gate          who gets in, forms of other sites, headers, what may be seen      page   what every page has
//! accounts      service accounts: create once, edit, delete                       credentials   reveal, rotate, delete
//! approvals     list, decide, be told who was faster                             clients       register, reveal, edit, delete
//! own           sessions, connected apps, the audit trail
//! users         invite, change, make a person of a program, delete                settings
//! faults        the table fails meanwhile                                         subscriptions   several of them
//! ```

mod accounts;
mod approvals;
mod clients;
mod credentials;
mod faults;
mod gate;
mod own;
mod page;
mod settings;
mod subscriptions;
mod users;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::harness::{Answer, Browser, Region};

/// A browser at which somebody with these roles is signed in. Their password is the first admin's:
/// its hash is copied.
async fn browser_of(region: &Region, roles: Value, subscription: Option<&str>) -> (String, Browser) {
    let (id, _) = region.person(roles, subscription).await;
    let rows = region.rows().await;
    let text = |value: &str| Some(AttributeValue::S(value.to_owned()));
    let admin = &region.running.facts.admin;
    let password = rows
        .iter()
        .find(|row| row.get("email").cloned() == text(&admin.email) && row.contains_key("password"))
        .map(|row| row["password"].clone())
        .unwrap();
    let is_theirs = |pk: Option<AttributeValue>, sk: Option<AttributeValue>| {
        pk == text(&format!("USER#{id}")) && sk == text("USER")
    };
    let mut row = rows
        .iter()
        .find(|row| is_theirs(row.get("pk").cloned(), row.get("sk").cloned()))
        .cloned()
        .unwrap();
    row.insert("password".to_owned(), password);
    let email = row["email"].as_s().unwrap().clone();
    region.put(row).await;
    let browser = region.browser();
    browser.sign_in(&email, &admin.password).await.is(303);
    (id, browser)
}

/// The value that a page offers to copy.
#[track_caller]
fn copyable(page: &Answer, id: &str) -> String {
    let (_, rest) = page
        .body
        .split_once(&format!("<code id=\"{id}\""))
        .unwrap_or_else(|| panic!("nothing to copy: {page:#?}"));
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

/// What the token endpoint says to a client ID and a secret.
async fn token_status(region: &Region, client_id: &str, secret: &str) -> u16 {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret),
    ];
    region.http.token().form(&fields).send().await.status.as_u16()
}

/// How many service accounts there are.
async fn accounts(region: &Region) -> usize {
    let answer = region.admin("GET", "/service-accounts").send().await.is(200);
    answer.json()["items"].as_array().unwrap().len()
}
