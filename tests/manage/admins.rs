//! An organization keeps at least one admin, whatever happens at once (PRODUCT, Roles).

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Parts, Region};

fn first(region: &Region) -> String {
    let id = Parts::of(&region.running.facts.admin.token).claims["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    format!("/users/{id}")
}

#[tokio::test]
async fn the_last_admin_stays() {
    let region = Region::start().await;
    let admin = first(&region);
    for change in [
        json!({"roles": []}),
        json!({"roles": ["viewer", "subscription_admin"]}),
        json!({"subscription": region.subscription()}),
        json!({"roles": [], "subscription": region.subscription(), "user_type": "sales"}),
    ] {
        let answer = region.admin("PATCH", &admin).json(&change).send().await;
        assert_eq!(answer.problem(409), "last-admin", "{change}");
    }
    assert_eq!(region.admin("DELETE", &admin).send().await.problem(409), "last-admin");
    // Others of that role who are limited to a subscription, or are programs, do not count.
    region
        .person(json!(["organization_admin"]), Some(region.subscription()))
        .await;
    region.account_with(json!({"roles": ["organization_admin"]})).await;
    assert_eq!(region.admin("DELETE", &admin).send().await.problem(409), "last-admin");
    region.admin("GET", &admin).send().await.is(200);
    // What costs no admin is allowed.
    region
        .admin("PATCH", &admin)
        .json(&json!({"user_type": "view_only"}))
        .send()
        .await
        .is(200);
}

#[tokio::test]
async fn with_a_second_admin_the_first_may_go() {
    let region = Region::start().await;
    let (second, token) = region.person(json!(["organization_admin"]), None).await;
    region
        .by(&token, "PATCH", &first(&region))
        .json(&json!({"roles": ["viewer"]}))
        .send()
        .await
        .is(200);
    // Whoever was demoted is out at once.
    region.admin("GET", "/users").send().await.problem(401);
    region.by(&token, "DELETE", &first(&region)).send().await.is(204);
    let alone = region.by(&token, "DELETE", &format!("/users/{second}")).send().await;
    assert_eq!(alone.problem(409), "last-admin");
    // A limit that is lifted makes an admin, too.
    let (third, _) = {
        let body = json!({
            "name": "third", "email": "third@acme.test", "user_type": "licensed", "roles": ["organization_admin"],
            "subscription": region.subscription(),
        });
        let made = region.by(&token, "POST", "/users").json(&body).send().await.is(201);
        (made.text("/id"), made)
    };
    region
        .by(&token, "PATCH", &format!("/users/{third}"))
        .json(&json!({"subscription": null}))
        .send()
        .await
        .is(200);
    region
        .by(&token, "DELETE", &format!("/users/{second}"))
        .send()
        .await
        .is(204);
    region.by(&token, "GET", "/users").send().await.problem(401);
}

#[tokio::test]
async fn of_admins_who_remove_each_other_one_stays() {
    let region = Region::start().await;
    let mut admins = vec![(first(&region), region.running.facts.admin.token.clone())];
    for _ in 0..3 {
        let (id, token) = region.person(json!(["organization_admin"]), None).await;
        admins.push((format!("/users/{id}"), token));
    }
    let mut asked = JoinSet::new();
    for (index, (_, token)) in admins.iter().enumerate() {
        let (victim, _) = &admins[(index + 1) % admins.len()];
        asked.spawn(region.by(token, "DELETE", victim).send());
        asked.spawn(region.by(token, "PATCH", victim).json(&json!({"roles": []})).send());
    }
    for answer in asked.join_all().await {
        assert!(!answer.status.is_server_error(), "{answer:?}");
    }
    let mut left = 0;
    for (_, token) in &admins {
        left += usize::from(
            region
                .by(
                    token,
                    "PATCH",
                    &format!("/organizations/{}", region.running.facts.organization),
                )
                .json(&json!({}))
                .send()
                .await
                .status
                == 200,
        );
    }
    assert!(left >= 1);
}
