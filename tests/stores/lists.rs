//! Lists in pages, and the audit trail's order.

use regent::domain::{Action, AuditEvent};
use regent::store::{AuditFilter, Paging};

use super::check::{Check, check};
use super::ground::Ground;
use super::races::service;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "pages show everything once, in the order of its bytes",
            pages_show_everything_once,
        ),
        check(
            "a cursor points between items, also where they were",
            a_cursor_points_between_items,
        ),
        check("the audit trail runs backwards", the_audit_trail_runs_backwards),
        check(
            "a page is filled where a filter passes things over",
            a_filtered_page_is_filled,
        ),
        check(
            "a page that is too big for one answer goes on in the next",
            a_page_too_big_goes_on,
        ),
    ]
}

/// The names of all pages of this size.
async fn names(ground: &Ground, size: u16) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let paging = Paging::parse(Some(size), cursor.as_deref()).unwrap();
        let page = ground
            .app
            .store()
            .accounts(ground.founded.subscription, &paging)
            .await
            .unwrap();
        pages.push(page.items.iter().map(|user| user.name.to_string()).collect());
        cursor = page.next;
        if cursor.is_none() {
            return pages;
        }
        assert!(pages.len() < 50, "it never ends: {pages:?}");
    }
}

async fn create(ground: &Ground, name: &str) {
    let writes = ground
        .app
        .store()
        .create_account(&service(ground, name), ground.founded.subscription)
        .unwrap();
    ground.app.store().commit(&writes).await.unwrap().unwrap();
}

/// UTF-8 puts U+10000 after U+FFFD; UTF-16, in which some sort, puts it before.
async fn pages_show_everything_once(ground: Ground) {
    let sorted = ["#hash", "a", "a b", "ab", "zz", "ä", "日本", "\u{fffd}", "\u{10000}"];
    for name in sorted.iter().rev() {
        create(&ground, name).await;
    }
    assert_eq!(names(&ground, 100).await, [sorted]);
    let threes = names(&ground, 3).await;
    assert_eq!(
        threes.iter().map(Vec::len).collect::<Vec<_>>(),
        [3, 3, 3],
        "and no empty page behind"
    );
    for size in [1, 2, 4, 8, 9] {
        assert_eq!(names(&ground, size).await.concat(), sorted, "in pages of {size}");
    }
}

async fn a_cursor_points_between_items(ground: Ground) {
    let store = ground.app.store();
    let mut users = Vec::new();
    for name in ["a", "b", "c", "d"] {
        create(&ground, name).await;
        users.push(name);
    }
    let paging = Paging::parse(Some(2), None).unwrap();
    let page = store.accounts(ground.founded.subscription, &paging).await.unwrap();
    let doomed = page.items.last().unwrap();
    let writes = store.delete_account(doomed, ground.founded.subscription).unwrap();
    store.commit(&writes).await.unwrap().unwrap();
    create(&ground, "bb").await;
    let paging = Paging::parse(Some(2), page.next.as_deref()).unwrap();
    let rest = store.accounts(ground.founded.subscription, &paging).await.unwrap();
    let rest: Vec<&str> = rest.items.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(rest, ["bb", "c"]);
}

async fn event(ground: &Ground, size: usize) -> AuditEvent {
    let details = [("words", "x".repeat(size))];
    let target = (&ground.founded.organization, "Acme");
    let event = ground.admin().await.event(
        &ground.app,
        Action::OrganizationEdited,
        (target.0, target.1),
        None,
        details,
    );
    let write = ground.app.store().record(&event).unwrap();
    ground.app.store().commit(&[write]).await.unwrap().unwrap();
    event
}

/// Every event of these, in pages of this size.
async fn trail(ground: &Ground, filter: &AuditFilter, size: u16) -> Vec<AuditEvent> {
    let (mut all, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let paging = Paging::parse(Some(size), cursor.as_deref()).unwrap();
        let page = ground
            .app
            .store()
            .audit_events(ground.founded.organization, filter, &paging)
            .await
            .unwrap();
        all.extend(page.items);
        (cursor, pages) = (page.next, pages + 1);
        if cursor.is_none() {
            return all;
        }
        assert!(pages < 50, "it never ends");
    }
}

async fn the_audit_trail_runs_backwards(ground: Ground) {
    let mut events = Vec::new();
    for _ in 0..7 {
        ground.wait(10);
        events.push(event(&ground, 1).await);
    }
    events.reverse();
    let edits = AuditFilter {
        action: Some(Action::OrganizationEdited),
        ..AuditFilter::default()
    };
    for size in [1, 2, 3, 7, 100] {
        assert_eq!(trail(&ground, &edits, size).await, events, "in pages of {size}");
    }
    let between = AuditFilter {
        since: Some(events[4].at),
        until: Some(events[2].at),
        ..AuditFilter::default()
    };
    assert_eq!(trail(&ground, &between, 2).await, events[2..5], "both ends included");
    let first = AuditFilter {
        until: Some(events[6].at),
        ..AuditFilter::default()
    };
    let oldest = trail(&ground, &first, 1).await;
    assert_eq!(
        oldest.last().map(|event| event.action),
        Some(Action::OrganizationCreated)
    );
}

/// What a filter passes over leaves no gap in a page, as long as it is not very much.
async fn a_filtered_page_is_filled(ground: Ground) {
    for _ in 0..12 {
        ground.wait(10);
        event(&ground, 1).await;
    }
    let first = AuditFilter {
        action: Some(Action::OrganizationCreated),
        ..AuditFilter::default()
    };
    let paging = Paging::parse(Some(1), None).unwrap();
    let organization = ground.founded.organization;
    let page = ground
        .app
        .store()
        .audit_events(organization, &first, &paging)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
}

/// An answer ends at 1 MB, wherever the page would.
async fn a_page_too_big_goes_on(ground: Ground) {
    let mut events = Vec::new();
    for _ in 0..5 {
        ground.wait(10);
        events.push(event(&ground, 300_000).await.id);
    }
    events.reverse();
    let edits = AuditFilter {
        action: Some(Action::OrganizationEdited),
        ..AuditFilter::default()
    };
    let paging = Paging::parse(Some(50), None).unwrap();
    let page = ground
        .app
        .store()
        .audit_events(ground.founded.organization, &edits, &paging)
        .await
        .unwrap();
    assert!(
        (1..5).contains(&page.items.len()) && page.next.is_some(),
        "{} came at once",
        page.items.len()
    );
    let all: Vec<_> = trail(&ground, &edits, 50)
        .await
        .into_iter()
        .map(|event| event.id)
        .collect();
    assert_eq!(all, events);
}
