//! What people type: names, descriptions, and when two names are one (PRODUCT §1).

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Region};

/// Characters that no name and no description has: control, direction, invisible.
const DECEPTIVE: [&str; 14] = [
    "a\u{0}b",
    "a\nb",
    "a\tb",
    "a\r\nb",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{200d}b",
    "a\u{2028}b",
    "a\u{feff}b",
    "a\u{ad}b",
    "a\u{e0041}b",
];

async fn create(region: &Region, fields: Value) -> Answer {
    let mut asked = json!({"name": "x", "subscription": region.subscription()});
    asked
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    region.admin("POST", "/service-accounts").json(&asked).send().await
}

#[tokio::test]
async fn a_name_has_one_to_twenty_characters() {
    let region = Region::start().await;
    for (typed, kept) in [
        ("a", "a"),
        ("Nightly export", "Nightly export"),
        ("  trimmed  ", "trimmed"),
        (&"n".repeat(20), &"n".repeat(20)),
        // Counted in characters, in their composed form.
        (&"é".repeat(20), &"é".repeat(20)),
        (&"e\u{301}".repeat(19), &"é".repeat(19)),
        ("日本語の名前", "日本語の名前"),
        ("<script>\"'&", "<script>\"'&"),
        ("🦀", "🦀"),
        ("#1 /../ %00 {}", "#1 /../ %00 {}"),
    ] {
        let made = create(&region, json!({"name": typed})).await.is(201);
        assert_eq!(made.text("/name"), kept);
        let read = region
            .admin("GET", &format!("/service-accounts/{}", made.text("/id")))
            .send()
            .await
            .is(200);
        assert_eq!(read.text("/name"), kept);
    }
    let long = ["n".repeat(21), "é".repeat(21), "n".repeat(60_000)];
    let refused = ["", " ", "\u{a0}\u{3000}"]
        .into_iter()
        .chain(DECEPTIVE)
        .chain(long.iter().map(String::as_str));
    for name in refused {
        let answer = create(&region, json!({"name": name})).await.is(400);
        assert_eq!(answer.text("/errors/0/pointer"), "/name", "{name:?}");
        assert_eq!(answer.problem(400), "invalid-fields");
    }
}

#[tokio::test]
async fn a_description_has_at_most_a_hundred_and_forty_characters() {
    let region = Region::start().await;
    let account = region.account().await;
    let edit = async |description: &str| {
        region
            .admin("PATCH", &account.path())
            .json(&json!({"description": description}))
            .send()
            .await
    };
    for description in ["", "What it is for.", &"d".repeat(140), &"ü".repeat(140)] {
        assert_eq!(edit(description).await.is(200).text("/description"), description);
    }
    let long = ["d".repeat(141), "ü".repeat(141)];
    for (index, description) in DECEPTIVE.into_iter().chain(long.iter().map(String::as_str)).enumerate() {
        assert_eq!(
            edit(description).await.is(400).text("/errors/0/pointer"),
            "/description",
            "{description:?}"
        );
        let fields = json!({"name": format!("d{index}"), "description": description});
        assert_eq!(
            create(&region, fields).await.is(400).text("/errors/0/pointer"),
            "/description"
        );
    }
    let kept = region
        .admin("GET", &account.path())
        .send()
        .await
        .is(200)
        .text("/description");
    assert_eq!(kept, "ü".repeat(140));
}

#[tokio::test]
async fn names_are_compared_without_case_and_form() {
    let region = Region::start().await;
    create(&region, json!({"name": "Café Reporting"})).await.is(201);
    for same in [
        "Café Reporting",
        "café reporting",
        "CAFÉ REPORTING",
        " Cafe\u{301} Reporting ",
        "Ｃafé Reporting",
    ] {
        assert_eq!(
            create(&region, json!({"name": same})).await.problem(409),
            "name-taken",
            "{same}"
        );
    }
    create(&region, json!({"name": "Cafe Reporting"})).await.is(201);
}

#[tokio::test]
async fn of_twenty_who_want_a_name_at_once_one_gets_it() {
    let region = Region::start().await;
    let mut asked = JoinSet::new();
    for index in 0..20 {
        let name = if index % 2 == 0 { "wanted" } else { "WANTED" };
        let body = json!({"name": name, "subscription": region.subscription()});
        asked.spawn(region.admin("POST", "/service-accounts").json(&body).send());
    }
    let answers = asked.join_all().await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(409), "name-taken");
    }
    let subscription = region
        .admin("GET", &format!("/subscriptions/{}", region.subscription()))
        .send()
        .await;
    assert_eq!(subscription.is(200).json()["service_accounts"], 1);
}

#[tokio::test]
async fn a_name_gives_the_account_an_address_of_its_own() {
    let region = Region::start().await;
    let mut addresses = vec![];
    for name in ["nightly", "Night shift", "night-shift", "夜", "夜間", "--", "..", "@"] {
        let made = create(&region, json!({"name": name})).await.is(201);
        let address = made.text("/email");
        let (local, domain) = address.split_once('@').unwrap();
        assert!(
            !local.is_empty() && address.is_ascii() && address == address.to_lowercase(),
            "{address}"
        );
        let subscription = region.subscription().strip_prefix("sub_").unwrap();
        assert_eq!(domain, format!("{subscription}.127.0.0.1"));
        addresses.push(address);
    }
    assert!(addresses[0].starts_with("nightly@"));
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 8);
}

#[tokio::test]
async fn other_names_follow_the_same_rules() {
    let region = Region::start().await;
    let subscription = region.subscription();
    let resource = region.resource_id().await;
    let scopes = json!([{"name": "a"}]);
    for (path, taken, body) in [
        (
            "/applications",
            Some("STOREFRONT"),
            json!({"subscription": subscription}),
        ),
        ("/roles", Some("ACME READER"), json!({})),
        ("/roles", Some("Viewer"), json!({})),
        (
            "/resources",
            None,
            json!({"subscription": subscription, "audience": "https://names.example.com", "scopes": scopes}),
        ),
        (
            "/users",
            None,
            json!({"email": "names@acme.test", "user_type": "sales"}),
        ),
    ] {
        let named = async |name: &str| {
            let mut body = body.clone();
            body["name"] = json!(name);
            region.admin("POST", path).json(&body).send().await
        };
        for bad in DECEPTIVE.into_iter().chain(["", " ", &"n".repeat(65)]) {
            assert_eq!(
                named(bad).await.is(400).text("/errors/0/pointer"),
                "/name",
                "{path} {bad:?}"
            );
        }
        if let Some(taken) = taken {
            assert_eq!(named(taken).await.problem(409), "name-taken", "{path}");
        }
        named(&format!("{:n<64}", taken.unwrap_or(path))).await.is(201);
    }
    for (path, name) in [
        (
            format!("/organizations/{}", region.running.facts.organization),
            "Acme\u{202e}",
        ),
        (format!("/subscriptions/{subscription}"), ""),
        (format!("/resources/{resource}"), "\u{0}"),
        (
            format!("/applications/{}", region.running.facts.applications[0]),
            "a\nb",
        ),
        (format!("/roles/{}", region.reader()), " "),
    ] {
        let answer = region
            .admin("PATCH", &path)
            .json(&json!({"name": name}))
            .send()
            .await
            .is(400);
        assert_eq!(answer.text("/errors/0/pointer"), "/name", "{path}");
        region
            .admin("PATCH", &path)
            .json(&json!({"name": "Better"}))
            .send()
            .await
            .is(200);
    }
}
