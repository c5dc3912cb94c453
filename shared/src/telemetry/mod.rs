//! What a region says of itself: one line for every request, with its metrics in it.
//!
//! Everything that is known of a request is collected in its [`Ledger`] while it runs. Whoever learns
//! a fact notes it with [`note`], wherever that is: no parameter is passed for it, and outside of a
//! request it does nothing. When the request ends, the ledger becomes one line of JSON whose metrics
//! CloudWatch reads out of it (embedded metric format). Secrets have no way in: facts are ids and
//! reasons in our own words; bodies, queries, headers and unknown paths are never noted.
//!
//! Written by hand, and not with `metrique`: that brings about seventy crates (a queue, a thread,
//! histograms) for what is two structs here, and a function may be frozen before a queue is empty.

mod emf;
mod events;
mod fact;
mod ledger;
mod line;
mod note;
mod output;
mod trace;

pub use emf::Metric;
pub use events::Events;
pub use fact::{Fact, Function, Site};
pub use ledger::Ledger;
pub use note::{
    accepted, acted, answered, client, count, denied, failed, gauge, invoked, note, refused, request_id, trace_header,
    undecided, watched,
};
pub use output::{Stream, filter, write_to};
pub use trace::Trace;
