//! An audience inside one organization: which subscription may have it, and with which scopes.
//! Whoever reaches one subscription makes no API resource there that opens another's API.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Account, Answer, Apart, Organization, Region};

/// A resource with this audience and these scopes, to be made in a subscription.
fn resource(subscription: &str, audience: &str, scopes: &[&str]) -> Value {
    let scopes: Vec<Value> = scopes.iter().map(|name| json!({"name": name})).collect();
    json!({"name": "API", "subscription": subscription, "audience": audience, "scopes": scopes})
}

async fn make(region: &Region, token: &str, body: &Value) -> Answer {
    region.by(token, "POST", "/resources").json(body).send().await
}

async fn rescope(region: &Region, token: &str, id: &str, scopes: &[&str]) -> Answer {
    let scopes: Vec<Value> = scopes.iter().map(|name| json!({"name": name})).collect();
    let asked = region.by(token, "PATCH", &format!("/resources/{id}"));
    asked.json(&json!({"scopes": scopes})).send().await
}

/// The token of an admin of one subscription.
async fn admin_of(region: &Region, subscription: &str) -> String {
    region.person(json!(["subscription_admin"]), Some(subscription)).await.1
}

#[tokio::test]
async fn an_admin_of_one_subscription_does_not_join_the_audience_of_another() {
    let region = Region::start().await;
    let globex = Organization::found(&region).await;
    let second = region.empty_subscription().await;
    let limited = admin_of(&region, &second).await;
    let refused = make(&region, &limited, &resource(&second, region.resource(), &["anything"])).await;
    assert_eq!(refused.text("/errors/0/pointer"), "/audience");
    // Whether it is another subscription's or another organization's is not said.
    let foreign = make(&region, &limited, &resource(&second, &globex.resource, &["anything"])).await;
    assert_eq!(refused.json(), foreign.json());
    assert_eq!(refused.problem(409), "audience-taken");
    // One of his own is his to make, to give up and to make again.
    let own = resource(&second, "https://own.test", &["anything"]);
    for scopes in [vec!["other"], vec!["more", "other"]] {
        let id = make(&region, &limited, &own).await.is(201).text("/id");
        rescope(&region, &limited, &id, &scopes).await.is(200);
        let path = format!("/resources/{id}");
        region.by(&limited, "DELETE", &path).send().await.is(204);
    }
}

#[tokio::test]
async fn who_manages_the_whole_organization_joins_with_scopes_that_are_registered_there() {
    let region = Region::start().await;
    let first = region.resource_id().await;
    let second = region.empty_subscription().await;
    let (limited, admin) = (
        admin_of(&region, &second).await,
        region.running.facts.admin.token.clone(),
    );
    let joining = |scopes| resource(&second, region.resource(), scopes);
    let refused = make(&region, &admin, &joining(&["read:me", "everything"]))
        .await
        .is(400);
    assert_eq!(refused.text("/errors/0/pointer"), "/scopes/1/name");
    let joined = make(&region, &admin, &joining(&["read:me"])).await.is(201).text("/id");
    // Later, too, and whoever asks.
    for token in [&admin, &limited] {
        rescope(&region, token, &joined, &["read:me", "write:me"]).await.is(200);
        let refused = rescope(&region, token, &joined, &["everything"]).await.is(400);
        assert_eq!(refused.text("/errors/0/pointer"), "/scopes/0/name");
    }
    // Where it was registered first, its scopes are free, and then there are more to have.
    let own = admin_of(&region, region.subscription()).await;
    rescope(&region, &own, &first, &["read:me", "write:me", "everything"])
        .await
        .is(200);
    rescope(&region, &limited, &joined, &["everything"]).await.is(200);
}

#[tokio::test]
async fn an_audience_that_a_subscription_had_is_not_another_ones_to_take() {
    let region = Region::start().await;
    let second = region.empty_subscription().await;
    let (first_admin, second_admin) = (
        admin_of(&region, region.subscription()).await,
        admin_of(&region, &second).await,
    );
    let audience = "https://had.test";
    let theirs = resource(region.subscription(), audience, &["a"]);
    let made = make(&region, &first_admin, &theirs).await.is(201).text("/id");
    let path = format!("/resources/{made}");
    region.by(&first_admin, "DELETE", &path).send().await.is(204);
    let taking = resource(&second, audience, &["b"]);
    let refused = make(&region, &second_admin, &taking).await;
    assert_eq!(refused.problem(409), "audience-taken");
    let joined = make(&region, &region.running.facts.admin.token, &taking)
        .await
        .is(201)
        .text("/id");
    // Nothing is registered where it was first: it keeps what it was given.
    rescope(&region, &second_admin, &joined, &["b", "c"]).await.problem(400);
    // It was given up here, and others have it: coming back is joining them.
    let back = make(&region, &first_admin, &theirs).await;
    assert_eq!(back.problem(409), "audience-taken");
    make(&region, &region.running.facts.admin.token, &theirs).await.is(201);
    rescope(&region, &second_admin, &joined, &["a"]).await.is(200);
}

#[tokio::test]
async fn of_two_subscriptions_that_take_an_audience_at_once_one_gets_it() {
    let region = Region::start().await;
    let other = Apart::with(&region, |_| ()).await;
    let second = region.empty_subscription().await;
    let admins = [
        (
            region.subscription().to_owned(),
            admin_of(&region, region.subscription()).await,
        ),
        (second.clone(), admin_of(&region, &second).await),
    ];
    for round in 0..8 {
        let audience = format!("https://race{round}.test");
        let mut asked = JoinSet::new();
        for ((subscription, token), http) in admins.iter().zip([&region.http, &other.http]) {
            let body = resource(subscription, &audience, &["a"]);
            asked.spawn(http.post("/api/v1/resources").bearer(token).json(&body).send());
        }
        let (made, refused): (Vec<_>, Vec<_>) = asked
            .join_all()
            .await
            .into_iter()
            .partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "{audience}: {made:?}");
        for answer in refused {
            assert_eq!(answer.problem(409), "audience-taken");
        }
    }
}

/// Rows of before say whose an audience is and not which subscription's: the subscriptions know.
#[tokio::test]
async fn an_audience_that_was_claimed_before_subscriptions_were_noted_is_bounded_alike() {
    let region = Region::start().await;
    let first = region.resource_id().await;
    let second = region.empty_subscription().await;
    let limited = admin_of(&region, &second).await;
    let key = |name: &str| AttributeValue::S(name.to_owned());
    let (client, table) = region.table();
    client
        .update_item()
        .table_name(table)
        .key("pk", key(&format!("AUDIENCE#{}", region.resource())))
        .key("sk", key("AUDIENCE"))
        .update_expression("REMOVE subscriptions, revision")
        .condition_expression("attribute_exists(subscriptions) AND attribute_exists(revision)")
        .send()
        .await
        .unwrap();
    let joining = |scopes| resource(&second, region.resource(), scopes);
    let refused = make(&region, &limited, &joining(&["read:me"])).await;
    assert_eq!(refused.problem(409), "audience-taken");
    let admin = &region.running.facts.admin.token;
    make(&region, admin, &joining(&["everything"])).await.problem(400);
    let joined = make(&region, admin, &joining(&["read:me"])).await.is(201).text("/id");
    rescope(&region, &limited, &joined, &["everything"]).await.problem(400);
    rescope(&region, admin, &first, &["read:me", "everything"])
        .await
        .is(200);
    rescope(&region, &limited, &joined, &["everything"]).await.is(200);
}

/// What the boundary is for: two subscriptions share an audience, and each API knows its own tokens.
#[tokio::test]
async fn an_api_that_names_its_subscription_refuses_tokens_of_another() {
    let region = Region::start().await;
    let second = region.second_subscription().await;
    let admin = &region.running.facts.admin.token;
    let ours = region.account().await.token(&region).await;
    let fields = json!({"subscription": second});
    let theirs = Account::create(&region, admin, fields).await.token(&region).await;
    let verified = async |token: &str, subscriptions: &[&str]| {
        let mut query = vec![("resource", region.resource()), ("scope", "read:me")];
        query.extend(subscriptions.iter().map(|named| ("subscription", *named)));
        region.http.get("/verify").query(&query).bearer(token).send().await
    };
    let both = format!("{},{second}", region.subscription());
    let spaced = both.replace(',', " ");
    for (token, own, other) in [
        (&ours, region.subscription(), second.as_str()),
        (&theirs, second.as_str(), region.subscription()),
    ] {
        verified(token, &[]).await.is(200);
        verified(token, &[own]).await.is(200);
        verified(token, &[&both]).await.is(200);
        verified(token, &[&spaced]).await.is(200);
        let refused = verified(token, &[other]).await.is(401);
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
        // Nobody is let in by what the API's owner mistyped.
        for (bad, times) in [("", 1), ("acme", 1), (region.subscription(), 2), ("sub_", 1), (",", 1)] {
            verified(token, &vec![bad; times]).await.refused(400, "invalid_request");
        }
    }
}
