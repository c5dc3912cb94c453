//! What users do: each act loads what it needs, asks the domain, and writes what was decided. The
//! API, the console and the functions share them.

pub mod account;
pub mod application;
pub mod approval;
mod authenticate;
pub mod authorize;
mod bootstrap;
mod caller;
pub mod client;
pub mod credential;
pub mod grant;
mod holder;
mod inspect;
mod issue;
pub mod notice;
pub mod organization;
pub mod password;
mod plan;
mod protected;
mod redeem;
mod refresh;
pub mod resource;
mod revocation;
pub mod role;
mod secret;
pub mod session;
mod sign_in;
pub mod subscription;
pub mod throttle;
pub mod trail;
pub mod user;
mod verify;

pub use bootstrap::{FirstRun, Founded, ensure_signing_key, found, person_token};
pub use caller::Caller;
pub use inspect::{introspect, revoke};
pub use issue::{Issued, client_credentials};
pub use plan::{Once, Outcome, Plan, perform, perform_once};
pub use protected::offered_scopes;
pub use redeem::{Redemption, authorization_code};
pub use refresh::refresh_token;
pub use revocation::{Revoked, revoke_as_operator, revoke_everything};
pub use sign_in::{SignInRefusal, sign_in};
pub use verify::{Verified, verify};
