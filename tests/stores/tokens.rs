//! Issued tokens: one for many at once, kept sealed; and what their uses and ends write.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use regent::acts::client_credentials;
use regent::domain::{
    Ask, Audience, CredentialId, IssuedToken, Revocation, Scopes, Seconds, Timestamp, TokenId, UserId,
};
use regent::store::{Issue, Lost};
use tokio::task::JoinSet;

use super::check::{Check, check};
use super::ground::{AUDIENCE, Ground, Made};

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("50 token requests at once get one token", fifty_requests_get_one_token),
        check("the table alone yields no token", the_table_alone_yields_no_token),
        check(
            "whoever loses is told the winner's token",
            whoever_loses_is_told_the_winners_token,
        ),
        check(
            "a revocation is remembered, and forgotten in its time",
            a_revocation_is_remembered,
        ),
        check(
            "too many revocations drop every token",
            too_many_revocations_drop_every_token,
        ),
        check("a use is noted once in a while", a_use_is_noted_once_in_a_while),
        check(
            "nothing brings back a credential that is gone",
            nothing_brings_back_a_credential,
        ),
        check(
            "a use and an edit do not lose each other",
            a_use_and_an_edit_do_not_lose_each_other,
        ),
    ]
}

async fn fifty_requests_get_one_token(ground: Ground) {
    let made = ground.account("busy").await;
    let mut race = JoinSet::new();
    for number in 0..50 {
        // Several processes, so that it is the table that decides.
        let app = if number % 10 == 0 {
            ground.cold()
        } else {
            ground.app.clone()
        };
        let presented = made.presented(&app);
        race.spawn(async move {
            let ask = Ask {
                scopes: Scopes::parse("read:me").unwrap(),
                resource: None,
            };
            client_credentials(&app, &presented, &ask, "test").await.unwrap().token
        });
    }
    let tokens: BTreeSet<String> = race.join_all().await.into_iter().collect();
    assert_eq!(tokens.len(), 1);
    let rows = token_rows(&ground, &made).await;
    assert_eq!(rows.len(), 1);
}

/// The items under which a user's tokens are kept.
async fn token_rows(ground: &Ground, made: &Made) -> Vec<std::collections::HashMap<String, AttributeValue>> {
    let query = ground.dynamodb.query().table_name(ground.name()).consistent_read(true);
    let query = query
        .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
        .expression_attribute_values(":pk", AttributeValue::S(format!("USER#{}", made.user.id)))
        .expression_attribute_values(":sk", AttributeValue::S("TOKEN#".to_owned()));
    query.send().await.unwrap().items.unwrap_or_default()
}

async fn the_table_alone_yields_no_token(ground: Ground) {
    let made = ground.account("sealed").await;
    let issued = client_credentials(&ground.app, &made.presented(&ground.app), &Ask::default(), "test")
        .await
        .unwrap();
    let rows = token_rows(&ground, &made).await;
    let AttributeValue::B(sealed) = &rows[0]["sealed"] else {
        panic!("{:?}", rows[0]["sealed"]);
    };
    let signature = issued.token.rsplit('.').next().unwrap();
    assert!(
        !sealed
            .as_ref()
            .windows(signature.len())
            .any(|window| window == signature.as_bytes())
    );
    let end = ground.app.now().plus(Seconds(86_400)).seconds().to_string();
    assert_eq!(rows[0]["expires_at"], AttributeValue::N(end));
}

fn token(ground: &Ground, made: &Made) -> IssuedToken {
    IssuedToken {
        id: TokenId::from_random(ground.app.random()),
        credential: made.credential,
        generation: 1,
        epoch: 0,
        scopes: Scopes::parse("read:me").unwrap(),
        audience: Audience::parse(AUDIENCE).unwrap(),
        expires_at: ground.app.now().plus(Seconds(300)),
        sealed: vec![0, 159, 146, 150],
    }
}

async fn whoever_loses_is_told_the_winners_token(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("race").await);
    let (first, second, third) = (token(&ground, &made), token(&ground, &made), token(&ground, &made));
    let issue = async |token: &IssuedToken, seen: Option<&IssuedToken>| {
        let issue = store
            .issue(made.user.id, "what", token, seen.map(|token| &token.id))
            .await
            .unwrap();
        match issue {
            Issue::First => None,
            Issue::Lost(theirs) => Some(theirs),
        }
    };
    assert_eq!(issue(&first, None).await, None);
    assert_eq!(issue(&second, None).await, Some(first.clone()));
    assert_eq!(issue(&second, Some(&third)).await, Some(first.clone()));
    assert_eq!(issue(&second, Some(&first)).await, None);
    assert_eq!(issue(&third, Some(&first)).await, Some(second));
}

async fn a_revocation_is_remembered(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("revoked").await);
    let ids: Vec<TokenId> = (0..4).map(|_| TokenId::from_random(ground.app.random())).collect();
    let revoke = async |token: &TokenId, expired: &[TokenId]| {
        let expires_at = Timestamp::from_seconds(1_800_000_000);
        let one = Revocation::One {
            token: token.clone(),
            expires_at,
            expired: expired.to_vec(),
        };
        store.revoke(made.user.id, made.credential, &one).await.unwrap();
        let user = ground.user(&made).await;
        let revoked = &user.service().unwrap().credentials[&made.credential].revoked;
        (user.revision, revoked.keys().cloned().collect::<BTreeSet<_>>())
    };
    assert_eq!(revoke(&ids[0], &[]).await, (2, ids[..1].iter().cloned().collect()));
    assert_eq!(revoke(&ids[1], &[]).await, (3, ids[..2].iter().cloned().collect()));
    assert_eq!(
        revoke(&ids[1], &[]).await.1,
        ids[..2].iter().cloned().collect(),
        "twice is once"
    );
    // The last one was collected by somebody else already.
    let expired = [ids[0].clone(), ids[1].clone(), ids[3].clone()];
    assert_eq!(revoke(&ids[2], &expired).await.1, ids[2..3].iter().cloned().collect());
}

async fn too_many_revocations_drop_every_token(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("dropped").await);
    let one = Revocation::One {
        token: TokenId::from_random(ground.app.random()),
        expires_at: Timestamp::from_seconds(1_800_000_000),
        expired: Vec::new(),
    };
    for revocation in [one, Revocation::All, Revocation::All] {
        store.revoke(made.user.id, made.credential, &revocation).await.unwrap();
    }
    let user = ground.user(&made).await;
    let credential = &user.service().unwrap().credentials[&made.credential];
    assert_eq!((credential.epoch, credential.revoked.len(), user.revision), (2, 0, 4));
}

async fn a_use_is_noted_once_in_a_while(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("used").await);
    let noted = async |at: i64, unless_since: i64| {
        let (at, since) = (Timestamp::from_seconds(at), Timestamp::from_seconds(unless_since));
        store.touch(made.user.id, made.credential, at, since).await.unwrap();
        let user = ground.user(&made).await;
        let at = user.service().unwrap().credentials[&made.credential].last_used_at;
        (at.map(Timestamp::seconds), user.revision, user.version)
    };
    assert_eq!(noted(1000, 955).await, (Some(1000), 2, 1));
    assert_eq!(noted(1010, 965).await, (Some(1000), 2, 1), "that is not long ago");
    assert_eq!(noted(1045, 1000).await, (Some(1045), 3, 1));
}

async fn nothing_brings_back_a_credential(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("gone").await);
    let (stranger, nobody) = (CredentialId::from_random([7; 12]), UserId::from_random([7; 12]));
    let now = ground.app.now();
    for (user, credential) in [(made.user.id, stranger), (nobody, made.credential)] {
        store
            .touch(user, credential, now, now.minus(Seconds(45)))
            .await
            .unwrap();
        for revocation in [
            Revocation::One {
                token: TokenId::from_random([1; 16]),
                expires_at: now,
                expired: Vec::new(),
            },
            Revocation::All,
        ] {
            store.revoke(user, credential, &revocation).await.unwrap();
        }
    }
    assert_eq!(ground.user(&made).await, made.user);
    assert_eq!(store.user(nobody).await.unwrap(), None);
}

async fn a_use_and_an_edit_do_not_lose_each_other(ground: Ground) {
    let (store, made) = (ground.app.store(), ground.account("edited").await);
    let now = ground.app.now();
    store
        .touch(made.user.id, made.credential, now, now.minus(Seconds(45)))
        .await
        .unwrap();
    let stale = store.replace_user(&made.user).unwrap();
    assert_eq!(store.commit(&[stale]).await.unwrap(), Err(Lost::Changed));
    let fresh = store.replace_user(&ground.user(&made).await).unwrap();
    assert_eq!(store.commit(&[fresh]).await.unwrap(), Ok(()));
    let user = ground.user(&made).await;
    assert_eq!(
        user.service().unwrap().credentials[&made.credential].last_used_at,
        Some(now)
    );
}
