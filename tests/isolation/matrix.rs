//! Role × tenant × operation, made of the served OpenAPI document: every operation is tried by
//! everybody everywhere, so a new endpoint is in it by itself. What must come of it follows from the
//! document's words and a few rules; whatever is refused has changed nothing.
//!
//! ```text
//! operation   requests made of descriptions     place   where they go: one of everything there
//! caller      who sends them                    rule    what must become of them
//! ```

mod caller;
mod operation;
mod place;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use self::caller::{Caller, callers, holder};
use self::operation::Operation;
use self::place::{Maker, Place, Where, makers};
use self::rule::{Outcome, outcome, places, sees};
use crate::harness::{Answer, Organization, Region, image, pair};

static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// A number that makes a name unique.
fn number() -> usize {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// What a request may not change: every row, bookkeeping and what the stream's reader writes left out.
type Rows = BTreeMap<(String, String), Value>;

struct Stage<'a> {
    region: &'a Region,
    document: Value,
    makers: [Maker<'a>; 3],
    places: BTreeMap<Where, Place>,
    tried: BTreeMap<Outcome, usize>,
}

impl<'a> Stage<'a> {
    async fn set(region: &'a Region, other: &Organization) -> Self {
        let makers = makers(region, other).await;
        let mut places = BTreeMap::from([(Where::Nowhere, Place::nowhere())]);
        for (at, maker) in [Where::A, Where::B, Where::Foreign].into_iter().zip(&makers) {
            places.insert(at, maker.furnish(number()).await);
        }
        Self {
            region,
            document: region.http.get("/api/v1/openapi.json").send().await.is(200).json(),
            makers,
            places,
            tried: BTreeMap::new(),
        }
    }

    fn maker(&self, at: Where) -> &Maker<'a> {
        match at {
            Where::A => &self.makers[0],
            Where::B => &self.makers[1],
            Where::Foreign => &self.makers[2],
            Where::Nowhere => panic!("nobody makes anything nowhere"),
        }
    }

    async fn ask(&mut self, operation: &Operation, caller: &Caller, place: &Place, expected: Outcome) -> Answer {
        *self.tried.entry(expected).or_default() += 1;
        let body = operation.body(&self.document, place, number());
        let path = operation.path(place);
        caller
            .send(&self.region.http, operation.method, &path, body.as_ref())
            .await
    }

    async fn rows(&self) -> Rows {
        let (client, table) = self.region.table();
        let mut items = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut rows = Rows::new();
        while let Some(row) = items.next().await {
            let row = row.unwrap();
            let text = |name: &str| row[name].as_s().unwrap().clone();
            if !["throttle", "session", "notice", "link"].contains(&text("kind").as_str()) {
                rows.insert((text("pk"), text("sk")), image(&row));
            }
        }
        rows
    }

    /// Everything that is refused, and everything that only looks: nothing changes by it.
    async fn looks_and_refusals(&mut self, operation: &Operation, callers: &[Caller]) {
        for caller in callers {
            let mut nothing = None;
            for at in places(operation, caller) {
                let expected = outcome(operation, caller, at);
                if expected == Outcome::Allowed && operation.writes() {
                    continue;
                }
                let place = self.places[&at].clone();
                let answer = self.ask(operation, caller, &place, expected).await;
                let what = format!("{} by {} at {at:?}", operation.name, caller.name);
                check(operation, caller, expected, &answer, &what);
                match (expected, &nothing) {
                    (Outcome::Hidden, None) => nothing = Some(answer.json()),
                    (Outcome::Hidden, Some(nothing)) => assert_eq!(answer.json(), *nothing, "{what}"),
                    (Outcome::Allowed, _) if operation.nouns().is_empty() => self.shows_no_more(caller, &answer, &what),
                    _ => {}
                }
            }
        }
    }

    /// A list shows nothing of places beyond the caller's reach.
    fn shows_no_more(&self, caller: &Caller, answer: &Answer, what: &str) {
        for (at, place) in self.places.iter().filter(|(at, _)| caller.known && !sees(caller, **at)) {
            for mark in place.marks() {
                assert!(
                    !answer.body.contains(mark),
                    "{what} shows {mark} of {at:?}: {}",
                    answer.body
                );
            }
        }
    }

    /// Every change that is allowed, to something that was made for it.
    async fn changes(&mut self, operation: &Operation, callers: &[Caller]) {
        for caller in callers {
            for at in places(operation, caller) {
                if outcome(operation, caller, at) != Outcome::Allowed {
                    continue;
                }
                let (noun, place) = (operation.noun().to_owned(), self.places[&at].clone());
                let maker = self.maker(at).clone();
                let place = if operation.creates() {
                    place
                } else {
                    maker.afresh(&place, &noun, number()).await
                };
                let answer = self.ask(operation, caller, &place, Outcome::Allowed).await;
                let what = format!("{} by {} at {at:?}", operation.name, caller.name);
                check(operation, caller, Outcome::Allowed, &answer, &what);
                if operation.creates() {
                    let made = answer.json();
                    let id = made["id"].as_str().or(made["client_id"].as_str()).expect("an id");
                    maker.discard(&noun, id).await;
                } else if !["organizations", "subscriptions"].contains(&noun.as_str()) {
                    maker.discard(&noun, place.id(&noun)).await;
                }
            }
        }
    }
}

fn check(operation: &Operation, caller: &Caller, expected: Outcome, answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    match expected {
        Outcome::Allowed => assert!(operation.success.contains(&status), "{what}: {answer:#?}"),
        Outcome::Unauthorized => assert_eq!(status, 401, "{what}: {answer:#?}"),
        Outcome::Hidden => assert_eq!(status, 404, "{what}: {answer:#?}"),
        Outcome::Forbidden => {
            assert_eq!(status, 403, "{what}: {answer:#?}");
            let mut missing = operation.needs.difference(&caller.privileges).peekable();
            if missing.peek().is_some() {
                let told = answer.text("/detail");
                assert!(missing.any(|name| told.contains(name.as_str())), "{what}: {told}");
            }
        }
    }
}

fn unchanged(before: &Rows, after: &Rows, what: &str) {
    let differs = |key: &&(String, String)| before.get(*key) != after.get(*key);
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed: Vec<_> = keys
        .into_iter()
        .filter(differs)
        .map(|key| (key, after.get(key)))
        .collect();
    assert!(
        changed.is_empty(),
        "{what} was refused or only looked, and changed {changed:#?}"
    );
}

#[tokio::test]
async fn everybody_may_everywhere_do_what_the_document_says_and_nothing_else() {
    let (region, elsewhere) = pair().await;
    let other = Organization::found(&region).await;
    let mut stage = Stage::set(&region, &other).await;
    let mut operations = Operation::all(&stage.document);
    let callers = callers(&region, &elsewhere, &stage.makers).await;
    let mut before = stage.rows().await;
    for operation in &operations {
        stage.looks_and_refusals(operation, &callers).await;
        let after = stage.rows().await;
        unchanged(&before, &after, &operation.name);
        before = after;
    }
    // It ends every token of whoever is left.
    operations.sort_by_key(|operation| operation.name == "revoke_organization");
    for operation in operations.iter().filter(|operation| operation.writes()) {
        stage.changes(operation, &callers).await;
    }
    let described = stage.document["paths"].as_object().unwrap().values();
    let described: usize = described.map(|methods| methods.as_object().unwrap().len()).sum();
    assert_eq!(operations.len(), described);
    println!(
        "{} operations, {} callers, {:?}",
        operations.len(),
        callers.len(),
        stage.tried
    );
    for (tried, at_least) in [
        (Outcome::Unauthorized, 100),
        (Outcome::Forbidden, 700),
        (Outcome::Hidden, 400),
        (Outcome::Allowed, 400),
    ] {
        assert!(stage.tried[&tried] >= at_least, "{:?}", stage.tried);
    }
    assert!(
        operations
            .iter()
            .all(|operation| operation.public || !operation.success.is_empty())
    );
}

/// Every change to a user, its credentials, or a role, by somebody who may change such things and holds
/// less than the one in question does.
#[tokio::test]
async fn nobody_changes_or_ends_who_or_what_holds_more_than_they_do() {
    let region = Region::start().await;
    let other = Organization::found(&region).await;
    let mut stage = Stage::set(&region, &other).await;
    let everything = region
        .admin("GET", "/roles/organization_admin")
        .send()
        .await
        .is(200)
        .json()["privileges"]
        .clone();
    let maker = stage.makers[0].clone();
    let role = maker.make("roles", number(), json!({"privileges": everything})).await;
    let (mut refused, mut let_in) = (0, Vec::new());
    for operation in Operation::all(&stage.document) {
        let large = match operation.nouns().first() {
            Some(&"users" | &"service-accounts") => json!({"roles": [role["id"]]}),
            Some(&"roles") => json!({"privileges": everything}),
            _ => continue,
        };
        if !operation.writes() {
            continue;
        }
        let mut place = stage.places[&Where::A].clone();
        place.take(operation.noun(), &maker.make(operation.noun(), number(), large).await);
        let needed = operation.needs.first().expect("a privilege").clone();
        let caller = holder(&region, &stage.makers, &needed).await;
        let before = stage.rows().await;
        let answer = stage.ask(&operation, &caller, &place, Outcome::Forbidden).await;
        if answer.status == 403 {
            unchanged(&before, &stage.rows().await, &operation.name);
            refused += 1;
        } else {
            let_in.push((operation.name, answer.status));
        }
    }
    println!("{refused} refused");
    assert!(refused + let_in.len() > 9);
    assert!(let_in.is_empty(), "{let_in:?}");
}
