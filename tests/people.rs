//! People at their browsers: signing in and out, sessions, passwords, forms, and whoever tries to
//! get in without.
//!
//! ```text
//! sign_in    in, out, and where to after        session    how long one lasts, and what ends it
//! forms      forms that somebody else sent      secrecy    who exists is nobody's business
//! throttle   guessing costs time                password   forgotten, invited, changed
//! address    people are renamed and moved       api        the management API with a session
//! own        the present password for a new one    mail       invitations and forgotten passwords, by mail
//! device     browsers that are known            invitation  so many mails and no more
//! many       so many sessions and no more
//! ```

mod address;
mod api;
mod device;
mod forms;
mod invitation;
mod mail;
mod many;
mod own;
mod password;
mod secrecy;
mod session;
mod sign_in;
mod throttle;

use regent::acts::password::set;
use regent::acts::session::Browser as Known;
use regent::domain::{BrowserSecret, LinkPurpose, UserId};
use serde_json::Value;

use crate::harness::{Browser, Region};

/// The password of whoever [`person`] makes.
const PASSWORD: &str = "seven trombones";

/// Whether somebody is signed in: then the sign-in page leads on.
async fn signed_in(browser: &Browser) -> bool {
    browser.open("/sign-in").await.status == 303
}

/// What the first admin's browser signs in with.
fn admin(region: &Region) -> (&str, &str) {
    let admin = &region.running.facts.admin;
    (&admin.email, &admin.password)
}

/// A person who was invited: id and address.
async fn invited(region: &Region, roles: Value) -> (String, String) {
    let (id, _) = region.person(roles, None).await;
    let email = region
        .admin("GET", &format!("/users/{id}"))
        .send()
        .await
        .is(200)
        .text("/email");
    (id, email)
}

/// A person who has set [`PASSWORD`]: id and address.
async fn person(region: &Region, roles: Value) -> (String, String) {
    let (id, email) = invited(region, roles).await;
    let secret = link(region, &id, LinkPurpose::Invitation).await;
    let secret = BrowserSecret::parse(&secret).unwrap();
    let known = Known {
        source_ip: "203.0.113.1".to_owned(),
        ..Known::default()
    };
    set(&region.running.app, &secret, PASSWORD, &known, None)
        .await
        .unwrap()
        .unwrap();
    (id, email)
}

/// A link as a mail has it: its secret.
async fn link(region: &Region, person: &str, purpose: LinkPurpose) -> String {
    let app = &region.running.app;
    let user = app.store().user(UserId::parse(person).unwrap()).await.unwrap().unwrap();
    let secret = regent::acts::notice::link(app, &user, purpose).await.unwrap();
    secret.expose().to_owned()
}

/// What happened to a user, by name: one moment holds several events.
async fn trail(region: &Region, target: &str) -> Vec<String> {
    let events = region
        .admin("GET", "/audit-events")
        .query(&[("target", target)])
        .send()
        .await;
    let events = events.is(200).json();
    let names = events["items"].as_array().unwrap().iter();
    let mut names: Vec<String> = names
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
