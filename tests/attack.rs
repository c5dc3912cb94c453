//! What an attacker tries at the pages for people and at the codes behind them: tables, over HTTP.
//! Forms, sessions, `next` and enumeration are in `people`; what the redirect URI's own type refuses
//! is in `regent::domain::origin`.
//!
//! ```text
//! redirects    addresses that look like the app's own     injection   names that are more than names
//! pages        headers of every page                      codes       stolen, mixed up, downgraded
//! ```

mod codes;
mod injection;
mod pages;
mod redirects;
