//! Would another implementation of AWS notice the difference? The same checks run against the
//! embedded DynamoDB and ministack's, and against the local Secrets Manager, moto's and
//! ministack's. What one of them is known to get wrong is in [`DIVERGENCES`], and must stay wrong:
//! a mended divergence is news.
//!
//! ```text
//! ground     a table, a signing secret and the first organization, for each check anew
//! emulator   ministack and moto as processes          check    one check and what became of it
//! writes, races, reads, lists, tokens                 checks of the table
//! signing, versions, rotation                         checks of the secrets
//! ```

mod check;
pub(crate) mod emulator;
mod ground;
mod lists;
mod races;
mod reads;
mod rotation;
mod signing;
mod tokens;
mod versions;
mod writes;

use check::{Check, Divergence};
use emulator::{Emulator, MINISTACK, MOTO};
use ground::Place;

/// What others do otherwise than AWS, as far as the checks here can tell.
const DIVERGENCES: &[Divergence] = &[
    Divergence {
        implementation: "moto's secrets",
        check: "a version is written once",
        instead: "writes the new value over the version",
    },
    Divergence {
        implementation: "moto's secrets",
        check: "without a label, the current version is read",
        instead: "goes on reading the version that was current before AWSCURRENT moved",
    },
    Divergence {
        implementation: "moto's secrets",
        check: "one rotation is refused while another is unfinished",
        instead: "begins the second one",
    },
    Divergence {
        implementation: "moto's secrets",
        check: "a finished rotation does not stop the next",
        instead: "takes AWSPENDING on the current version for a rotation that goes on",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "a version is written once",
        instead: "writes the new value over the version",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "the token of a request is the version's id",
        instead: "makes up the id of the first version",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "a label is on one version at a time",
        instead: "puts AWSPENDING on the new version and leaves it on the old one",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "a rotation begins with a pending version without a value",
        instead: "makes a copy of the current version the current one, at once",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "one rotation is refused while another is unfinished",
        instead: "finishes each at once",
    },
    Divergence {
        implementation: "ministack's secrets",
        check: "a finished rotation does not stop the next",
        instead: "makes the next one the current version at once",
    },
];

fn table_checks() -> Vec<Check> {
    [
        writes::checks(),
        races::checks(),
        reads::checks(),
        lists::checks(),
        tokens::checks(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn secret_checks() -> Vec<Check> {
    [signing::checks(), versions::checks(), rotation::checks()]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn the_embedded_table_passes() {
    check::all(table_checks(), "dynoxide", &Place::ours(), DIVERGENCES).await;
}

#[tokio::test]
async fn the_table_of_ministack_passes() {
    let place = Place::ours().with_table_of(Emulator::start(MINISTACK).await);
    check::all(table_checks(), "ministack's DynamoDB", &place, DIVERGENCES).await;
}

#[tokio::test]
async fn the_local_secrets_pass() {
    check::all(secret_checks(), "local secrets", &Place::ours(), DIVERGENCES).await;
}

#[tokio::test]
async fn the_secrets_of_moto_pass() {
    let place = Place::ours().with_secrets_of(Emulator::start(MOTO).await);
    check::all(secret_checks(), "moto's secrets", &place, DIVERGENCES).await;
}

#[tokio::test]
async fn the_secrets_of_ministack_pass() {
    let place = Place::ours().with_secrets_of(Emulator::start(MINISTACK).await);
    check::all(secret_checks(), "ministack's secrets", &place, DIVERGENCES).await;
}
