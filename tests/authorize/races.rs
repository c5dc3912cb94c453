//! Many at once with one code or one refresh token.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::harness::{Answer, Asked, Region, ThirdParty, Tokens};

async fn all(requests: impl Iterator<Item = Asked>) -> Vec<Answer> {
    let mut asked = JoinSet::new();
    for request in requests {
        asked.spawn(request.send());
    }
    asked.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_redemptions_of_one_code_give_one_grant_and_end_it() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let code = app.code(&browser).await;
    let answers = all((0..50).map(|_| app.redeem(&code, &[]))).await;
    let (granted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(granted.len(), 1);
    for answer in refused {
        answer.refused(400, "invalid_grant");
    }
    let tokens = Tokens::of(&granted[0]);
    assert_eq!(region.verified(&tokens.access).await, 401);
    app.refresh(&tokens.refresh).send().await.refused(400, "invalid_grant");
    let grants = region
        .rows()
        .await
        .into_iter()
        .filter(|row| row["kind"].as_s().unwrap() == "grant");
    assert_eq!(grants.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_refreshes_with_one_token_go_on_as_one_family() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let first = app.tokens(&browser).await;
    let answers = all((0..20).map(|_| app.refresh(&first.refresh))).await;
    let tokens: Vec<_> = answers.into_iter().map(|answer| Tokens::of(&answer.is(200))).collect();
    let next: BTreeSet<_> = tokens.iter().map(|tokens| &tokens.refresh).collect();
    assert_eq!(next.len(), 1, "all got the same next token");
    for tokens in &tokens {
        assert_eq!(region.verified(&tokens.access).await, 200);
    }
    app.refresh(&tokens[7].refresh).send().await.is(200);
}
