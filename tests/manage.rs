//! The management API: the rules of what is made, who may make it, and what is left of it.
//!
//! ```text
//! names      what people type                  fields      what programs send
//! limit      25 accounts, exactly              reveal      a secret is shown once
//! edges      requests that are none
//! once       Idempotency-Key                   versions    ETag and If-Match
//! pages      lists                             trail       who did what to what
//! privileges who may do what                   escalation  nobody hands out more than they hold
//! admins     the last one stays             filters     what the trail leaves out
//! clients    apps that people connect      revoke      all of it at once
//! audiences  of subscriptions among each other  larger  nobody touches who holds more
//! replays    repetitions and cursors by rights as they are now
//! ```

mod admins;
mod audiences;
mod clients;
mod edges;
mod escalation;
mod fields;
mod filters;
mod larger;
mod limit;
mod names;
mod once;
mod pages;
mod privileges;
mod replays;
mod reveal;
mod revoke;
mod trail;
mod versions;
