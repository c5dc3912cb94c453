//! The arithmetic of `tests/bench`: known amounts make known units, dollars and loads.

mod bill;
mod prices;
mod quota;
mod quotas;
mod units;

use std::collections::BTreeMap;

use bill::{MONTH, TRACED, Usage, billed, gigabyte_seconds};
use prices::{BACKUP_GIGABYTE, Item, METRIC, PRICES, SECRET, TABLE_GIGABYTE};
use quota::{Draw, Flow, KEYS_LEASE, Quota, STARTS, order};
use serde_json::{Value, json};
pub(crate) use units::size;
use units::{Seen, Units, read_units};

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9 * other.abs().max(1.0)
}

/// An item of exactly so many bytes.
fn item(pk: &str, bytes: usize) -> Value {
    let named = "pk".len() + pk.len() + "sk".len() + "x".len() + "rest".len();
    json!({"pk": {"S": pk}, "sk": {"S": "x"}, "rest": {"S": "r".repeat(bytes - named)}})
}

#[test]
fn an_item_has_the_bytes_of_its_names_and_values() {
    for (bytes, value) in [
        (5, json!({"S": "héll"})),
        (3, json!({"N": "-1234"})),
        (2, json!({"B": "AAA="})),
        (1, json!({"BOOL": true})),
        (1, json!({"NULL": true})),
        (3, json!({"M": {}})),
        (3 + 1 + 2 + 1, json!({"M": {"a": {"S": "bc"}}})),
        (3 + (2 + 1) + (1 + 1), json!({"L": [{"S": "bc"}, {"NULL": true}]})),
        (4, json!({"SS": ["ab", "cd"]})),
    ] {
        assert_eq!(size(&json!({"name": value})), 4 + bytes, "{value}");
    }
    assert_eq!(size(&item("USER#a", 1000)), 1000);
}

#[test]
fn each_row_of_a_batch_read_is_paid_for_by_four_kilobytes_begun() {
    let keys = ["USER#a", "SUB#b", "TOKEN#none"].map(|pk| json!({"pk": {"S": pk}, "sk": {"S": "x"}}));
    let asked = json!({"RequestItems": {"t": {"ConsistentRead": true, "Keys": keys}}});
    for (bytes, reads) in [(4096, 1.0), (4097, 2.0), (8192, 2.0), (8193, 3.0)] {
        let answer = json!({"Responses": {"t": [item("USER#a", bytes), item("SUB#b", 100)]}});
        let (mut seen, mut units) = (Seen::default(), Units::default());
        seen.count(&mut units, "BatchGetItem", &asked, &answer);
        let expected = [("SUB", 1.0), ("TOKEN", 1.0), ("USER", reads)];
        assert_eq!(
            units.reads,
            expected.map(|(kind, units)| (kind.to_owned(), units)).into()
        );
        assert_eq!(seen.largest("USER"), bytes);
        assert!(close(read_units(bytes), reads));
    }
}

#[test]
fn a_write_is_paid_for_by_the_kilobyte_and_twice_in_a_transaction() {
    let (mut seen, mut units) = (Seen::default(), Units::default());
    let put = json!({"Item": item("USER#a", 1025)});
    let key = json!({"Key": {"pk": {"S": "USER#a"}, "sk": {"S": "x"}}});
    seen.count(&mut units, "PutItem", &put, &Value::Null);
    seen.count(&mut units, "UpdateItem", &key, &Value::Null);
    assert!(close(units.writes["USER"], 4.0));
    // The row shrinks: what it was counts.
    let smaller = json!({"Item": item("USER#a", 100)});
    let all =
        json!({"TransactItems": [{"Put": smaller}, {"Put": {"Item": item("AUDIT#o", 3000)}}, {"ConditionCheck": key}]});
    seen.count(&mut units, "TransactWriteItems", &all, &Value::Null);
    assert_eq!((units.writes["USER"], units.writes["AUDIT"]), (4.0 + 4.0 + 2.0, 6.0));
    assert!(close(units.calls.values().sum(), 3.0));
    assert!(close(units.each(2.0).writes["AUDIT"], 3.0));
}

#[test]
fn lambda_bills_whole_milliseconds_of_waiting_and_of_its_part_of_a_processor() {
    assert!(close(billed(1.0, 1769.0, 5.0), 6.0));
    assert!(close(billed(1.0, 884.5, 5.0), 7.0));
    assert!(close(billed(0.1, 1024.0, 5.0), 6.0));
    // More than a whole processor is no faster for one thread.
    assert!(close(billed(2.0, 3538.0, 0.0), 2.0));
    assert!(close(gigabyte_seconds(100.0, 512.0), 0.05));
}

#[test]
fn a_million_requests_cost_what_their_parts_do() {
    let usage = Usage::of(&[
        (Item::ApiRequest, 1.0),
        (Item::Invocation, 1.0),
        (Item::GigabyteSecond, gigabyte_seconds(8.0, 1024.0)),
        (Item::ReadUnit, 4.0),
        (Item::WriteUnit, 2.0),
        (Item::GigabyteLogged, 1000.0 / 1e9),
        (Item::Trace, TRACED),
    ]);
    let million = 1.00 + 0.20 + 0.106_667_2 + 0.50 + 1.25 + 0.50 + 0.25;
    assert!(close(usage.dollars(1e6), million));
    assert!(close(usage.bill(2e6)[&Item::ReadUnit], 1.0));
    assert!(close(usage.amount(Item::SecretCall), 0.0));
    for price in PRICES {
        assert!(close(price.item.dollars(), price.dollars / price.per), "{}", price.what);
        assert!(price.page.starts_with("aws.amazon.com/"), "{}", price.what);
    }
    // 730 hours, a gigabyte in the table and its backups, a metric, a secret.
    assert!(close(MONTH, 2_628_000.0));
    assert!(close(TABLE_GIGABYTE + BACKUP_GIGABYTE + METRIC + SECRET, 1.15));
}

/// A verification: two rows read, ten milliseconds.
fn verification() -> Flow {
    let reads = [("USER", 1.0), ("SUB", 1.0)].map(|(kind, units)| (kind.to_owned(), units));
    Flow {
        units: Units {
            reads: reads.into(),
            writes: BTreeMap::new(),
            calls: BTreeMap::new(),
        },
        billed: 10.0,
        api: false,
        token: false,
        keys: 1.0,
        secrets: 1.0,
    }
}

fn quota(limit: f64, draw: Draw) -> Quota {
    Quota {
        what: "a quota",
        of: "something",
        limit,
        draw,
        raised: true,
        todo: "",
    }
}

#[test]
fn a_quota_is_reached_where_the_requests_have_drawn_it_up() {
    let flow = verification();
    for (limit, draw, load) in [
        (3_000.0, Draw::Reads(Some("SUB")), Some(3_000.0)),
        (40_000.0, Draw::Reads(None), Some(20_000.0)),
        (1_000.0, Draw::Writes(None), None),
        (1_000.0, Draw::Concurrency, Some(100_000.0)),
        (10_000.0, Draw::Invocations, Some(10_000.0)),
        // Every process reads the row once in a lease.
        (3_000.0, Draw::Keys, Some(3_000.0 * KEYS_LEASE * 100.0)),
        (2_600.0, Draw::Traces, Some(52_000.0)),
        (5_000.0, Draw::LogBatches, Some(500_000.0)),
        (10_000.0, Draw::Api, None),
        (1_000.0, Draw::TokenRoute, None),
        (2_000.0, Draw::OtherRoute, None),
        (STARTS, Draw::Starts, None),
    ] {
        let found = quota(limit, draw).load(&flow);
        assert_eq!(found.map(f64::round), load, "{draw:?}");
    }
}

#[test]
fn the_lowest_load_comes_first_and_one_row_is_not_the_region() {
    let quotas = [
        quota(40_000.0, Draw::Reads(None)),
        quota(3_000.0, Draw::Reads(Some("USER"))),
        quota(10_000.0, Draw::Invocations),
        quota(1.0, Draw::Writes(Some("USER"))),
    ];
    let flow = verification();
    let reached = order(&quotas, &flow);
    let loads: Vec<f64> = reached.iter().map(|(load, _)| *load).collect();
    assert_eq!(loads, [3_000.0, 10_000.0, 20_000.0]);
    assert!(reached[0].1.of_one() && !reached[1].1.of_one() && !reached[2].1.of_one());
}

#[test]
fn what_a_hundred_thousand_verifications_a_second_meet_can_be_raised_or_is_one_rows() {
    const TARGET: f64 = 100_000.0;
    let quotas = quotas::all((1_000.0, 2_000.0));
    let flow = verification();
    let met: Vec<_> = order(&quotas, &flow)
        .into_iter()
        .filter(|(load, _)| *load < TARGET)
        .collect();
    let loads: Vec<f64> = met.iter().map(|(load, _)| load.round()).collect();
    assert_eq!(loads, [3_000.0, 3_000.0, 6_000.0, 10_000.0, 20_000.0, 52_000.0]);
    for (_, quota) in met {
        assert!(quota.raised || quota.of_one(), "{} of {}", quota.what, quota.of);
        assert!(quota.todo.len() > 20, "{} of {}", quota.what, quota.of);
    }
}
