//! The compiled functions, as Lambda runs them, fed with `events/`.
//!
//! Each binary is started as a process of its own and asks for its events at a Lambda Runtime API:
//! ours, on loopback (`runtime`). The table and the secrets are those of a local region (`stage`).
//!
//! `events/` holds what API Gateway sends, one file per endpoint and notable failure:
//!
//! - `token/`, `accounts/`, `authorize/`, `console/` and `verify/forward-auth*`: HTTP API events, payload format 2.0. API
//!   Gateway encodes form bodies as base64; so do these.
//! - `verify/authorizer-http*`: a Lambda authorizer's events, payload 2.0; `authorizer-rest*` and
//!   `authorizer-token*`: payload 1.0, of types `REQUEST` and `TOKEN`.
//! - `rotate/`: Secrets Manager's steps, and an operator's emergencies.
//! - `notify/`: batches of DynamoDB Streams records. `emitted/` is what that function puts on the
//!   bus, with its schema.
//!
//! What only a running region knows stands as `{{name}}`, and `{{base64:…}}` is encoded after what
//! is in it was filled in (`event`, `known`). A `case` says what an event must meet and what later
//! ones need of the answer; a module for each function tells its story in order.

mod accounts;
mod authorize;
pub(crate) mod binaries;
mod case;
mod console;
mod door;
mod event;
mod functions;
mod fuzz;
mod hostile;
mod known;
mod notify;
mod outage;
mod rotate;
pub(crate) mod runtime;
mod stage;
mod token;
mod verify;

use std::collections::BTreeSet;

use crate::lambda::case::Case;

/// An event nobody feeds is an event nobody knows to be true.
#[test]
fn every_event_is_fed_to_a_function() {
    let stories = [
        accounts::story(),
        authorize::story(),
        console::story(),
        notify::story(),
        rotate::story(),
        token::story(),
        verify::story(),
    ];
    let told: BTreeSet<String> = stories.into_iter().flatten().map(Case::into_event).collect();
    assert_eq!(event::files(), told);
}
