//! `/_local/rotate`, as a developer or a script asks there.

use regent::domain::Seconds;
use regent_local::region::Options;
use serde_json::json;

use super::operator::{IDLE, Operator, jwks, kid, version};
use crate::harness::Region;

const PATH: &str = "/_local/rotate";

#[tokio::test]
async fn it_answers_the_key_that_signs_next() {
    let region = Region::start().await;
    let account = region.account().await;
    let old = account.token(&region).await;
    let answer = region.http.post(PATH).send().await.is(200).not_kept();
    let new = answer.text("/kid");
    assert_eq!(
        answer.text("/signs_from"),
        region.clock.now().plus(Seconds(3)).to_rfc3339()
    );
    region.wait(2);
    assert_eq!(jwks(&region).await, [kid(&old), new.clone()], "known before it signs");
    let another = region.account().await;
    assert_eq!(kid(&another.token(&region).await), kid(&old));
    region.wait(1);
    let third = region.account().await;
    assert_eq!(kid(&third.token(&region).await), new);
    assert_eq!(account.token(&region).await, old, "and what was issued stays good");
    assert_eq!(region.verified(&old).await, 200);
    Operator::of(&region).is_whole().await;
}

#[tokio::test]
async fn what_an_earlier_process_left_half_done_is_finished_first() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    // By the region's own function, which is cut off after its first step.
    let cut = region.http.post(PATH).send().await.is(200).text("/kid");
    operator.begin(&version(1)).await;
    operator.step("createSecret", &version(1)).await.unwrap();
    assert_eq!(operator.published().await.last(), Some(&cut));
    let failed = region.http.post(PATH).send().await.is(500);
    assert!(failed.text("/message").contains("the test goes on"), "{failed:?}");
    region.running.rotations().serve(IDLE, operator.as_function());
    let finished = region.http.post(PATH).send().await.is(200).text("/kid");
    assert_eq!(operator.labels().await["AWSCURRENT"], version(1));
    assert_eq!(operator.published().await.last(), Some(&finished));
    operator.is_whole().await;
}

#[tokio::test]
async fn two_at_once_end_well_or_one_is_told() {
    // By the machine's clock: then the first is still waiting when the second asks.
    let region = Region::with(|options| Options { clock: None, ..options }).await;
    let ask = || region.http.post(PATH).send();
    let (one, other) = tokio::join!(ask(), ask());
    let mut told = [one.status.as_u16(), other.status.as_u16()];
    told.sort_unstable();
    assert_eq!(told, [200, 409], "{one:?} {other:?}");
    let done = if one.status == 200 { one } else { other };
    let token = region.account().await.token(&region).await;
    assert_eq!(kid(&token), done.text("/kid"), "when it has answered, the key signs");
}

#[tokio::test]
async fn it_takes_post_from_here_and_nothing_else() {
    let region = Region::start().await;
    let before = jwks(&region).await;
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let refused = region.http.ask(method, PATH).send().await.is(405);
        assert_eq!(refused.header("allow"), Some("POST"), "{method}");
    }
    for query in ["?drop=", "?drop", "?keys=all", "?drop=all&now=1"] {
        region.http.post(&format!("{PATH}{query}")).send().await.is(400);
    }
    let asked = |header, value| region.http.post(PATH).header(header, value).send();
    asked("host", "rebound.example").await.is(421);
    asked("origin", "https://elsewhere.example").await.is(403);
    asked("origin", "null").await.is(403);
    let unknown = region
        .http
        .post(&format!("{PATH}?drop=no-such-key"))
        .send()
        .await
        .is(200)
        .json();
    assert_eq!(
        (&unknown["dropped"], &unknown["absent"]),
        (&json!([]), &json!(["no-such-key"]))
    );
    assert_eq!(jwks(&region).await, before);
    let index = region.http.get("/").send().await.is(200);
    let named = |name: &str| index.text(&format!("/{name}"));
    assert_eq!(named("rotate"), region.running.issuer.at(PATH));
    region.http.get(&named("health")).send().await.is(200);
}
