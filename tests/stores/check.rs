//! One check, and what became of all of them at one implementation.

use std::collections::BTreeSet;
use std::pin::Pin;

use tokio::task::LocalSet;

use super::ground::{Ground, Place};

type Run = Box<dyn Fn(Ground) -> Pin<Box<dyn Future<Output = ()>>>>;

/// A check by its name. It panics where an implementation is not as AWS is.
pub(super) struct Check {
    name: &'static str,
    run: Run,
}

/// A check that an implementation is known to fail.
pub(super) struct Divergence {
    pub(super) implementation: &'static str,
    pub(super) check: &'static str,
    /// What it does instead.
    pub(super) instead: &'static str,
}

/// Names a check.
pub(super) fn check<F>(name: &'static str, run: fn(Ground) -> F) -> Check
where
    F: Future<Output = ()> + 'static,
{
    Check {
        name,
        run: Box::new(move |ground| Box::pin(run(ground))),
    }
}

/// Runs every check on ground of its own. Each must pass, but those that are known to fail must fail.
pub(super) async fn all(checks: Vec<Check>, implementation: &str, place: &Place, divergences: &[Divergence]) {
    let known: BTreeSet<&str> = divergences
        .iter()
        .filter(|divergence| divergence.implementation == implementation && !divergence.instead.is_empty())
        .map(|divergence| divergence.check)
        .collect();
    let named: BTreeSet<&str> = checks.iter().map(|check| check.name).collect();
    assert!(
        known.is_subset(&named),
        "divergences of checks that are not there: {known:?}"
    );
    let mut news = Vec::new();
    for check in checks {
        let ground = Ground::new(place, check.name).await;
        // A task of its own, so that one panic does not hide what the others would say.
        let task = LocalSet::new();
        let outcome = task.spawn_local((check.run)(ground));
        task.await;
        let outcome = outcome.await;
        match (outcome, known.contains(check.name)) {
            (Ok(()), false) | (Err(_), true) => {}
            (Ok(()), true) => news.push(format!("{}: diverges no longer; take it off the list", check.name)),
            (Err(error), false) => news.push(format!("{}: {error}", check.name)),
        }
    }
    assert!(news.is_empty(), "{implementation}:\n{}", news.join("\n"));
}
