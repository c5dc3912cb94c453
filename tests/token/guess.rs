//! What guessing costs (STANDARDS C6): failures are budgeted, the right secret is never locked out.

use regent::domain::ClientSecret;

use crate::harness::{Account, Region};

fn wrong(account: &Account) -> Account {
    let secret = ClientSecret::from_random([9; 32]).expose().to_owned();
    Account {
        secret,
        ..account.clone()
    }
}

#[tokio::test]
async fn failures_run_into_a_budget_and_the_right_secret_does_not() {
    let region = Region::start().await;
    let (account, bystander) = (region.account().await, region.account().await);
    let guesser = wrong(&account);
    for _ in 0..100 {
        guesser.grant(&region, &[]).await.refused(401, "invalid_client");
    }
    let refused = guesser.grant(&region, &[]).await.refused(429, "invalid_client");
    assert_eq!(refused.header("retry-after"), Some("1"));
    account.grant(&region, &[]).await.is(200);
    wrong(&bystander)
        .grant(&region, &[])
        .await
        .refused(401, "invalid_client");
    region.wait(1);
    guesser.grant(&region, &[]).await.refused(401, "invalid_client");
    guesser.grant(&region, &[]).await.refused(429, "invalid_client");
}
