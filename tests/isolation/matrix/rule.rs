//! What must become of a request, by rule: whoever is nobody is asked who they are; whoever lacks a
//! privilege, or the reach that the operation needs, is told so, wherever they ask; and what is beyond
//! the caller's reach is not there.

use super::caller::Caller;
use super::operation::Operation;
use super::place::{Place, Where};

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Outcome {
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404, word for word as for what is nobody's.
    Hidden,
    /// One of the operation's statuses of success.
    Allowed,
}

/// What must become of it.
pub(super) fn outcome(operation: &Operation, caller: &Caller, at: Where) -> Outcome {
    if operation.public {
        Outcome::Allowed
    } else if !caller.known {
        Outcome::Unauthorized
    } else if (caller.looks_only && operation.writes())
        || !operation.needs.is_subset(&caller.privileges)
        || (operation.organization_wide && caller.limit.is_some())
    {
        Outcome::Forbidden
    } else if !operation.is_somewhere() || reaches(operation, caller, at) {
        Outcome::Allowed
    } else {
        Outcome::Hidden
    }
}

fn reaches(operation: &Operation, caller: &Caller, at: Where) -> bool {
    let nouns = operation.nouns();
    let shared = nouns.first().is_some_and(|noun| !Place::is_in_subscription(noun));
    match at {
        Where::Nowhere => false,
        Where::Foreign => caller.foreign,
        Where::A | Where::B => !caller.foreign && (shared || sees(caller, at)),
    }
}

/// Whether a list may show what is in a place.
pub(super) fn sees(caller: &Caller, at: Where) -> bool {
    match at {
        Where::Nowhere => true,
        Where::Foreign => caller.foreign,
        Where::A | Where::B => !caller.foreign && caller.limit.is_none_or(|limit| limit == at),
    }
}

/// Where a caller tries an operation: where it makes a difference.
pub(super) fn places(operation: &Operation, caller: &Caller) -> Vec<Where> {
    if !operation.is_somewhere() {
        return vec![caller.home()];
    }
    let nouns = operation.nouns();
    let shared = nouns.first().is_some_and(|noun| !Place::is_in_subscription(noun));
    let tried = caller.tries.iter().copied();
    // What is nobody's comes first: what is hidden is compared with it.
    let mut places: Vec<Where> = tried.filter(|at| !(shared && *at == Where::B)).collect();
    places.sort_unstable_by(|one, other| other.cmp(one));
    places
}
