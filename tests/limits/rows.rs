//! The largest items: everything that is counted and kept together, as long as it may be.

use regent::domain::{
    Approval, ApprovalStatus, Credential, CredentialId, Decision, Description, Name, Organization, OrganizationId,
    Privilege, RedirectUri, Requester, Role, RoleId, RoleRef, ServiceAccount, StoredSecret, Subscription, Timestamp,
    TokenId, TokenLifetime, User, UserId, UserKind,
};
use serde_json::{Value, json};

use super::{ITEM, audience, resource, scopes};
use crate::bench::size;
use crate::harness::{Region, image};

/// The bytes of the largest item of a kind, by DynamoDB's rules.
async fn largest(region: &Region, kind: &str) -> usize {
    let (client, table) = region.table();
    let mut pages = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let mut largest = 0;
    while let Some(row) = pages.next().await {
        let row = row.unwrap();
        if row["kind"].as_s().unwrap() == kind {
            largest = largest.max(size(&image(&row)));
        }
    }
    largest
}

/// That an item can be kept, with some room for what a later release adds to it.
#[track_caller]
fn fits(bytes: usize, at_least: usize) {
    assert!((at_least..ITEM * 9 / 10).contains(&bytes), "{bytes}");
}

/// So many characters of four bytes each, and others for another number.
fn wide(characters: usize, number: usize) -> String {
    let digits = format!("{number:04}");
    format!("{}{digits}", "\u{1F600}".repeat(characters - digits.len()))
}

/// What makes an id of that number and of no other.
fn bytes(number: usize) -> [u8; 12] {
    let mut bytes = [0; 12];
    (bytes[0], bytes[1]) = (u8::try_from(number % 32).unwrap(), u8::try_from(number / 32).unwrap());
    bytes
}

/// API resources with as many and as long scopes as a subscription may have: their ids.
async fn resources(region: &Region) -> Vec<String> {
    let sample = region.resource_id().await;
    let mut made = Vec::new();
    // The sample API is one of them and has two scopes.
    for number in 1..Subscription::MAX_RESOURCES {
        let names = scopes(20 * 101 - 1);
        let scopes: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": name, "description": wide(Description::MAX, 0)}))
            .collect();
        let asked = json!({
            "name": wide(64, number), "subscription": region.subscription(),
            "audience": format!("{}{number:02}", &audience("b")[..253]), "scopes": scopes,
        });
        made.push(
            region
                .admin("POST", "/resources")
                .json(&asked)
                .send()
                .await
                .is(201)
                .text("/id"),
        );
    }
    let left = Subscription::MAX_SCOPES - 19 * 20;
    let left: Vec<Value> = scopes(left * 101 - 1)
        .iter()
        .map(|name| json!({"name": name, "description": wide(Description::MAX, 0)}))
        .collect();
    let path = format!("/resources/{sample}");
    region
        .admin("PATCH", &path)
        .json(&json!({"scopes": left, "name": wide(64, 0)}))
        .send()
        .await
        .is(200);
    let more = resource(region, "https://one-more.test", &scopes(10)).await;
    assert_eq!(more.problem(409), "limit-reached");
    made
}

/// As many of the organization's one role as there may be, but for one more.
async fn multiply_roles(region: &Region) {
    let store = region.running.app.store();
    let id = OrganizationId::parse(&region.running.facts.organization).unwrap();
    let mut organization = store.organization(id).await.unwrap().unwrap();
    let model = organization.roles.values().next().unwrap().clone();
    for number in 1..Organization::MAX_ROLES - 1 {
        let id = RoleId::from_random(bytes(number));
        let name = Name::parse(&wide(64, number)).unwrap();
        organization.roles.insert(
            id,
            Role {
                id,
                name,
                ..model.clone()
            },
        );
    }
    let write = store.replace_organization(&organization).unwrap();
    store.commit(&[write]).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_subscription_and_an_organization_with_everything_they_may_have_are_kept() {
    let region = Region::start().await;
    // The first run's roles go, and with them what they say of the sample API.
    for role in [region.reader(), region.editor()] {
        region.admin("DELETE", &format!("/roles/{role}")).send().await.is(204);
    }
    let resources = resources(&region).await;
    fits(largest(&region, "subscription").await, 250_000);

    let names = scopes(20 * 101 - 1);
    let privileges: Vec<&str> = Privilege::ALL.iter().map(|privilege| privilege.as_str()).collect();
    // Each scope is as long as it may be, and as many API resources as can are named.
    let at = |resource: &String, count: usize| json!({"resource": resource, "scopes": names[..count]});
    let mut of_role: Vec<Value> = resources.iter().map(|resource| at(resource, 2)).collect();
    of_role[0] = at(&resources[0], Role::MAX_SCOPES - 2 * (resources.len() - 1));
    let ask = async |number| {
        let asked = json!({"name": wide(64, number), "privileges": privileges, "scopes": of_role});
        region.admin("POST", "/roles").json(&asked).send().await
    };
    ask(0).await.is(201);
    multiply_roles(&region).await;
    ask(Organization::MAX_ROLES).await.is(201);
    assert_eq!(ask(Organization::MAX_ROLES + 1).await.problem(409), "limit-reached");
    fits(largest(&region, "organization").await, 250_000);
    // Whatever has to read them still does.
    let account = region.account_with(json!({"roles": ["viewer"]})).await;
    account.management_token(&region).await;
    region.admin("GET", "/roles?limit=100").send().await.is(200);
    region.admin("GET", "/resources").send().await.is(200);
}

#[tokio::test]
async fn a_remembered_answer_is_kept_however_long_it_is() {
    let region = Region::start().await;
    let names = scopes(20 * 101 - 1);
    let scopes: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "description": wide(Description::MAX, 0)}))
        .collect();
    let asked = json!({"name": wide(64, 0), "subscription": region.subscription(), "audience": audience("c"), "scopes": scopes});
    let ask = async || {
        region
            .admin("POST", "/resources")
            .header("idempotency-key", "k")
            .json(&asked)
            .send()
            .await
            .is(201)
    };
    assert_eq!(ask().await.text("/id"), ask().await.text("/id"));
    fits(largest(&region, "idempotency").await, 10_000);
    fits(largest(&region, "audit").await, 2000);
}

#[tokio::test]
async fn a_service_account_with_everything_it_may_have_is_kept() {
    let region = Region::start().await;
    let store = region.running.app.store();
    let account = region.account().await;
    let mut user = store.user(UserId::parse(&account.id).unwrap()).await.unwrap().unwrap();
    user.roles = (0..User::MAX_ROLES)
        .map(|n| RoleRef::Custom(RoleId::from_random(bytes(n))))
        .collect();
    let UserKind::Service(facts) = &mut user.kind else {
        panic!("an account")
    };
    facts.description = Description::parse(&wide(Description::MAX, 0)).unwrap();
    facts.token_lifetime = TokenLifetime::LONGEST;
    facts.applications = (0..ServiceAccount::MAX_APPLICATIONS)
        .map(|n| regent::domain::ApplicationId::from_random(bytes(n)))
        .collect();
    let now = region.clock.now();
    let credential = |number: usize| {
        let mut model = facts.credentials.values().next().unwrap().clone();
        model.id = CredentialId::from_random(bytes(number));
        model.name = Name::parse(&wide(64, number)).unwrap();
        model.redirect_uri = Some(RedirectUri::parse(&format!("https://a.test/{}", "r".repeat(240))).unwrap());
        let secret: StoredSecret = model.secrets[0].clone();
        model.secrets = vec![secret.clone(), secret];
        model.revoked = (0..Credential::MAX_REVOKED)
            .map(|n| (TokenId::from_random([u8::try_from(n).unwrap(); 16]), now))
            .collect();
        (model.id, model)
    };
    facts.credentials = (0..Credential::MAX_PER_ACCOUNT).map(credential).collect();
    let write = store.replace_user(&user).unwrap();
    store.commit(&[write]).await.unwrap().unwrap();
    let bytes = largest(&region, "user").await;
    fits(bytes, 20_000);
    // A page of a hundred of them is one batch read (16 MB) and one answer of a function (6 MB).
    assert!(bytes * 100 < 6_000_000, "{bytes}");
}

#[tokio::test]
async fn an_approval_with_everybody_who_asked_and_decided_is_kept() {
    let region = Region::start().await;
    let store = region.running.app.store();
    let uri = RedirectUri::parse(&format!("https://{}.test/{}", "o".repeat(60), "p".repeat(180))).unwrap();
    let (user, at) = (UserId::from_random([1; 12]), Timestamp::from_seconds(4_000_000_000));
    let email = format!("{}@{}.test", "l".repeat(64), ["d"; 90].join("."));
    let mut approval = Approval {
        organization: OrganizationId::parse(&region.running.facts.organization).unwrap(),
        origin: uri.origin(),
        redirect_uri: uri.to_string(),
        client_name: wide(64, 0),
        client_id: "c".repeat(255),
        status: ApprovalStatus::Pending,
        requesters: Vec::new(),
        decisions: Vec::new(),
        epoch: u32::MAX / 2,
        created_at: at,
        version: 1,
        revision: 1,
    };
    for number in 0..256 {
        let email = email.clone();
        approval.join(Requester {
            user: UserId::from_random(bytes(number)),
            email: email.clone(),
            at,
        });
        let reason = Some(wide(Approval::MAX_REASON, 0));
        approval.decide(Decision {
            status: ApprovalStatus::Approved,
            user,
            email,
            at,
            reason,
        });
    }
    let write = store.create_approval(&approval).unwrap();
    store.commit(&[write]).await.unwrap().unwrap();
    fits(largest(&region, "approval").await, 40_000);
    // A page of a hundred is one answer of a function (6 MB).
    let page = region.admin("GET", "/oauth-approvals").send().await.is(200);
    assert!(page.body.len() * 100 < 6_000_000, "{}", page.body.len());
}
