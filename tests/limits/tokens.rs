//! The longest token: signed, kept, given out again, and accepted at every face.

use regent::domain::{
    ApplicationId, Audience, Claims, Delegation, GrantId, Issuer, OrganizationId, RedirectUri, RegionLabel, Scopes,
    ServiceAccount, SigningAlgorithm, SubscriptionId, TokenId,
};
use regent::keys::PrivateKey;
use regent::keys::jws::{self, Unverified};
use regent_local::region::Options;
use regent_verify::{Authorizer, AuthorizerEvent, Settings};
use serde_json::{Value, json};

use super::{AUTHORIZER_ANSWER, GATEWAY_HEADERS, NGINX_ANSWER, NGINX_LINE, OTHER_HEADERS, audience, resource, scopes};
use crate::harness::{Account, Answer, Region};

/// What goes over the wire of a request's token.
fn line(token: &str) -> usize {
    format!("Authorization: Bearer {token}\r\n").len()
}

fn header_bytes(answer: &Answer) -> usize {
    let lines = answer
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    "HTTP/1.1 200 OK\r\n\r\n".len() + lines.sum::<usize>()
}

/// Claims of which everything is as long as its type admits: of a service account, or of an app that
/// a person allowed.
fn longest(of_account: bool) -> Claims {
    let issuer = format!("https://{}", "i".repeat(Issuer::LONGEST - 8));
    let document = format!("https://app.example/{}", "c".repeat(235));
    let host = [63, 63, 63, 54].map(|length| "h".repeat(length)).join(".");
    let origin = RedirectUri::parse(&format!("https://{host}")).unwrap().origin();
    assert!(origin.to_string().len() >= 254 && document.len() == 255);
    let region = RegionLabel::parse("a23456789012").unwrap();
    let client_id = if of_account {
        format!("svc_{region}_{}", "0".repeat(48))
    } else {
        document
    };
    Claims {
        iss: Issuer::parse(&issuer).unwrap().to_string(),
        sub: if of_account {
            client_id.clone()
        } else {
            "usr_000000000000".to_owned()
        },
        aud: Audience::parse(&audience("a")).unwrap(),
        exp: 9_999_999_999,
        iat: 9_999_999_999,
        nbf: None,
        jti: TokenId::from_random([255; 16]),
        client_id,
        scope: Scopes::parse(&scopes(Scopes::LONGEST).join(" ")).unwrap(),
        organization: OrganizationId::from_random([0; 12]),
        subscription: Some(SubscriptionId::from_random([0; 12])),
        applications: if of_account {
            vec![ApplicationId::from_random([0; 12]); ServiceAccount::MAX_APPLICATIONS]
        } else {
            Vec::new()
        },
        generation: u32::MAX,
        epoch: u32::MAX,
        grant: (!of_account).then(|| Delegation {
            id: GrantId::from_random([0; 12]),
            origin,
        }),
        auth_time: (!of_account).then_some(9_999_999_999),
    }
}

#[test]
fn no_claims_make_a_token_that_is_not_read_or_does_not_fit_a_header() {
    for algorithm in [
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::EdDsa,
    ] {
        let key = PrivateKey::generate(algorithm, "k".repeat(64)).unwrap();
        for of_account in [true, false] {
            let claims = longest(of_account);
            assert!(claims.subject().is_some());
            let token = jws::sign(&claims, &key).unwrap();
            assert_eq!(Unverified::parse(&token).ok().unwrap().unverified_claims(), &claims);
        }
    }
    assert!(line(&"t".repeat(jws::LONGEST)) < NGINX_LINE);
    assert!(line(&"t".repeat(jws::LONGEST)) + OTHER_HEADERS < GATEWAY_HEADERS);
}

#[test]
fn a_token_that_would_not_be_read_is_not_signed() {
    let key = PrivateKey::generate(SigningAlgorithm::Es256, "k".to_owned()).unwrap();
    let mut claims = longest(true);
    claims.iss = "i".repeat(jws::LONGEST);
    assert!(jws::sign(&claims, &key).is_err());
}

/// A region whose names are as long as they may be, and the account with the longest token there.
async fn largest() -> (Region, Account, String) {
    let region = Region::with(|options| Options {
        label: RegionLabel::parse("a23456789012").unwrap(),
        algorithm: SigningAlgorithm::Rs256,
        ..options
    })
    .await;
    let audience = audience("a");
    resource(&region, &audience, &scopes(Scopes::LONGEST)).await.is(201);
    let mut applications = region.running.facts.applications.clone();
    while applications.len() < ServiceAccount::MAX_APPLICATIONS {
        let asked = json!({"name": format!("{}", applications.len()), "subscription": region.subscription()});
        let made = region.admin("POST", "/applications").json(&asked).send().await.is(201);
        applications.push(made.text("/id"));
    }
    let fields = json!({"roles": ["subscription_admin"], "applications": applications});
    let account = region.account_with(fields).await;
    (region, account, audience)
}

#[tokio::test]
async fn the_longest_token_of_an_account_is_accepted_at_every_face() {
    let (region, account, audience) = largest().await;
    let answer = account.grant(&region, &[("resource", &audience)]).await.is(200);
    let token = answer.text("/access_token");
    assert_eq!(answer.text("/scope").len(), Scopes::LONGEST);
    let again = account.grant(&region, &[("resource", &audience)]).await.is(200);
    assert_eq!(again.text("/access_token"), token);

    let asked = region.http.get("/verify").query(&[("resource", audience.as_str())]);
    let verified = asked.bearer(&token).send().await.is(200);
    assert_eq!(verified.header("x-auth-scope").unwrap().len(), Scopes::LONGEST);
    let applications = verified.header("x-auth-applications").unwrap().split(' ').count();
    assert_eq!(applications, ServiceAccount::MAX_APPLICATIONS);
    // API Gateway adds some of its own.
    let bytes = header_bytes(&verified);
    assert!(bytes + 400 < NGINX_ANSWER, "{bytes}");

    let introspected = account.ask(&region, "/oauth/v1/introspect", &[("token", &token)]);
    assert_eq!(introspected.send().await.is(200).json()["active"], true);
    let management = account.management_token(&region).await;
    region.by(&management, "GET", "/users").send().await.is(200);
    let whole = scopes(Scopes::LONGEST).join(" ");
    let demanded = [("resource", audience.as_str()), ("scope", &whole)];
    region
        .http
        .get("/verify")
        .query(&demanded)
        .bearer(&token)
        .send()
        .await
        .is(200);
    let refused = region
        .http
        .get("/verify")
        .query(&demanded)
        .bearer(&management)
        .send()
        .await
        .is(401);
    assert!(header_bytes(&refused) + 400 < NGINX_ANSWER);

    account
        .ask(&region, "/oauth/v1/revoke", &[("token", &token)])
        .send()
        .await
        .is(200);
    let asked = region.http.get("/verify").query(&[("resource", audience.as_str())]);
    asked.bearer(&token).send().await.is(401);
}

#[tokio::test]
async fn what_an_authorizer_answers_of_the_longest_token_is_not_larger_than_api_gateway_takes() {
    let (region, account, audience) = largest().await;
    let answer = account.grant(&region, &[("resource", &audience)]).await.is(200);
    let authorization = format!("Bearer {}", answer.text("/access_token"));
    let authorizer = Authorizer::new(region.running.app.clone(), Settings::default());
    let decided = async |event: Value| {
        let event = AuthorizerEvent::parse(&event.to_string()).unwrap();
        let answer = authorizer.authorize(&event).await.unwrap();
        assert!(
            answer.to_string().len() <= AUTHORIZER_ANSWER,
            "{}",
            answer.to_string().len()
        );
        answer
    };
    let simple = decided(json!({
        "type": "REQUEST", "version": "2.0", "routeKey": "GET /items",
        "headers": {"authorization": authorization}, "stageVariables": {"regent_audience": audience},
    }))
    .await;
    assert_eq!(simple["isAuthorized"], true);
    assert_eq!(simple["context"]["scope"].as_str().unwrap().len(), Scopes::LONGEST);

    // A table of routes from one that fits to one that does not, and paths up to the longest.
    let stage = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/prod";
    for (routes, path, lets_in) in [
        (1, 10, true),
        (8, 10, true),
        (60, 10, true),
        (60, 4000, true),
        (1, 7000, false),
    ] {
        let arn = format!("{stage}/GET/items/{}", "p".repeat(path));
        let table: Vec<String> = (0..routes)
            .map(|n| format!("ANY/a-route-that-has-a-name-{n}="))
            .collect();
        let table = format!("GET/items/:id=&{}", table.join("&"));
        let policy = decided(json!({
            "type": "REQUEST", "methodArn": arn, "httpMethod": "GET", "resource": "/items/{id}",
            "headers": {"Authorization": authorization},
            "stageVariables": {"regent_audience": audience, "regent_scopes": table},
        }))
        .await;
        let statement = &policy["policyDocument"]["Statement"][0];
        let named = statement["Resource"].as_array().unwrap();
        assert_eq!(
            named.contains(&json!(arn)) && statement["Effect"] == "Allow",
            lets_in,
            "{routes} {path}"
        );
        assert!(named.len() > 1 || routes > 1 || !lets_in, "{routes} {path}");
    }
}

#[tokio::test]
async fn a_demand_that_no_token_can_meet_is_a_mistake_of_the_proxy() {
    let region = Region::start().await;
    let token = region.account().await.token(&region).await;
    let demanded = [
        ("resource", region.resource()),
        ("scope", &scopes(Scopes::LONGEST + 1).join(" ")),
    ];
    region
        .http
        .get("/verify")
        .query(&demanded)
        .bearer(&token)
        .send()
        .await
        .is(400);
}
