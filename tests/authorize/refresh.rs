//! Refresh tokens: rotated on use, bound to their client, and a spent one ends the grant.

use crate::harness::{Region, ThirdParty, Tokens};

#[tokio::test]
async fn a_refresh_brings_new_tokens_and_spends_the_old_one() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let first = app.tokens(&browser).await;
    let second = Tokens::of(&app.refresh(&first.refresh).send().await.is(200));
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    assert_eq!(region.verified(&second.access).await, 200);
    region.wait(3600);
    assert_eq!(region.verified(&second.access).await, 401);
    let third = Tokens::of(&app.refresh(&second.refresh).send().await.is(200));
    assert_eq!(region.verified(&third.access).await, 200);
}

#[tokio::test]
async fn for_a_moment_the_spent_token_is_answered_as_before() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let first = app.tokens(&browser).await;
    let second = Tokens::of(&app.refresh(&first.refresh).send().await.is(200));
    region.wait(9);
    let again = Tokens::of(&app.refresh(&first.refresh).send().await.is(200));
    assert_eq!(again.refresh, second.refresh);
    app.refresh(&second.refresh).send().await.is(200);
    // Its successor has been used: now it is spent for good.
    app.refresh(&first.refresh).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn a_spent_token_ends_the_whole_family() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let first = app.tokens(&browser).await;
    let second = Tokens::of(&app.refresh(&first.refresh).send().await.is(200));
    region.wait(10);
    app.refresh(&first.refresh).send().await.refused(400, "invalid_grant");
    app.refresh(&second.refresh).send().await.refused(400, "invalid_grant");
    assert_eq!(region.verified(&second.access).await, 401);
}

#[tokio::test]
async fn a_made_up_token_ends_nothing() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let tokens = app.tokens(&browser).await;
    // What an API sees of the grant is not enough: the family's own secret is not in an access token.
    let ids = &tokens.refresh[..28];
    for made_up in [
        format!("{ids}{}", "A".repeat(65)),
        "rgr_".to_owned(),
        "nonsense".to_owned(),
        tokens.access.clone(),
    ] {
        app.refresh(&made_up).send().await.refused(400, "invalid_grant");
    }
    app.refresh(&tokens.refresh).send().await.is(200);
}

#[tokio::test]
async fn another_client_cannot_use_it() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let other = ThirdParty::register(&region, "https://app.test/cb").await;
    let tokens = app.tokens(&browser).await;
    other
        .refresh(&tokens.refresh)
        .send()
        .await
        .refused(400, "invalid_grant");
    app.refresh(&tokens.refresh).send().await.is(200);
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let answer = app
        .allow_at(&browser, &app.path(&[("scope", "read:me write:me")]))
        .await
        .is(303);
    let code = crate::harness::parameter(answer.header("location").unwrap(), "code").unwrap();
    let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
    let refresh = |token: &str, scope: &str| {
        app.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ])
    };
    let more = refresh(&tokens.refresh, "read:me delete:me").send().await;
    more.refused(400, "invalid_scope");
    let less = refresh(&tokens.refresh, "read:me").send().await.is(200);
    assert_eq!(less.text("/scope"), "read:me");
    let whole = app.refresh(&less.text("/refresh_token")).send().await.is(200);
    assert_eq!(whole.text("/scope"), "read:me write:me");
}

#[tokio::test]
async fn it_ends_after_thirty_idle_days_and_after_half_a_year() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let idle = app.tokens(&browser).await;
    let mut used = app.tokens(&browser).await;
    let day = 86_400;
    for _ in 0..6 {
        region.wait(29 * day);
        used = Tokens::of(&app.refresh(&used.refresh).send().await.is(200));
    }
    app.refresh(&idle.refresh).send().await.refused(400, "invalid_grant");
    region.wait(6 * day);
    app.refresh(&used.refresh).send().await.refused(400, "invalid_grant");
}

#[tokio::test]
async fn neither_code_nor_refresh_token_lies_in_the_table() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let code = app.code(&browser).await;
    let tokens = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
    let next = Tokens::of(&app.refresh(&tokens.refresh).send().await.is(200));
    let rows = format!("{:?}", region.rows().await);
    for secret in [
        &code,
        &tokens.access,
        &next.access,
        &tokens.refresh[28..].to_owned(),
        &next.refresh[28..].to_owned(),
    ] {
        assert!(!rows.contains(&secret[..22]), "{secret}");
    }
}
