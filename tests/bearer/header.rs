//! Where a token is looked for (RFC 6750 §2): the Authorization header, once, and nowhere else.

use super::{BARE, at, challenged, of};
use crate::harness::Region;

#[tokio::test]
async fn who_sends_no_token_is_told_how_and_nothing_else() {
    let region = Region::start().await;
    let account = region.account().await;
    let token = account.token(&region).await;
    challenged(at(&region, &[]).send().await, 401, &of(region.resource(), BARE));
    for authorization in [
        "Bearer",
        "Bearer ",
        "Basic abc",
        &format!("Basic {token}"),
        &token,
        "",
        &format!("DPoP {token}"),
    ] {
        let answer = at(&region, &[]).header("authorization", authorization).send().await;
        challenged(answer, 401, &of(region.resource(), BARE));
    }
    let basic = at(&region, &[]).basic(&account.client_id, &account.secret).send().await;
    challenged(basic, 401, &of(region.resource(), BARE));
}

#[tokio::test]
async fn the_scheme_is_compared_without_case() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        at(&region, &[])
            .header("authorization", &format!("{scheme} {token}"))
            .send()
            .await
            .is(200);
    }
}

#[tokio::test]
async fn a_token_in_the_url_or_the_body_is_not_seen() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let in_url = at(&region, &[("access_token", &token)]).send().await;
    challenged(in_url, 401, &of(region.resource(), BARE));
    let asked = region.http.post("/verify").query(&[("resource", region.resource())]);
    challenged(
        asked.form(&[("access_token", &token)]).send().await,
        401,
        &of(region.resource(), BARE),
    );
    let admin = region.running.facts.admin.token.as_str();
    let api = region
        .http
        .get("/api/v1/users")
        .query(&[("access_token", admin)])
        .send()
        .await
        .is(401);
    assert_eq!(
        api.header("www-authenticate"),
        Some(of(&region.running.facts.api, BARE).as_str())
    );
}

#[tokio::test]
async fn two_authorizations_are_an_invalid_request() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    for second in [format!("Bearer {token}"), "Bearer x".to_owned(), "Basic abc".to_owned()] {
        let asked = at(&region, &[]).bearer(&token).header("authorization", &second);
        asked.send().await.refused(400, "invalid_request");
        let asked = region.admin("GET", "/users").header("authorization", &second);
        asked.send().await.problem(400);
    }
}

#[tokio::test]
async fn a_token_in_the_url_beside_one_in_the_header_is_an_invalid_request() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let admin = region.running.facts.admin.token.as_str();
    for second in [token.as_str(), admin, "x", ""] {
        let asked = at(&region, &[("access_token", second)]).bearer(&token);
        asked.send().await.refused(400, "invalid_request");
        let asked = region.admin("GET", "/users").query(&[("access_token", second)]);
        asked.send().await.problem(400);
    }
    let resource = region.resource();
    let hidden = format!("/verify?resource={resource}&acc%65ss_token=x");
    region
        .http
        .get(&hidden)
        .bearer(&token)
        .send()
        .await
        .refused(400, "invalid_request");
}
