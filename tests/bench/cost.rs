//! `bench cost`: what a million requests take and cost, and which quota is reached at what load.

use serde_json::{Value, json};

use crate::bill::{MONTH, TRACED, Usage, billed, gigabyte_seconds};
use crate::flows::{Counted, Measured, count};
use crate::prices::{BACKUP_GIGABYTE, Item, METRIC, SECRET, TABLE_GIGABYTE};
use crate::quota::{Flow, Quota, order};
use crate::{quotas, report, stack};

const MILLION: f64 = 1e6;
/// Assumed, since a table on loopback is none of Amazon's: milliseconds that a call takes from a
/// function of the same AWS region, in the middle. DynamoDB's own word is «single-digit».
pub(crate) const CALL: f64 = 5.0;
pub(crate) const TRANSACTION: f64 = 10.0;
/// What CloudWatch adds to each line, in bytes.
const LINE: f64 = 26.0;
/// The loads and the numbers of accounts that are looked at.
const LOADS: [f64; 4] = [100.0, 1_000.0, 10_000.0, 100_000.0];
const ACCOUNTS: [f64; 3] = [1_000.0, 100_000.0, 1_000_000.0];

/// A kind of request, counted and priced.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) flow: Flow,
    pub(crate) measured: Measured,
    pub(crate) usage: Usage,
}

/// Everything that is told.
pub(crate) struct Cost {
    pub(crate) rows: Vec<Row>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) fixed: Vec<(String, f64)>,
    pub(crate) scale: Vec<Scale>,
    pub(crate) accounts: Vec<Accounts>,
    /// Bytes: of rows, by the kind of partition.
    pub(crate) sizes: Vec<(&'static str, usize)>,
}

/// Verifications by the authorizer at one load.
pub(crate) struct Scale {
    pub(crate) load: f64,
    pub(crate) processes: f64,
    pub(crate) reads: f64,
    pub(crate) keys: f64,
    pub(crate) logged: f64,
    pub(crate) dollars: f64,
    /// Quotas that this load is beyond, without those of one partition.
    pub(crate) beyond: usize,
}

/// So many accounts, each asking for a new token once a day.
pub(crate) struct Accounts {
    pub(crate) number: f64,
    pub(crate) gigabytes: f64,
    pub(crate) stored: f64,
    pub(crate) tokens: f64,
    pub(crate) asked: f64,
}

pub(crate) fn run(as_json: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let cost = cost(&runtime.block_on(count()));
    if as_json {
        println!("{}", report::json(&cost));
    } else {
        report::print(&cost);
    }
}

fn cost(counted: &Counted) -> Cost {
    let keys = crate::units::read_units(counted.seen.largest("KEYS"));
    let row = |name, measured: &Measured, door: Door| row(name, measured, door, keys, counted.secrets);
    let rows = vec![
        row("token: the live one again", &counted.again, Door::Token),
        row("token: a new one", &counted.new, Door::Token),
        row(
            "token: the first of a secret in a process",
            &counted.newcomer,
            Door::Token,
        ),
        row("token: an app refreshes a person's", &counted.refreshed, Door::Token),
        row("verification: authorizer", &counted.authorizer, Door::Authorizer),
        row("verification: forward authentication", &counted.forward, Door::Forward),
        row(
            "verification: authorizer, a person's token",
            &counted.person,
            Door::Authorizer,
        ),
    ];
    let quotas = quotas::all((stack::parameter("TokenThrottleRate"), stack::parameter("ThrottleRate")));
    let verification = &rows[4];
    let scale = LOADS.map(|load| at(load, verification, &quotas)).into();
    let accounts = ACCOUNTS.map(|accounts| of(accounts, counted, &rows[2])).into();
    let metrics = (counted.again.metrics.max(counted.new.metrics) + counted.authorizer.metrics) as f64;
    let fixed = vec![
        (format!("{metrics} metrics of token and verify"), metrics * METRIC),
        ("the signing key's secret".to_owned(), SECRET),
    ];
    let kinds = ["USER", "SUB", "ORG", "CLIENT", "KEYS"];
    Cost {
        rows,
        quotas,
        fixed,
        scale,
        accounts,
        sizes: kinds.map(|kind| (kind, counted.seen.largest(kind))).into(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Door {
    Token,
    Forward,
    Authorizer,
}

fn row(name: &'static str, measured: &Measured, door: Door, keys: f64, secrets: f64) -> Row {
    let megabytes = stack::megabytes(if door == Door::Token {
        "TokenFunction"
    } else {
        "VerifyFunction"
    });
    let waited: f64 = measured
        .units
        .calls
        .iter()
        .map(|(operation, calls)| calls * latency(operation))
        .sum();
    let billed = billed(measured.processor, megabytes, waited);
    let api = door != Door::Authorizer;
    let mut lines: Vec<f64> = stack::platform_lines().iter().map(|line| line.len() as f64).collect();
    lines.extend(api.then(|| stack::access_line().len() as f64));
    let (written, count) = measured.lines;
    let logged = written + count * LINE + lines.iter().map(|bytes| bytes + LINE).sum::<f64>();
    let sum = |units: &std::collections::BTreeMap<String, f64>| units.values().fold(0.0, |sum, units| sum + units);
    let usage = Usage::of(&[
        (Item::ApiRequest, if api { 1.0 } else { 0.0 }),
        (Item::GigabyteOut, if api { measured.out / 1e9 } else { 0.0 }),
        (Item::Invocation, 1.0),
        (Item::GigabyteSecond, gigabyte_seconds(billed, megabytes)),
        (Item::ReadUnit, sum(&measured.units.reads)),
        (Item::WriteUnit, sum(&measured.units.writes)),
        (Item::GigabyteLogged, logged / 1e9),
        (Item::Trace, if stack::traced() { TRACED } else { 0.0 }),
        (Item::SecretCall, measured.secrets),
    ]);
    let flow = Flow {
        units: measured.units.clone(),
        billed,
        api,
        token: door == Door::Token,
        keys,
        secrets,
    };
    Row {
        name,
        flow,
        measured: measured.clone(),
        usage,
    }
}

fn latency(operation: &str) -> f64 {
    if operation == "TransactWriteItems" {
        TRANSACTION
    } else {
        CALL
    }
}

fn at(load: f64, row: &Row, quotas: &[Quota]) -> Scale {
    let processes = load * row.flow.billed / 1e3;
    let beyond = order(quotas, &row.flow)
        .into_iter()
        .filter(|(reached, quota)| *reached < load && !quota.of_one());
    Scale {
        load,
        processes,
        reads: load * row.usage.amount(Item::ReadUnit),
        keys: processes * row.flow.keys / crate::quota::KEYS_LEASE,
        logged: load * row.usage.amount(Item::GigabyteLogged) * 1e3,
        dollars: row.usage.dollars(load * MONTH),
        beyond: beyond.count(),
    }
}

fn of(accounts: f64, counted: &Counted, newcomer: &Row) -> Accounts {
    let gigabytes = accounts * counted.account.0 / 1e9;
    let tokens = accounts * MONTH / 86_400.0;
    Accounts {
        number: accounts,
        gigabytes,
        stored: gigabytes * (TABLE_GIGABYTE + BACKUP_GIGABYTE),
        tokens: accounts / 86_400.0,
        asked: newcomer.usage.dollars(tokens),
    }
}

/// Dollars for a million.
pub(crate) fn per_million(row: &Row) -> f64 {
    row.usage.dollars(MILLION)
}

/// Amounts for a million, by the thing.
pub(crate) fn amounts(row: &Row) -> Value {
    let amounts = row
        .usage
        .0
        .iter()
        .map(|(item, amount)| (format!("{item:?}"), json!(amount * MILLION)));
    Value::Object(amounts.collect())
}
