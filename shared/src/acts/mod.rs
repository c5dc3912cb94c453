//! What users do: each act loads what it needs, asks the domain, and writes what was decided. The
//! API, the console and the functions share them.

pub mod account;
pub mod application;
mod authenticate;
mod bootstrap;
mod caller;
pub mod credential;
mod holder;
mod inspect;
mod issue;
pub mod organization;
mod plan;
pub mod resource;
pub mod role;
pub mod subscription;
pub mod trail;
pub mod user;
mod verify;

pub use bootstrap::{FirstRun, Founded, ensure_signing_key, found, person_token};
pub use caller::Caller;
pub use inspect::{introspect, revoke};
pub use issue::{Issued, client_credentials};
pub use plan::{Once, Outcome, Plan, perform, perform_once};
pub use verify::{Verified, verify};
