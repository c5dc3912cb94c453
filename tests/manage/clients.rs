//! Clients: third-party apps that an organization's admins register for its people.

use regent::acts::client::find;
use regent::domain::{Client, ClientAuthentication, ClientId, Organization, Seconds};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Region};

async fn create(region: &Region, fields: Value) -> Answer {
    let mut asked = json!({"name": "App", "redirect_uris": ["https://app.test/cb"]});
    for (name, value) in fields.as_object().unwrap() {
        asked[name] = value.clone();
    }
    region.admin("POST", "/clients").json(&asked).send().await
}

/// What the authorize page would find.
async fn found(region: &Region, client_id: &str) -> Option<Client> {
    let id = ClientId::parse(client_id).unwrap();
    find(&region.running.app, &id).await.unwrap()
}

#[tokio::test]
async fn a_client_is_created_read_listed_edited_and_deleted() {
    let region = Region::start().await;
    let made = create(&region, json!({"token_endpoint_auth_method": "none"}))
        .await
        .is(201);
    let id = made.text("/client_id");
    assert!(id.starts_with("cli_us_"), "{id}");
    let path = format!("/clients/{id}");
    assert_eq!(
        made.header("location"),
        Some(format!("{}{path}", region.running.facts.api).as_str())
    );
    assert_eq!(made.json()["client_secret"], Value::Null);
    assert_eq!(made.json()["token_endpoint_auth_method"], "none");
    assert_eq!(region.admin("GET", &path).send().await.is(200).json(), made.json());
    let list = region.admin("GET", "/clients").send().await.is(200).json();
    assert_eq!(list["items"], json!([made.json()]));

    let change = json!({"name": "Renamed", "redirect_uris": ["cursor://app/cb", "http://localhost/cb"]});
    let edited = region.admin("PATCH", &path).json(&change).send().await.is(200);
    assert_eq!(edited.json()["redirect_uris"], change["redirect_uris"]);
    let client = found(&region, &id).await.unwrap();
    assert_eq!((client.name.as_str(), client.redirect_uris.len()), ("Renamed", 2));

    region.admin("DELETE", &path).send().await.is(204);
    region.admin("GET", &path).send().await.problem(404);
    assert!(found(&region, &id).await.is_none());
    let list = region.admin("GET", "/clients").send().await.is(200).json();
    assert_eq!(list["items"], json!([]));
    let trail = region.admin("GET", "/audit-events").send().await.is(200).json();
    let mut actions: Vec<&str> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["target"]["id"] == id.as_str())
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    // All of them at one instant.
    actions.sort_unstable();
    assert_eq!(actions, ["client.created", "client.deleted", "client.edited"]);
}

#[tokio::test]
async fn the_secret_of_a_confidential_client_is_shown_once_and_rotates() {
    let region = Region::start().await;
    let asked = json!({"name": "App", "redirect_uris": ["https://app.test/cb"]});
    let once = || {
        region
            .admin("POST", "/clients")
            .header("idempotency-key", "k")
            .json(&asked)
    };
    let made = once().send().await.is(201);
    let (id, secret) = (made.text("/client_id"), made.text("/client_secret"));
    assert!(secret.starts_with("rgs_"));
    assert_eq!(made.text("/token_endpoint_auth_method"), "client_secret_basic");
    let again = once().send().await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.text("/client_id"), id);
    let masked = format!("••••••{}", &secret[secret.len() - 4..]);
    let path = format!("/clients/{id}");
    for answer in [again, region.admin("GET", &path).send().await] {
        assert_eq!(answer.text("/client_secret"), masked);
    }

    let live = async || match found(&region, &id).await.unwrap().authentication {
        ClientAuthentication::ClientSecret(credential) => {
            let live = credential.live_secrets(region.running.app.now());
            live.map(|secret| secret.generation).collect::<Vec<_>>()
        }
        ClientAuthentication::None => vec![],
    };
    let rotate = |overlap: u32| {
        let asked = region.admin("POST", &format!("{path}/rotate"));
        asked.json(&json!({"overlap_seconds": overlap})).send()
    };
    let rotated = rotate(0).await.is(200);
    assert_ne!(rotated.text("/client_secret"), secret);
    assert_eq!(live().await, [2]);
    let rotated = rotate(60).await.is(200);
    assert!(rotated.json()["overlap_ends_at"].is_string());
    assert_eq!(live().await, [3, 2]);
    region.wait(60);
    assert_eq!(live().await, [3]);
    assert_eq!(rotate(Seconds(604_801).0).await.problem(400), "invalid-fields");
    for row in region.rows().await {
        assert!(!format!("{row:?}").contains(&secret), "the secret is in the table");
    }
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_rotate() {
    let region = Region::start().await;
    let made = create(&region, json!({"token_endpoint_auth_method": "none"}))
        .await
        .is(201);
    let path = format!("/clients/{}/rotate", made.text("/client_id"));
    let refused = region.admin("POST", &path).send().await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/token_endpoint_auth_method");
    refused.problem(400);
}

#[tokio::test]
async fn what_makes_no_client_is_refused_by_its_field() {
    let region = Region::start().await;
    let many: Vec<String> = (0..21).map(|n| format!("https://app.test/{n}")).collect();
    for (fields, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": "a\u{202E}b"}), "/name"),
        (json!({"redirect_uris": []}), "/redirect_uris"),
        (json!({"redirect_uris": many}), "/redirect_uris"),
        (
            json!({"redirect_uris": ["https://a.test/", "https://a.test/"]}),
            "/redirect_uris/1",
        ),
        (
            json!({"redirect_uris": ["https://a.test/", "http://a.test/"]}),
            "/redirect_uris/1",
        ),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "/redirect_uris/0"),
        (json!({"redirect_uris": "https://a.test/"}), "/redirect_uris"),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "/token_endpoint_auth_method",
        ),
        (json!({"client_id": "cli_us_000000000000"}), "/client_id"),
    ] {
        let answer = create(&region, fields.clone()).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{fields}");
        answer.problem(400);
    }
}

#[tokio::test]
async fn a_client_is_its_own_organizations_alone() {
    let region = Region::start().await;
    let made = create(&region, json!({})).await.is(201);
    let globex = crate::harness::Organization::found(&region).await;
    let path = format!("/clients/{}", made.text("/client_id"));
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/rotate")),
    ] {
        region.by(&globex.token, method, &path).send().await.problem(404);
    }
    let edit = region.by(&globex.token, "PATCH", &path).json(&json!({"name": "Mine"}));
    edit.send().await.problem(404);
    let list = region.by(&globex.token, "GET", "/clients").send().await.is(200).json();
    assert_eq!(list["items"], json!([]));
    let role = region.role("clients", json!(["clients:manage"]), json!([])).await;
    let (_, confined) = region.person(json!([role]), Some(region.subscription())).await;
    let refused = region.by(&confined, "GET", "/clients").send().await;
    assert_eq!(refused.problem(403), "beyond-subscription");
}

#[tokio::test]
async fn an_organization_has_two_hundred_clients_and_no_more() {
    let region = Region::start().await;
    let public = json!({"token_endpoint_auth_method": "none"});
    let most = usize::try_from(Organization::MAX_CLIENTS).unwrap();
    for _ in 0..most - 3 {
        create(&region, public.clone()).await.is(201);
    }
    let mut racing = JoinSet::new();
    let asked = json!({"name": "App", "redirect_uris": ["https://app.test/cb"], "token_endpoint_auth_method": "none"});
    for _ in 0..8 {
        racing.spawn(region.admin("POST", "/clients").json(&asked).send());
    }
    let mut made = 0;
    for answer in racing.join_all().await {
        if answer.status == 201 {
            made += 1;
        } else {
            assert_eq!(answer.problem(409), "limit-reached");
        }
    }
    assert_eq!(made, 3);
    let page = region.admin("GET", "/clients?limit=1").send().await.is(200);
    let path = format!("/clients/{}", page.text("/items/0/client_id"));
    region.admin("DELETE", &path).send().await.is(204);
    create(&region, public).await.is(201);
}

#[tokio::test]
async fn an_organization_chooses_which_apps_its_people_may_use() {
    let region = Region::start().await;
    let path = format!("/organizations/{}", region.running.facts.organization);
    let read = region.admin("GET", &path).send().await.is(200).json();
    let both = |value: &Value| {
        let setting = |name: &str| value[name].as_bool().unwrap();
        (
            setting("dynamic_registration_enabled"),
            setting("metadata_documents_enabled"),
        )
    };
    assert_eq!(both(&read), (true, true));
    for (change, expected) in [
        (json!({"dynamic_registration_enabled": false}), (false, true)),
        (json!({"metadata_documents_enabled": false}), (false, false)),
        (json!({"name": "Acme"}), (false, false)),
        (json!({"dynamic_registration_enabled": true}), (true, false)),
    ] {
        region.wait(1);
        let edited = region.admin("PATCH", &path).json(&change).send().await.is(200);
        assert_eq!(both(&edited.json()), expected, "{change}");
    }
    let trail = region.admin("GET", "/audit-events?limit=1").send().await.is(200).json();
    assert_eq!(trail["items"][0]["details"]["dynamic_registration_enabled"], "true");
}
