//! When a key goes from the JWK set: after the last token signed with it has expired, and not before.

use serde_json::json;

use super::operator::{Operator, jwks, kid, version};
use crate::harness::{Account, Region};

const DAYS_30: u32 = 30 * 86_400;
const HOUR: u32 = 3_600;

async fn monthly(region: &Region) -> Account {
    region.account_with(json!({"token_lifetime": DAYS_30})).await
}

#[tokio::test]
async fn a_key_stays_as_long_as_the_last_token_that_it_signed() {
    let region = Region::start().await;
    let account = monthly(&region).await;
    region.http.post("/_local/rotate").send().await.is(200);
    region.wait(2);
    // Signed in the last second before the new key does.
    let last = account.token(&region).await;
    let old = kid(&last);
    region.wait(1);
    let new = kid(&monthly(&region).await.token(&region).await);
    assert_ne!(new, old);

    region.wait(DAYS_30 - 2);
    assert_eq!(region.verified(&last).await, 200, "its last second");
    assert_eq!(jwks(&region).await, [old.clone(), new.clone()]);
    region.wait(1);
    assert_eq!(region.verified(&last).await, 401, "it has expired");
    region.wait(HOUR);
    assert_eq!(jwks(&region).await, [old, new.clone()]);
    region.wait(1);
    assert_eq!(jwks(&region).await, [new], "and then the key goes");
}

#[tokio::test]
async fn many_rotations_leave_no_more_than_can_be_needed() {
    let region = Region::start().await;
    let operator = Operator::of(&region);
    for n in 1..=5 {
        operator.begin(&version(n)).await;
        operator.steps(&version(n)).await.unwrap();
        operator.is_whole().await;
        assert_eq!(operator.published().await.len(), 1 + n, "all of them within a month");
        assert!(operator.kept().await.len() <= 2, "the one that signs and the next");
        region.wait(86_400);
    }
    region.wait(DAYS_30 + HOUR);
    operator.begin(&version(6)).await;
    operator.steps(&version(6)).await.unwrap();
    assert_eq!(operator.published().await.len(), 2, "the last one and the new one");
}
