//! Where API Gateway remembers decisions, one route's must not become another's.

use super::snippet::BOTH;
use super::{Kind, ROUTES, Shop, enough};

const HELD: [&str; 3] = ["read:items", "write:items", "read:items write:items"];

/// Every route after every other one, so that each decision is met by each request.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ROUTES
        .iter()
        .flat_map(|first| ROUTES.iter().flat_map(move |second| [*first, *second]))
}

#[tokio::test]
async fn as_the_templates_cache_every_decision_stays_right() {
    let shop = Shop::open().await;
    for kind in BOTH {
        for held in HELD {
            let token = shop.token(held).await;
            let gateway = shop.gateway(kind).remembering();
            for (method, path, needed) in pairs() {
                let seen = gateway.ask(method, path, Some(&token)).await;
                let expected = if enough(held, needed) { 200 } else { 403 };
                assert_eq!(seen.status, expected, "{kind:?} {method} {path} with {held}");
            }
        }
    }
}

/// The cache of a REST API that was set up by hand, with the token alone as its key: routes without
/// parameters work, others may be refused for a while, and nobody comes in who must not.
#[tokio::test]
async fn a_rest_api_that_caches_by_the_token_alone_lets_nobody_in_who_lacks_a_scope() {
    let shop = Shop::open().await;
    for held in HELD {
        let token = shop.token(held).await;
        for (first_method, first, _) in ROUTES {
            let gateway = shop.gateway(Kind::Rest).remembering();
            let gateway = gateway.identified_by(&["method.request.header.Authorization"]);
            gateway.ask(first_method, first, Some(&token)).await;
            for (method, path, needed) in ROUTES {
                let seen = gateway.ask(method, path, Some(&token)).await;
                let plain = ["/items", "/me"].contains(&path);
                let same = (method, path) == (first_method, first);
                let known = enough(held, needed) && (plain || same);
                assert_eq!(
                    seen.status == 200,
                    known,
                    "{method} {path} after {first_method} {first} with {held}"
                );
            }
        }
    }
}

/// A caller who writes a pattern into the path of what is allowed gets no pattern into the policy.
#[tokio::test]
async fn nobody_widens_what_is_remembered() {
    let shop = Shop::open().await;
    let token = shop.token("read:items").await;
    for path in ["/items/*", "/items/?", "/items/${*}"] {
        let gateway = shop.gateway(Kind::Rest).remembering();
        let gateway = gateway.identified_by(&["method.request.header.Authorization"]);
        assert_eq!(gateway.ask("GET", path, Some(&token)).await.status, 403);
        assert_eq!(gateway.ask("GET", "/items/1", Some(&token)).await.status, 403);
        assert_eq!(gateway.ask("GET", "/items", Some(&token)).await.status, 200);
    }
}

/// What README says a cache costs.
#[tokio::test]
async fn a_remembered_token_outlives_its_revocation() {
    let shop = Shop::open().await;
    for kind in BOTH {
        let token = shop.token("read:items").await;
        let gateway = shop.gateway(kind).remembering();
        assert_eq!(gateway.ask("GET", "/items", Some(&token)).await.status, 200);
        shop.revoke(&token).await;
        assert_eq!(gateway.ask("GET", "/items", Some(&token)).await.status, 200, "{kind:?}");
        assert_ne!(
            gateway.ask("GET", "/items/1", Some(&token)).await.status,
            200,
            "{kind:?}"
        );
    }
}
