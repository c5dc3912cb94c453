//! A key is in the wrong hands: it goes at once, and every token that it signed with it.

use serde_json::json;

use super::operator::{Operator, jwks, kid};
use crate::harness::{Account, Apart, Forge, Http, Region, ThirdParty, Tokens};

/// Everybody with a token of this moment, and another process that knows the keys.
struct Stage<'a> {
    region: &'a Region,
    account: Account,
    token: String,
    app: ThirdParty<'a>,
    tokens: Tokens,
    other: Http,
}

impl<'a> Stage<'a> {
    async fn new(region: &'a Region) -> Self {
        let account = region.account().await;
        let (app, browser) = ThirdParty::approved(region).await;
        let stage = Self {
            region,
            token: account.token(region).await,
            account,
            tokens: app.tokens(&browser).await,
            app,
            other: Apart::with(region, |_| ()).await.http,
        };
        for token in [&stage.token, &stage.tokens.access] {
            stage.is(token, 200).await;
        }
        stage
    }

    /// What everybody says of a token of the sample API.
    async fn is(&self, token: &str, status: u16) {
        let active = self.introspected(token).await;
        assert_eq!(active, status == 200, "introspection");
        for http in [&self.region.http, &self.other] {
            let verify = http.get("/verify").query(&[("resource", self.region.resource())]);
            verify.bearer(token).send().await.is(status);
        }
        let me = self.region.http.get("/acme/me").bearer(token).send().await;
        me.is(if status == 200 { 200 } else { 403 });
    }

    async fn introspected(&self, token: &str) -> bool {
        let asked = self
            .account
            .ask(self.region, "/oauth/v1/introspect", &[("token", token)]);
        asked.send().await.is(200).json()["active"] == true
    }
}

#[tokio::test]
async fn every_token_of_a_dropped_key_is_dead_and_a_new_one_is_there_at_once() {
    let region = Region::start().await;
    let stage = Stage::new(&region).await;
    let admin = region.running.facts.admin.token.clone();
    let forge = Forge::of(&region).await;
    let forged = crate::harness::Parts::of(&stage.token)
        .signed(|message| forge.sign(message))
        .token();
    stage.is(&forged, 200).await;

    let answer = region.http.post("/_local/rotate?drop=all").send().await.is(200);
    let new = answer.text("/kid");
    assert_eq!(answer.json()["dropped"], json!([kid(&stage.token)]));
    assert_eq!(jwks(&region).await, std::slice::from_ref(&new));
    for token in [&stage.token, &forged, &stage.tokens.access] {
        stage.is(token, 401).await;
    }
    for http in [&region.http, &stage.other] {
        http.get("/api/v1/users").bearer(&admin).send().await.is(401);
    }

    let again = stage.account.token(&region).await;
    assert_eq!(
        kid(&again),
        new,
        "the same request, and not the token that is kept for it"
    );
    stage.is(&again, 200).await;
    let refreshed = Tokens::of(&stage.app.refresh(&stage.tokens.refresh).send().await.is(200));
    assert_eq!(kid(&refreshed.access), new, "a person's grant goes on");
    stage.is(&refreshed.access, 200).await;
    Operator::of(&region).is_whole().await;
}

#[tokio::test]
async fn one_key_is_dropped_and_the_others_tokens_live() {
    let region = Region::start().await;
    let stage = Stage::new(&region).await;
    let old = kid(&stage.token);
    let next = region.http.post("/_local/rotate").send().await.is(200).text("/kid");
    region.wait(3);
    let young = region.account().await.token(&region).await;
    assert_eq!(kid(&young), next);

    // The one that signs no longer: its tokens die, and nothing else changes for anybody.
    let path = format!("/_local/rotate?drop={old}");
    let answer = region.http.post(&path).send().await.is(200);
    assert_eq!(answer.json()["dropped"], json!([old]));
    stage.is(&stage.token, 401).await;
    stage.is(&young, 200).await;
    assert!(!jwks(&region).await.contains(&old));
    let again = region.http.post(&path).send().await.is(200);
    assert_eq!(again.json()["dropped"], json!([]), "what is gone is gone");
    stage.is(&young, 200).await;
    Operator::of(&region).is_whole().await;
}
