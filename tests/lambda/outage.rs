//! Without its table a function decides nothing: it refuses and says that it will know again.

use serde_json::json;

use crate::lambda::accounts::problem;
use crate::lambda::authorize::{page, sign_in};
use crate::lambda::case::{Case, answers, fails};
use crate::lambda::stage::Stage;
use crate::lambda::token::{account, tokens};

#[tokio::test]
async fn without_a_table_every_binary_refuses() {
    let mut stage = Stage::start().await;
    let before = [account(), tokens(), sign_in()];
    stage.plays(before.into_iter().flatten().collect()).await;
    stage.loses_the_table().await;
    stage.plays(refusals()).await;
}

/// A good client and a good token: neither can be told from a bad one now.
fn refusals() -> Vec<Case> {
    let unavailable = |event| {
        answers(event, 503)
            .header("retry-after", "1")
            .without_header("x-auth-subject")
    };
    vec![
        unavailable("token/token-by-body").body("/error", "temporarily_unavailable"),
        unavailable("token/introspect"),
        unavailable("token/revoke"),
        unavailable("token/jwks"),
        answers("token/health", 503).body("", json!({"status": "fail", "region": "us"})),
        unavailable("verify/forward-auth"),
        fails("verify/authorizer-http", "verification is unavailable"),
        fails("verify/authorizer-rest", "verification is unavailable"),
        problem("accounts/service-account-list", 503),
        page("authorize/sign-in", 503).header("retry-after", "1"),
        page("console/service-accounts", 503).header("retry-after", "1"),
    ]
}
