//! What one service account and one person's app hold, and what of it is alive.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::sync::OnceCell;

use crate::harness::{Account, Apart, Browser, HtmlForm, Http, Region, ThirdParty, Tokens};

/// The password of everybody here.
pub(super) const PASSWORD: &str = "a long enough pass phrase";
/// Where the app's codes go; the region's first admin has approved the origin.
pub(super) const REDIRECT: &str = "https://app.test/cb";

/// A region with an approved origin and an app that registered itself.
pub(super) struct Ground {
    pub(super) region: Region,
    /// A second process, with a memory of its own.
    pub(super) other: Apart,
    /// A service account that asks about the others' tokens.
    watcher: Account,
    /// The app that registered itself.
    app: String,
    /// The sample API's resource.
    pub(super) api: String,
    /// A subscription without API resources.
    pub(super) elsewhere: String,
}

/// Something that an act ends or leaves alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Thing {
    /// The service account's access token.
    Token,
    /// The service account's secret.
    Secret,
    /// The access tokens of what the person allowed the app.
    Access,
    /// The refresh token of the same.
    Refresh,
}

/// What the service account and the app hold.
pub(super) struct Held<'a> {
    pub(super) account: Account,
    pub(super) token: String,
    pub(super) person: String,
    pub(super) email: String,
    pub(super) browser: Browser,
    pub(super) app: ThirdParty<'a>,
    /// The code that was redeemed.
    pub(super) code: String,
    /// A refresh token that was spent.
    pub(super) spent: String,
    pub(super) tokens: Tokens,
    /// The form by which the person takes the grant back, once it was seen.
    pub(super) take_back: OnceCell<HtmlForm>,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let region = Region::start().await;
        ThirdParty::approved(&region).await;
        let asked = json!({"redirect_uris": [REDIRECT], "client_name": "Self", "token_endpoint_auth_method": "none"});
        let app = region.http.post("/oauth/v1/register").json(&asked).send().await;
        let api = region.resource_id().await;
        Self {
            elsewhere: region.empty_subscription().await,
            api,
            app: app.is(201).text("/client_id"),
            watcher: region.account().await,
            other: Apart::with(&region, |_| ()).await,
            region,
        }
    }

    /// The app that registered itself.
    pub(super) fn app(&self) -> ThirdParty<'_> {
        ThirdParty::known(&self.region, &self.app, REDIRECT)
    }

    /// A service account and a person with an app, with everything they can get.
    pub(super) async fn held(&self, app: ThirdParty<'_>) -> Held<'_> {
        let region = &self.region;
        let fields = json!({"roles": [region.editor()], "token_lifetime": 300});
        let account = region.account_with(fields).await;
        let (person, _) = region.person(json!([region.editor()]), None).await;
        let (email, browser) = (region.give_password(&person, PASSWORD).await, region.browser());
        browser.sign_in(&email, PASSWORD).await.is(303);
        let app = app.at(region);
        let code = app.code(&browser).await;
        let first = Tokens::of(&app.redeem(&code, &[]).send().await.is(200));
        let tokens = Tokens::of(&app.refresh(&first.refresh).send().await.is(200));
        // Past the moment in which the token before is good again.
        region.wait(11);
        let held = Held {
            token: account.token(region).await,
            account,
            person,
            email,
            browser,
            app,
            code,
            spent: first.refresh,
            tokens,
            take_back: OnceCell::new(),
        };
        assert_eq!(
            (
                self.accepted(&held.token).await,
                self.accepted(&held.tokens.access).await
            ),
            (true, true)
        );
        held
    }

    /// What of all that is alive.
    pub(super) async fn alive(&self, held: &Held<'_>) -> BTreeSet<Thing> {
        let mut alive = BTreeSet::new();
        if self.accepted(&held.token).await {
            alive.insert(Thing::Token);
        }
        let again = held.account.grant(&self.region, &[]).await;
        if again.status == 200 {
            alive.insert(Thing::Secret);
            // What is given out again is what is accepted.
            let same = again.text("/access_token") == held.token;
            assert_eq!(same, alive.contains(&Thing::Token), "{again:?}");
            assert!(self.verified(&self.region.http, &again.text("/access_token")).await);
        }
        if self.accepted(&held.tokens.access).await {
            alive.insert(Thing::Access);
        }
        let refreshed = held.app.refresh(&held.tokens.refresh).send().await;
        if refreshed.status == 200 {
            alive.insert(Thing::Refresh);
            assert!(self.verified(&self.other.http, &Tokens::of(&refreshed).access).await);
        }
        alive
    }

    /// Whether a token is good at every face of verification; they must agree.
    pub(super) async fn accepted(&self, token: &str) -> bool {
        let asked = self
            .watcher
            .ask(&self.region, "/oauth/v1/introspect", &[("token", token)]);
        let active = asked.send().await.is(200).json()["active"] == true;
        let api = self.region.http.get("/acme/me").bearer(token).send().await.status == 200;
        let faces = [
            self.verified(&self.region.http, token).await,
            self.verified(&self.other.http, token).await,
            active,
            api,
        ];
        assert!(
            faces.iter().all(|face| *face == faces[0]),
            "verify, verify, introspection, authorizer: {faces:?}"
        );
        faces[0]
    }

    /// Whether one process accepts a token.
    pub(super) async fn verified(&self, http: &Http, token: &str) -> bool {
        let asked = http.get("/verify").query(&[("resource", self.region.resource())]);
        asked.bearer(token).send().await.status == 200
    }

    /// Does something as the first admin.
    pub(super) async fn patch(&self, path: &str, body: serde_json::Value) {
        self.region.admin("PATCH", path).json(&body).send().await.is(200);
    }
}

impl Held<'_> {
    /// The grant's id, which a refresh token carries behind its user's.
    pub(super) fn grant(&self) -> String {
        format!("grn_{}", &self.tokens.refresh[16..28])
    }
}
