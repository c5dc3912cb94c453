//! A region of Regent on one machine: the real functions behind a small gateway on loopback.
//!
//! ```text
//! args      the command line                      folder    one region's files: private, locked
//! region    starts, holds and stops one region    facts     what a newcomer is told, as JSON and as text
//! gateway   path → function, as API Gateway does  acme      the sample API behind the real authorizer
//! table     the embedded DynamoDB                 secrets   a small AWS Secrets Manager
//! first_run what a new region starts with         error     why a region did not start
//! aws       SDK settings, a start's credentials  outside   small Amazon SES and EventBridge
//! pump      the table's stream → notify           mailbox   /_local: what was sent out
//! rotation  /_local/rotate: new signing keys      guard     who may ask what stands in for AWS
//! sockets   which user is at the other end
//! ```
//! Everything here is imported by the `regent-local` program and by tests, and by nothing else.

mod acme;
pub mod args;
pub mod aws;
pub mod error;
pub mod facts;
mod first_run;
pub mod folder;
mod gateway;
pub mod guard;
mod mailbox;
pub mod outside;
mod pump;
pub mod region;
mod rotation;
pub mod secrets;
pub mod sockets;
pub mod table;
