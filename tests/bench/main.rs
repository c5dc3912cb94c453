//! How fast, how small, how soon. Run by hand, when nothing else runs, after the release build:
//!
//! ```text
//! cargo build --release --workspace --bins --example bench
//! target/release/examples/bench             everything
//! target/release/examples/bench load        one of: load, count, cold, size, cost
//! target/release/examples/bench cost --json
//! ```
//!
//! ```text
//! stand     a region on loopback, with an account and its requests
//! serve     the token and verify functions, and a plain "hello", on one axum server, one thread
//! load      the load generator, and what it measures at `serve`
//! replay    the same functions without a network: the table's answers from a file, for callgrind
//! count     callgrind's instructions per request of `replay`
//! cold      process start to the first poll of the Lambda Runtime API
//! cost      dollars and quotas: what the binaries ask of the table (flows, lambda, relay, units), at
//!           AWS's prices (bill, prices) and against its quotas (quota, quotas)
//! ```
//! Absolute figures are this machine's; the ratios to "hello" and the instruction counts travel.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program for developers: it stops where it meets what it did not expect"
)]

mod bill;
mod cold;
mod cost;
mod count;
#[expect(dead_code, reason = "of what feeds events to tests, this needs a part")]
#[path = "../lambda/event.rs"]
mod event;
mod flows;
mod lambda;
mod load;
mod person;
mod prices;
mod quota;
mod quotas;
mod relay;
mod replay;
mod report;
mod serve;
#[path = "../harness/signed.rs"]
mod signed;
mod stack;
mod stand;
mod units;

use std::path::PathBuf;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            size();
            cold::run();
            load::run();
            count::run();
            cost::run(false);
        }
        ["size"] => size(),
        ["cold"] => cold::run(),
        ["load"] => load::run(),
        ["count"] => count::run(),
        ["cost"] => cost::run(false),
        ["cost", "--json"] => cost::run(true),
        ["serve"] => serve::run(),
        ["replay", what, folder, count] => replay::run(what, &PathBuf::from(folder), count.parse().unwrap()),
        other => panic!("no such measurement: {other:?}"),
    }
}

/// The deployed binaries.
const FUNCTIONS: [&str; 7] = [
    "regent-token",
    "regent-authorize",
    "regent-accounts",
    "regent-console",
    "regent-verify",
    "regent-notify",
    "regent-rotate",
];

/// A binary of the build that this program is of.
fn binary(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().and_then(|examples| examples.parent()).unwrap().join(name)
}

fn size() {
    println!("\n| binary, stripped | MB |\n|---|---|");
    for name in FUNCTIONS {
        let bytes = std::fs::metadata(binary(name))
            .unwrap_or_else(|_| panic!("{name} is not built"))
            .len();
        println!("| `{name}` | {:.1} |", bytes as f64 / 1e6);
    }
}

/// The one in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
