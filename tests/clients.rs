//! Clients of other people, and a proxy, against the `regent-local` binary over HTTP: whoever
//! knows OAuth must need to know nothing about us.
//!
//! ```text
//! region    the binary as a process      tour    README's tour by curl
//! tool      what tests/setup installs    proxy   nginx with auth_request
//! python, node, rust                     one client library each, or two
//! ```
//! A missing program fails its test: a client nobody ran must not look as if it worked.

mod node;
mod proxy;
mod python;
pub(crate) mod region;
mod rust;
pub(crate) mod tool;
mod tour;
