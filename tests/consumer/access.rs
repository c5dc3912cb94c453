//! Who comes in at which route of the templates, and who does not.

use serde_json::Value;

use super::snippet::BOTH;
use super::{Kind, ROUTES, Shop, enough};

/// Every combination that makes a difference somewhere.
const HELD: [&str; 5] = [
    "read:items",
    "write:items",
    "files",
    "read:items write:items",
    "files read:items write:items",
];

#[tokio::test]
async fn at_every_route_the_right_scopes_come_in_and_all_others_do_not() {
    let shop = Shop::open().await;
    for kind in BOTH {
        let gateway = shop.gateway(kind);
        for held in HELD {
            let token = shop.token(held).await;
            for (method, path, needed) in ROUTES {
                let seen = gateway.ask(method, path, Some(&token)).await;
                let expected = if enough(held, needed) { 200 } else { 403 };
                assert_eq!(seen.status, expected, "{kind:?} {method} {path} with {held}: {seen:?}");
                let told = (seen.status == 200).then_some(shop.account.client_id.as_str());
                assert_eq!(seen.identity["client_id"].as_str(), told);
            }
        }
    }
}

#[tokio::test]
async fn without_a_good_token_nobody_comes_in_anywhere_but_at_the_metadata() {
    let shop = Shop::open().await;
    let elsewhere = shop.region.account().await.token(&shop.region).await;
    for kind in BOTH {
        let gateway = shop.gateway(kind);
        // A REST API says 401 of a bad token; an HTTP API can only say 403.
        let bad = if kind == Kind::Rest { 401 } else { 403 };
        for (method, path, _) in ROUTES {
            assert_eq!(
                gateway.ask(method, path, None).await.status,
                401,
                "{kind:?} {method} {path}"
            );
            for token in ["", "garbage", &elsewhere] {
                let seen = gateway.ask(method, path, Some(token)).await;
                assert_eq!(seen.status, bad, "{kind:?} {method} {path}");
                assert_eq!(seen.identity, Value::Null);
            }
        }
        let open = gateway.ask("GET", "/.well-known/oauth-protected-resource", None).await;
        assert_eq!(open.status, 200);
    }
}

#[tokio::test]
async fn a_revoked_token_is_out_at_once() {
    let shop = Shop::open().await;
    for kind in BOTH {
        let gateway = shop.gateway(kind);
        let token = shop.token("read:items").await;
        assert_eq!(gateway.ask("GET", "/items", Some(&token)).await.status, 200);
        shop.revoke(&token).await;
        let out = if kind == Kind::Rest { 401 } else { 403 };
        assert_eq!(gateway.ask("GET", "/items", Some(&token)).await.status, out);
    }
}

#[tokio::test]
async fn a_rest_api_answers_with_challenges() {
    let shop = Shop::open().await;
    let gateway = shop.gateway(Kind::Rest);
    let metadata = r#"resource_metadata="https://shop.example.com/.well-known/oauth-protected-resource""#;
    let nothing = gateway.ask("GET", "/items", None).await.challenge.unwrap();
    assert_eq!(nothing, format!(r#"Bearer realm="api", {metadata}"#));
    let token = shop.token("files").await;
    let refused = gateway.ask("GET", "/items", Some(&token)).await.challenge.unwrap();
    assert_eq!(
        refused,
        format!(r#"Bearer realm="api", error="insufficient_scope", {metadata}"#)
    );
}

#[tokio::test]
async fn a_route_that_nobody_gave_scopes_is_closed_or_needs_what_all_need() {
    let shop = Shop::open().await;
    let token = shop.token("read:items write:items").await;
    for kind in BOTH {
        let named = "GET/me=&POST/items=write:items";
        let closed = shop.gateway(kind).with_variable("regent_scopes", named);
        assert_eq!(closed.ask("GET", "/items", Some(&token)).await.status, 403, "{kind:?}");
        assert_eq!(closed.ask("POST", "/items", Some(&token)).await.status, 200, "{kind:?}");
        for (others, expected) in [("read:items,write:items", 200), ("files,read:items", 403)] {
            let gateway = closed_with(&shop, kind, named).with_variable("regent_scope", others);
            assert_eq!(
                gateway.ask("GET", "/items", Some(&token)).await.status,
                expected,
                "{kind:?} {others}"
            );
        }
        let out_of_order = shop.gateway(kind).with_variable("regent_scopes", "GET /me=");
        let expected = if kind == Kind::Rest { 503 } else { 500 };
        assert_eq!(
            out_of_order.ask("GET", "/me", Some(&token)).await.status,
            expected,
            "{kind:?}"
        );
    }
}

/// Two subscriptions of an organization may share an audience, and an API serves one of them.
#[tokio::test]
async fn an_api_of_one_subscription_takes_no_token_of_another() {
    let shop = Shop::open().await;
    let token = shop.token("read:items").await;
    let (own, other) = (shop.region.subscription(), "sub_000000000000");
    for kind in BOTH {
        // As with any bad token.
        let bad = if kind == Kind::Rest { 401 } else { 403 };
        let undecided = if kind == Kind::Rest { 503 } else { 500 };
        let both = format!("{other},{own}");
        for (named, expected) in [
            (own, 200),
            (&both, 200),
            (other, bad),
            ("acme", undecided),
            (",", undecided),
        ] {
            let gateway = shop.gateway(kind).with_variable("regent_subscription", named);
            let seen = gateway.ask("GET", "/items", Some(&token)).await;
            assert_eq!(seen.status, expected, "{kind:?} {named}");
        }
    }
}

fn closed_with(shop: &Shop, kind: Kind, table: &str) -> super::Gateway {
    shop.gateway(kind).with_variable("regent_scopes", table)
}
