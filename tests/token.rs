//! The token endpoint: RFC 6749, RFC 8707 and RFC 9068 as tables, and PRODUCT's promise that asking
//! again yields the same token.
//!
//! ```text
//! request   methods, content types, parameters        answer    what comes back, and what is too long
//! client    client authentication                     stranger  what the others are told
//! scope     scopes and roles                          target    resources (RFC 8707), switches
//! reuse     the same token while it is valid          profile   the token itself, read by a library that is not ours
//! guess     what guessing costs
//! ```

mod answer;
mod client;
mod guess;
mod profile;
mod request;
mod reuse;
mod scope;
mod stranger;
mod target;
