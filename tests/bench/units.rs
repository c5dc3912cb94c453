//! What DynamoDB counts: bytes of items, and request units of calls. Pure.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// A strongly consistent read of an item: a unit for each 4 KB begun, one for an item that is not there.
const READ: usize = 4096;
/// A write of an item: a unit for each KB begun.
const WRITE: usize = 1024;

/// What a table was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Units {
    /// Read units, by the kind of partition (`USER`, `SUB`, …).
    pub(crate) reads: BTreeMap<String, f64>,
    /// Write units, likewise.
    pub(crate) writes: BTreeMap<String, f64>,
    /// Calls, by operation.
    pub(crate) calls: BTreeMap<String, f64>,
}

impl Units {
    /// The same for each of so many requests.
    pub(crate) fn each(mut self, requests: f64) -> Self {
        for units in [&mut self.reads, &mut self.writes, &mut self.calls] {
            for unit in units.values_mut() {
                *unit /= requests;
            }
        }
        self
    }
}

/// A table as its callers have seen it: where items are, and how large.
#[derive(Default)]
pub(crate) struct Seen(HashMap<(String, String), usize>);

impl Seen {
    /// Adds a call's units: `asked` and `answered` are DynamoDB's JSON.
    pub(crate) fn count(&mut self, units: &mut Units, operation: &str, asked: &Value, answered: &Value) {
        *units.calls.entry(operation.to_owned()).or_default() += 1.0;
        match operation {
            "BatchGetItem" => self.batch(units, asked, answered),
            "PutItem" => self.write(units, "Put", asked, 1.0),
            "UpdateItem" => self.write(units, "Update", asked, 1.0),
            "DeleteItem" => self.write(units, "Delete", asked, 1.0),
            // Each item is written twice: prepared and committed.
            "TransactWriteItems" => {
                for part in asked["TransactItems"].as_array().into_iter().flatten() {
                    for (verb, what) in part.as_object().into_iter().flatten() {
                        self.write(units, verb, what, 2.0);
                    }
                }
            }
            other => panic!("nobody counts {other}"),
        }
    }

    fn batch(&mut self, units: &mut Units, asked: &Value, answered: &Value) {
        for items in members(&answered["Responses"]) {
            for item in items.as_array().into_iter().flatten() {
                self.0.insert(key(item), size(item));
            }
        }
        for table in members(&asked["RequestItems"]) {
            assert_eq!(table["ConsistentRead"], true);
            for wanted in table["Keys"].as_array().into_iter().flatten() {
                let key = key(wanted);
                let bytes = self.0.get(&key).copied().unwrap_or_default();
                *units.reads.entry(kind(&key.0)).or_default() += read_units(bytes);
            }
        }
    }

    /// A write costs what the larger of before and after is; an update is as large as it was.
    fn write(&mut self, units: &mut Units, verb: &str, what: &Value, times: f64) {
        let item = if verb == "Put" { &what["Item"] } else { &what["Key"] };
        let key = key(item);
        let before = self.0.get(&key).copied().unwrap_or_default();
        let after = if verb == "Put" { size(item) } else { before };
        *units.writes.entry(kind(&key.0)).or_default() += times * begun(before.max(after), WRITE);
        self.0.insert(key, after);
    }

    /// The largest item of a kind of partition.
    pub(crate) fn largest(&self, of: &str) -> usize {
        let sizes = self.0.iter().filter(|((pk, _), _)| kind(pk) == of);
        sizes.map(|(_, bytes)| *bytes).max().unwrap_or_default()
    }
}

/// An item's bytes: names and values; a map or list has three, and one for each member.
pub(crate) fn size(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, typed)| name.len() + value(typed)).sum()
}

fn value(typed: &Value) -> usize {
    let Some((kind, value_of)) = typed.as_object().and_then(|one| one.iter().next()) else {
        panic!("{typed} is no attribute value");
    };
    let text = value_of.as_str().unwrap_or_default();
    match kind.as_str() {
        "S" => text.len(),
        // Two digits a byte, and one more.
        "N" => text.trim_start_matches('-').len().div_ceil(2) + 1,
        // Base64: three bytes in four characters.
        "B" => text.trim_end_matches('=').len() * 3 / 4,
        "BOOL" | "NULL" => 1,
        "M" => 3 + members(value_of).map(|one| value(one) + 1).sum::<usize>() + names(value_of),
        "L" => {
            3 + value_of
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| value(one) + 1)
                .sum::<usize>()
        }
        "SS" => value_of
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one.as_str().map_or(0, str::len))
            .sum(),
        other => panic!("nobody counts {other}"),
    }
}

fn names(map: &Value) -> usize {
    map.as_object().into_iter().flatten().map(|(name, _)| name.len()).sum()
}

fn members(map: &Value) -> impl Iterator<Item = &Value> {
    map.as_object().into_iter().flatten().map(|(_, value)| value)
}

fn key(item: &Value) -> (String, String) {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (text("pk"), text("sk"))
}

/// The kind of a partition: `USER` of `USER#usr_…`.
fn kind(pk: &str) -> String {
    pk.split('#').next().unwrap_or_default().to_owned()
}

/// Units of a consistent read of so many bytes.
pub(crate) fn read_units(bytes: usize) -> f64 {
    begun(bytes, READ)
}

fn begun(bytes: usize, of: usize) -> f64 {
    f64::from(u32::try_from(bytes.max(1).div_ceil(of)).unwrap_or(u32::MAX))
}
