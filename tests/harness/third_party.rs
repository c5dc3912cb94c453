//! A third-party app: registered, approved, and as impatient as they come.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::{Answer, Asked, Browser, Region, encoded};

/// The verifier of every authorization of these tests.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A client of people that an admin registered.
pub(crate) struct ThirdParty<'a> {
    region: &'a Region,
    /// Its client ID.
    pub(crate) client_id: String,
    /// Its secret, if it has one.
    pub(crate) secret: Option<String>,
    /// Its one redirect URI.
    pub(crate) redirect_uri: String,
}

impl<'a> ThirdParty<'a> {
    /// A public client, whose origin nobody has approved.
    pub(crate) async fn register(region: &'a Region, redirect_uri: &str) -> Self {
        Self::with(region, redirect_uri, "none").await
    }

    /// A client with a secret.
    pub(crate) async fn confidential(region: &'a Region, redirect_uri: &str) -> Self {
        Self::with(region, redirect_uri, "client_secret_basic").await
    }

    async fn with(region: &'a Region, redirect_uri: &str, method: &str) -> Self {
        let asked =
            json!({"name": "Third party", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": method});
        let made = region
            .admin("POST", "/clients")
            .json(&asked)
            .send()
            .await
            .is(201)
            .json();
        Self {
            region,
            client_id: made["client_id"].as_str().unwrap().to_owned(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// A public client that registered itself.
    pub(crate) fn known(region: &'a Region, client_id: &str, redirect_uri: &str) -> Self {
        Self {
            region,
            client_id: client_id.to_owned(),
            secret: None,
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// The same client at another region.
    pub(crate) fn at<'b>(&self, region: &'b Region) -> ThirdParty<'b> {
        ThirdParty {
            region,
            client_id: self.client_id.clone(),
            secret: self.secret.clone(),
            redirect_uri: self.redirect_uri.clone(),
        }
    }

    /// A public client whose origin is approved, and the admin's browser.
    pub(crate) async fn approved(region: &'a Region) -> (Self, Browser) {
        let app = Self::register(region, "https://app.test/cb").await;
        let browser = region.admin_browser().await;
        app.request(&browser).await;
        app.decide("approved").await.is(200);
        (app, browser)
    }

    /// The path of an authorization request, some parameters replaced or, if empty, left out.
    pub(crate) fn path(&self, changes: &[(&str, &str)]) -> String {
        let challenge = BASE64URL.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("scope", "read:me"),
            ("state", "st&te"),
            ("resource", self.region.resource()),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let all = kept.chain(changes.iter().filter(|(_, value)| !value.is_empty()));
        let pairs: Vec<_> = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("/oauth/v1/authorize?{}", pairs.join("&"))
    }

    /// A person asks for the origin to be approved.
    pub(crate) async fn request(&self, browser: &Browser) -> Answer {
        let page = browser.open(&self.path(&[])).await.is(200);
        let form = page.form("/oauth/v1/authorize");
        browser.submit(&form, &[("action", "request")]).await
    }

    /// The admin decides about the origin.
    pub(crate) async fn decide(&self, status: &str) -> Answer {
        let id = self.approval().await["id"].as_str().unwrap().to_owned();
        let path = format!("/oauth-approvals/{id}");
        self.region
            .admin("PATCH", &path)
            .json(&json!({"status": status}))
            .send()
            .await
    }

    /// The decision as the admin sees it.
    pub(crate) async fn approval(&self) -> Value {
        let list = self.region.admin("GET", "/oauth-approvals").send().await.is(200).json();
        let ours = |one: &&Value| self.redirect_uri.starts_with(one["origin"].as_str().unwrap());
        list["items"].as_array().unwrap().iter().find(ours).unwrap().clone()
    }

    /// The person presses Allow: where that leads.
    pub(crate) async fn allow_at(&self, browser: &Browser, path: &str) -> Answer {
        let page = browser.open(path).await.is(200);
        let form = page.form("/oauth/v1/authorize");
        browser.submit(&form, &[("action", "allow")]).await
    }

    /// A code, fresh from Allow.
    pub(crate) async fn code(&self, browser: &Browser) -> String {
        let answer = self.allow_at(browser, &self.path(&[])).await.is(303);
        parameter(answer.header("location").unwrap(), "code").unwrap()
    }

    /// A token request with the client's authentication.
    pub(crate) fn token(&self, fields: &[(&str, &str)]) -> Asked {
        let asked = self.region.http.token();
        match &self.secret {
            Some(secret) => asked.basic(&self.client_id, secret).form(fields),
            None => asked.form(&[fields, &[("client_id", &self.client_id)]].concat()),
        }
    }

    /// Redeems a code, some parameters replaced or left out.
    pub(crate) fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Asked {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let kept = usual
            .iter()
            .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let all: Vec<_> = kept
            .chain(changes.iter().filter(|(_, value)| !value.is_empty()))
            .copied()
            .collect();
        self.token(&all)
    }

    /// Refreshes.
    pub(crate) fn refresh(&self, token: &str) -> Asked {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The tokens of a fresh grant.
    pub(crate) async fn tokens(&self, browser: &Browser) -> Tokens {
        let code = self.code(browser).await;
        Tokens::of(&self.redeem(&code, &[]).send().await.is(200))
    }
}

/// What the token endpoint answered.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        Self {
            access: answer.text("/access_token"),
            refresh: answer.text("/refresh_token"),
        }
    }
}

/// A parameter of a URL's query.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    let mut found = url.query_pairs().filter(|(known, _)| known == name);
    let value = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "{name} twice in {url}");
    value
}
