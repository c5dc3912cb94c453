//! What every wire test needs: a region of its own, service accounts in it, requests and answers.
//!
//! ```text
//! region    a region in this process, its clock in the test's hand      account   a service account with its secret
//! http      requests as short as they can be, answers that print        token     a token taken apart and put together wrong
//! relay     in front of the table: counts calls, and lies when told to  apart     functions with another way to the table
//! forge     the region's own key in the wrong hands       organization   a second customer in the same region
//! table     the rows themselves                       browser        a person's: cookies, forms, redirects
//! post      mails, events on the bus, dead letters     signed      calls of AWS signed by hand
//! third_party   an app that sends people to the authorize page      subscription   more of them
//! ```
//! A region starts in some tenths of a second, so every test has one and none waits for another.

mod account;
mod apart;
mod browser;
mod forge;
mod http;
mod organization;
mod post;
mod region;
mod relay;
mod signed;
mod subscription;
mod table;
mod third_party;
mod token;

pub(crate) use account::Account;
pub(crate) use apart::Apart;
pub(crate) use browser::{Browser, HtmlForm};
pub(crate) use forge::Forge;
pub(crate) use http::{Answer, Asked, Http, encoded};
pub(crate) use organization::Organization;
pub(crate) use post::password_link;
pub(crate) use region::{Region, pair};
pub(crate) use relay::{Fault, Relay};
pub(crate) use table::{Row, image};
pub(crate) use third_party::{ThirdParty, Tokens, VERIFIER, parameter};
pub(crate) use token::Parts;
