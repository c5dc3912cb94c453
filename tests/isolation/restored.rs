//! A region's own rows of earlier, after its table was restored to a moment before: what was revoked
//! since is back, until what the runbook says has been done.

use std::collections::HashMap;

use regent::acts::revoke_as_operator;
use serde_json::json;

use crate::harness::{Region, Row, ThirdParty, Tokens, password_link};

/// The table as it was.
async fn restore(region: &Region, backup: Vec<Row>) {
    let (client, table) = region.table();
    for row in region.rows().await {
        let key: HashMap<_, _> = row
            .into_iter()
            .filter(|(name, _)| name == "pk" || name == "sk")
            .collect();
        let deleted = client.delete_item().table_name(table).set_key(Some(key));
        deleted.send().await.unwrap();
    }
    for row in backup {
        region.put(row).await;
    }
}

#[tokio::test]
async fn what_was_revoked_comes_back_with_a_restore_and_is_ended_by_the_runbook() {
    let region = Region::start().await;
    let account = region.account().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let (token, grant) = (account.token(&region).await, app.tokens(&browser).await);
    let new = json!({"name": "Ada", "email": "ada@acme.test", "user_type": "licensed"});
    region.admin("POST", "/users").json(&new).send().await.is(201);
    let invitation = password_link(region.mails_to("ada@acme.test").await.last().unwrap());
    let backup = region.rows().await;

    let ada = region.browser();
    let form = ada.open(&invitation).await.is(200).form("/password");
    ada.submit(&form, &[("password", "nine clarinets")]).await.is(303);
    let rotated = region
        .admin("POST", &format!("{}/rotate", account.credential()))
        .send()
        .await;
    let rotated = account.through(&rotated.is(200));
    let refreshed = Tokens::of(&app.refresh(&grant.refresh).send().await.is(200));
    let revoke = [("client_id", app.client_id.as_str()), ("token", &refreshed.refresh)];
    region.http.post("/oauth/v1/revoke").form(&revoke).send().await.is(200);
    let session = browser.copy();
    let sign_out = region.sign_out_token(&browser).await;
    browser.post("/sign-out", &[("csrf", &sign_out)]).await.is(303);

    restore(&region, backup).await;
    // All of it was dead.
    assert_eq!(region.verified(&token).await, 200);
    assert_eq!(region.verified(&grant.access).await, 200);
    session.open("/console/users").await.is(200);
    region.browser().open(&invitation).await.is(200);

    let organization = region.running.facts.organization.parse().unwrap();
    revoke_as_operator(&region.running.app, organization).await.unwrap();
    let rotate = regent_rotate::Rotate::new(region.running.app.clone());
    rotate.handle(json!({"Emergency": {"drop": "all"}})).await.unwrap();
    region.wait(2);
    assert_eq!(region.verified(&token).await, 401);
    assert_eq!(region.verified(&grant.access).await, 401);
    session.open("/console/users").await.is(303);
    region.browser().open(&invitation).await.is(410);
    for spent in [&grant.refresh, &refreshed.refresh] {
        app.refresh(spent).send().await.refused(400, "invalid_grant");
    }
    // Secrets are those of then: this is for people to mend.
    account.grant(&region, &[]).await.is(200);
    rotated.grant(&region, &[]).await.refused(401, "invalid_client");
}
