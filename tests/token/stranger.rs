//! Who is not believed learns nothing from it (RFC 6749 §5.2) but, at the wrong region, the right one.

use regent::domain::ClientSecret;
use serde_json::{Value, json};

use crate::harness::{Account, Answer, Organization, encoded, pair};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// What a stranger sees of a refusal: everything but the date.
fn seen(answer: Answer) -> (u16, Vec<(String, String)>, Value) {
    let answer = answer.refused(401, "invalid_client");
    // Every answer has an id of its own.
    let own = ["date", "x-request-id"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), headers.collect(), answer.json())
}

/// Secrets of the right form: prefix, length and checksum.
fn other_secret() -> String {
    ClientSecret::from_random([7; 32]).expose().to_owned()
}

#[tokio::test]
async fn whoever_is_not_believed_is_not_told_why() {
    let (region, eu) = pair().await;
    let (account, other, gone) = (region.account().await, region.account().await, region.account().await);
    region.admin("DELETE", &gone.path()).send().await.is(204);
    let stranger = Account::create_in(&region, &Organization::found(&region).await).await;
    let abroad = eu.account().await;
    let Account {
        client_id: id, secret, ..
    } = &account;

    let expected = seen(
        account
            .ask(&region, "/oauth/v1/token", &[])
            .form(&[GRANT, ("client_id", id), ("client_secret", &other_secret())])
            .send()
            .await,
    );
    let unknown = format!("svc_us_{}", "0".repeat(48));
    let (head, tail) = id.split_at(id.len() - 12);
    let foreign = &abroad.client_id.replace("svc_eu_", "svc_us_");
    let pairs: Vec<(String, String)> = [
        (unknown.as_str(), secret.as_str()),
        (id, &other.secret),
        (&other.client_id, secret),
        (&gone.client_id, &gone.secret),
        (id, &stranger.secret),
        (foreign, &abroad.secret),
        // The secret's near misses: shape, checksum, length (no truncation, no trimming).
        (id, "x"),
        (id, &secret[..secret.len() - 1]),
        (id, &format!("{secret}x")),
        (id, &format!("{secret}{}", "x".repeat(400))),
        (id, &format!("{secret} ")),
        (id, &format!(" {secret}")),
        (id, &secret.to_uppercase()),
        (id, &secret.replace("rgs_", "RGS_")),
        (id, "\u{0}\u{202e}é\"\\"),
        // The client ID's.
        ("x", secret),
        ("svc_us_", secret),
        (&id.to_uppercase(), secret),
        (&format!("{id} "), secret),
        (&format!("{id}0"), secret),
        (&account.id, secret),
        // Ids of different accounts, put together.
        (
            &format!("{head}{}", &other.client_id[other.client_id.len() - 12..]),
            secret,
        ),
        (
            &format!("{}{tail}", &other.client_id[..other.client_id.len() - 12]),
            secret,
        ),
        (
            &format!("{}{tail}", &stranger.client_id[..stranger.client_id.len() - 12]),
            secret,
        ),
        (&format!("{}{}", &stranger.client_id[..7 + 24], &id[7 + 24..]), secret),
        (
            &format!("{}{}", &id[..7 + 24], &stranger.client_id[7 + 24..]),
            &stranger.secret,
        ),
    ]
    .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    .into();
    for (id, secret) in pairs {
        for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
            let fields = [GRANT, ("token", "x")];
            let own = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
            let body = region.http.post(path).form(&[own, fields].concat()).send().await;
            assert_eq!(seen(body), expected, "{path} {id} {secret}");
            let basic = region
                .http
                .post(path)
                .basic(&encoded(&id), &encoded(&secret))
                .form(&fields)
                .send()
                .await;
            assert_eq!(seen(basic), expected, "{path} {id} {secret}, Basic");
        }
    }
    account.grant(&region, &[]).await.is(200);
}

#[tokio::test]
async fn a_client_at_the_wrong_region_is_told_the_right_one() {
    let (us, eu) = pair().await;
    let account = eu.account().await;
    for path in ["/oauth/v1/token", "/oauth/v1/revoke", "/oauth/v1/introspect"] {
        let answer = account
            .ask(&us, path, &[GRANT, ("token", "x")])
            .send()
            .await
            .refused(401, "invalid_client");
        let hint = format!(
            "This client ID belongs to another region; its token endpoint is {}/oauth/v1/token.",
            eu.running.issuer
        );
        assert_eq!(answer.text("/error_description"), hint);
    }
    // A region that this one has not heard of.
    let lost = Account {
        client_id: account.client_id.replace("svc_eu_", "svc_mars_"),
        ..account
    };
    let answer = lost.grant(&us, &[]).await.refused(401, "invalid_client");
    assert_eq!(
        answer.json(),
        json!({
            "error": "invalid_client",
            "error_description": "This client ID belongs to another region; use the token endpoint of that region.",
        })
    );
}
