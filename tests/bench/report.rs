//! What `bench cost` found, as tables for people and as JSON.

use serde_json::{Value, json};

use crate::cost::{CALL, Cost, Row, TRANSACTION, amounts, per_million};
use crate::prices::{Item, PRICES};
use crate::quota::{Quota, order};

/// The load at which each quota is looked at.
const TARGET: f64 = 100_000.0;

pub(crate) fn print(cost: &Cost) {
    println!(
        "Processor time, calls, units, lines and bytes are counted; {CALL} ms for a call of DynamoDB and \
         {TRANSACTION} ms for a transaction are assumed. List prices of the first tier, no free ones. A request that \
         finds its credential's last use noted more than a minute ago writes that down: one write unit more."
    );
    requests(cost);
    dollars(cost);
    for row in &cost.rows {
        quotas(row, &cost.quotas);
    }
    todo(&cost.quotas);
    scale(cost);
    accounts(cost);
    println!("\nEvery month besides:");
    for (what, dollars) in &cost.fixed {
        println!("- {what}: ${dollars:.2}");
    }
    println!("\nLargest rows seen: {}", sizes(cost));
    println!("\n| price, us-east-1, 2026-11 | $ | for | page |\n|---|---|---|---|");
    for price in PRICES {
        println!(
            "| {} | {} | {} | {} |",
            price.what, price.dollars, price.per, price.page
        );
    }
}

fn requests(cost: &Cost) {
    println!(
        "\n| one request | calls of the table | read units | write units | processor | billed | lines, access log | out |\
         \n|---|---|---|---|---|---|---|---|"
    );
    for row in &cost.rows {
        let calls: Vec<String> = row
            .measured
            .units
            .calls
            .iter()
            .map(|(name, calls)| format!("{calls:.2} {name}"))
            .collect();
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} ms | {:.0} ms | {:.0} B | {:.0} B |",
            row.name,
            calls.join(", "),
            row.usage.amount(Item::ReadUnit),
            row.usage.amount(Item::WriteUnit),
            row.measured.processor,
            row.flow.billed,
            row.usage.amount(Item::GigabyteLogged) * 1e9,
            row.measured.out,
        );
    }
}

fn dollars(cost: &Cost) {
    println!(
        "\n| $ for a million | API Gateway, data out | Lambda | DynamoDB | logs, traces | secrets | all |\
         \n|---|---|---|---|---|---|---|"
    );
    for row in &cost.rows {
        let bill = row.usage.bill(1e6);
        let sum = |items: &[Item]| items.iter().filter_map(|item| bill.get(item)).sum::<f64>();
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | **{:.2}** |",
            row.name,
            sum(&[Item::ApiRequest, Item::GigabyteOut]),
            sum(&[Item::Invocation, Item::GigabyteSecond]),
            sum(&[Item::ReadUnit, Item::WriteUnit]),
            sum(&[Item::GigabyteLogged, Item::Trace]),
            sum(&[Item::SecretCall]),
            per_million(row),
        );
    }
}

fn quotas(row: &Row, quotas: &[Quota]) {
    println!(
        "\n{}: which quota is reached first\n\n| a second | quota | of | limit | at {TARGET:.0} a second |\n|---|---|---|---|---|",
        row.name
    );
    for (load, quota) in order(quotas, &row.flow) {
        println!(
            "| {load:.0} | {} | {} | {:.0} | {} |",
            quota.what,
            quota.of,
            quota.limit,
            needed(load, quota)
        );
    }
}

/// What the target takes of a quota: so many times the default, or such a part for each.
fn needed(load: f64, quota: &Quota) -> String {
    if load >= TARGET {
        "enough".to_owned()
    } else if quota.of_one() {
        format!("{:.1} % each at most", load / TARGET * 100.0)
    } else {
        format!("{:.1} × the default", TARGET / load)
    }
}

fn todo(quotas: &[Quota]) {
    println!("\n| quota | of | what to do |\n|---|---|---|");
    for quota in quotas {
        let raised = if quota.raised { "raise " } else { "" };
        println!("| {} | {} | {raised}{} |", quota.what, quota.of, quota.todo);
    }
}

fn scale(cost: &Cost) {
    println!(
        "\n| verifications a second, authorizer | at once | read units a second | of the public keys | log, MB a second \
         | $ a month | quotas to raise |\n|---|---|---|---|---|---|---|"
    );
    for at in &cost.scale {
        println!(
            "| {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} | {} |",
            at.load, at.processes, at.reads, at.keys, at.logged, at.dollars, at.beyond
        );
    }
}

fn accounts(cost: &Cost) {
    println!(
        "\n| accounts, a new token each a day | table | $ a month, with backups | tokens a second | $ a month |\
         \n|---|---|---|---|---|"
    );
    for of in &cost.accounts {
        println!(
            "| {:.0} | {:.2} GB | {:.2} | {:.1} | {:.2} |",
            of.number, of.gigabytes, of.stored, of.tokens, of.asked
        );
    }
}

fn sizes(cost: &Cost) -> String {
    let sizes: Vec<String> = cost
        .sizes
        .iter()
        .map(|(kind, bytes)| format!("{kind} {bytes} B"))
        .collect();
    sizes.join(", ")
}

pub(crate) fn json(cost: &Cost) -> Value {
    let row = |row: &Row| {
        let reached = order(&cost.quotas, &row.flow).into_iter().map(|(load, quota)| {
            json!({"per_second": load, "quota": quota.what, "of": quota.of, "limit": quota.limit, "todo": quota.todo})
        });
        json!({
            "request": row.name,
            "calls": row.measured.units.calls,
            "reads": row.measured.units.reads,
            "writes": row.measured.units.writes,
            "processor_ms": row.measured.processor,
            "billed_ms": row.flow.billed,
            "per_million": amounts(row),
            "dollars_per_million": per_million(row),
            "quotas": reached.collect::<Vec<_>>(),
        })
    };
    let scale = cost.scale.iter().map(|at| {
        json!({"verifications_per_second": at.load, "concurrency": at.processes, "read_units_per_second": at.reads,
            "log_megabytes_per_second": at.logged, "dollars_per_month": at.dollars})
    });
    let accounts = cost.accounts.iter().map(|of| {
        json!({"accounts": of.number, "gigabytes": of.gigabytes, "storage_dollars_per_month": of.stored,
            "tokens_per_second": of.tokens, "token_dollars_per_month": of.asked})
    });
    let prices =
        PRICES.map(|price| json!({"what": price.what, "dollars": price.dollars, "per": price.per, "page": price.page}));
    json!({
        "assumed_ms": {"call": CALL, "transaction": TRANSACTION},
        "requests": cost.rows.iter().map(row).collect::<Vec<_>>(),
        "scale": scale.collect::<Vec<_>>(),
        "accounts": accounts.collect::<Vec<_>>(),
        "prices": prices,
    })
}
