//! Acts on what is unknown, gone, or something else: they say so, and change nothing.

use serde_json::{Value, json};

use super::held::{Ground, Thing};
use crate::harness::{Account, Organization, ThirdParty, Tokens};

#[tokio::test]
async fn an_act_on_something_else_ends_nothing() {
    let ground = Ground::new().await;
    let (region, held) = (&ground.region, ground.held(ground.app()).await);
    let (account, person, client) = (&held.account, &held.person, &held.app.client_id);
    let credential = account.body["credential"]["id"].as_str().unwrap();
    let unknown = |what: &str| format!("{what}_000000000000");
    let nobody: Value = json!({});
    for (method, path, body, status) in [
        // A service account is no person, and a person no service account.
        ("DELETE", format!("/service-accounts/{person}"), &nobody, 404),
        (
            "POST",
            format!("/service-accounts/{person}/credentials/{credential}/rotate"),
            &nobody,
            404,
        ),
        (
            "DELETE",
            format!("/service-accounts/{person}/credentials/{credential}"),
            &nobody,
            404,
        ),
        ("POST", format!("/users/{}/invitation", account.id), &nobody, 400),
        // Unknown ones of the right kind.
        ("DELETE", format!("/service-accounts/{}", unknown("usr")), &nobody, 404),
        ("DELETE", format!("/users/{}", unknown("usr")), &nobody, 404),
        (
            "DELETE",
            format!("{}/credentials/{}", account.path(), unknown("crd")),
            &nobody,
            404,
        ),
        (
            "POST",
            format!("{}/credentials/{}/rotate", account.path(), unknown("crd")),
            &nobody,
            404,
        ),
        ("DELETE", format!("/roles/{}", unknown("rol")), &nobody, 404),
        ("DELETE", format!("/resources/{}", unknown("res")), &nobody, 404),
        ("DELETE", "/clients/cli_us_000000000000".to_owned(), &nobody, 404),
        // `https://nobody.test`
        (
            "PATCH",
            "/oauth-approvals/apr_aHR0cHM6Ly9ub2JvZHkudGVzdA".to_owned(),
            &json!({"status": "rejected"}),
            404,
        ),
        // Of another type.
        ("DELETE", format!("/users/{credential}"), &nobody, 404),
        ("DELETE", format!("/clients/{}", account.client_id), &nobody, 404),
        ("DELETE", format!("/roles/{}", ground.api), &nobody, 404),
        ("DELETE", "/roles/viewer".to_owned(), &nobody, 403),
        // An app that registered itself belongs to no organization.
        ("DELETE", format!("/clients/{client}"), &nobody, 404),
    ] {
        let asked = region.admin(method, &path);
        let asked = if method == "DELETE" { asked } else { asked.json(body) };
        let answer = asked.send().await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {answer:#?}");
    }
    let all = [Thing::Token, Thing::Secret, Thing::Access, Thing::Refresh].into();
    assert_eq!(ground.alive(&held).await, all);
}

/// RFC 7009 §2.2: 200 for a token that is not there; and nothing of anybody's ends by it.
#[tokio::test]
async fn a_revocation_of_somebody_elses_token_ends_nothing() {
    let ground = Ground::new().await;
    let region = &ground.region;
    let (one, two) = (ground.held(ground.app()).await, ground.held(ground.app()).await);
    let globex = Organization::found(region).await;
    let stranger = Account::create_in(region, &globex).await;
    let confidential = ThirdParty::confidential(region, super::held::REDIRECT).await;
    let tokens = [
        &one.token,
        &one.tokens.access,
        &one.tokens.refresh,
        &one.spent,
        &one.code,
    ];
    for token in tokens {
        for account in [&two.account, &stranger] {
            let asked = account.ask(region, "/oauth/v1/revoke", &[("token", token.as_str())]);
            asked.send().await.is(200);
        }
        let asked = region.http.post("/oauth/v1/revoke").form(&[("token", token.as_str())]);
        let secret = confidential.secret.as_deref().unwrap();
        asked.basic(&confidential.client_id, secret).send().await.is(200);
    }
    let all = [Thing::Token, Thing::Secret, Thing::Access, Thing::Refresh].into();
    assert_eq!(ground.alive(&one).await, all);
}

/// Whoever finds an old token in a log cannot end anything with it.
#[tokio::test]
async fn an_access_token_that_has_expired_ends_nothing() {
    let ground = Ground::new().await;
    let (region, held) = (&ground.region, ground.held(ground.app()).await);
    region.wait(3661);
    let next = Tokens::of(&held.app.refresh(&held.tokens.refresh).send().await.is(200));
    let fields = [
        ("token", held.tokens.access.as_str()),
        ("client_id", &held.app.client_id),
    ];
    region.http.post("/oauth/v1/revoke").form(&fields).send().await.is(200);
    assert!(ground.accepted(&next.access).await);
}
