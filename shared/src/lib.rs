//! The core of Regent. Every module in a line, and who may use whom:
//!
//! - [`domain`]: pure types, rules and decisions; uses nothing else here
//! - [`oauth`]: the RFCs' words, and the maps from reasons to the wire; uses `domain`
//! - [`keys`]: signing, verification, secrets at rest; uses `domain`
//! - [`store`]: the one table; uses `domain`
//! - [`fetch`]: client metadata documents from the Internet; uses `domain`
//! - [`acts`]: what users do; uses `app`, `domain`, `oauth`, `store`, `keys`, `fetch`
//! - [`telemetry`]: what is known of a request, and its line in the log; uses `domain` and the clock
//! - [`web`]: what every HTTP function needs; uses all of them
//! - [`app`], [`config`]: what a handler may touch

pub mod acts;
pub mod app;
pub mod config;
pub mod domain;
pub mod fetch;
pub mod keys;
pub mod oauth;
pub mod store;
pub mod telemetry;
pub mod web;
