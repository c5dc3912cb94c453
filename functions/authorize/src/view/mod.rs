//! What people see of this function: pure functions from what a handler knows to a
//! [`regent::web::page::Page`]. A handler may change its status, then calls `respond()`.
//!
//! - [`sign_in`], [`forgot_password`], [`link_was_sent`], [`set_password`], [`link_is_void`]: signing in
//! - [`consent`], [`never_requested`], [`pending`], [`rejected`], [`unchecked`], [`unapprovable`]: the
//!   states of the authorize page, with exactly their actions
//! - [`problem`]: an authorization request that cannot be served; `message`: what needs few words

mod client;
mod consent;
mod destination;
mod message;
mod password;
mod problem;
mod sign_in;
mod state;

pub(crate) use client::{Asking, SignedInAs, Vouching};
pub(crate) use consent::{AskedScope, Consent, SubscriptionChoice, consent};
pub(crate) use message::{cross_site, nothing_here, stale, still_signed_in, unavailable, unreadable};
pub(crate) use password::{ForgottenProblem, forgot_password, link_is_void, link_was_sent, set_password};
pub(crate) use problem::{Problem, problem};
pub(crate) use sign_in::{SignInProblem, sign_in};
pub(crate) use state::{never_requested, pending, rejected, unapprovable, unchecked};
