//! A person allows an app: what it is called, and its first refresh token.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use regent::acts::approval::Verdict;
use regent::acts::client::NewClient;
use regent::acts::credential::FreshSecret;
use regent::acts::session::{Browser, of_cookie};
use regent::acts::{Act, Caller, approval, authorize, client, perform, sign_in};
use regent::app::App;
use regent::domain::{ApprovalId, ApprovalStatus, Ask, Audience, CodeChallenge, Name, Password, RedirectUri, Scopes};
use regent::oauth::Asked;

use crate::replay::ask;
use crate::stand::Stand;

const BACK: &str = "https://notes.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A grant of the first admin's to an app that registered, and whose origin is approved.
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Grant {
    pub(crate) async fn made(stand: &Stand) -> Self {
        let (app, facts) = (&stand.region.app, &stand.region.facts);
        let caller = Caller::of(app, &facts.admin.token, None).await.unwrap();
        let uri = RedirectUri::parse(BACK).unwrap();
        let new = NewClient {
            name: Name::parse("Field Notes").unwrap(),
            redirect_uris: vec![uri.clone()],
            method: None,
        };
        let fresh = FreshSecret::of_new_credential(app);
        let act = client::Creation { new, fresh };
        let plan = async || act.plan(app, &caller, act.check(app, &caller).await?).await;
        let made = perform(app, plan).await.unwrap();
        approval::request(app, &caller, &made.client, &uri).await.unwrap();
        let verdict = Verdict {
            status: ApprovalStatus::Approved,
            reason: None,
        };
        approval::decide(app, &caller, &ApprovalId(uri.origin()), &verdict, None)
            .await
            .unwrap();
        let signed_in = signed_in(app, &facts.admin.email, &facts.admin.password).await;
        let challenge = BASE64URL.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
        let asked = Asked {
            ask: Ask {
                scopes: Scopes::parse("read:me").unwrap(),
                resource: Some(Audience::parse(&facts.resource).unwrap()),
            },
            challenge: CodeChallenge::parse(&challenge).unwrap(),
        };
        let subscription = facts.subscription.parse().unwrap();
        let code = authorize::allow(app, &signed_in, &made.client, &uri, &asked, subscription)
            .await
            .unwrap();
        let client_id = made.client.client_id.to_string();
        let form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={BACK}&client_id={client_id}&code_verifier={VERIFIER}",
            code.as_str()
        );
        let answer = ask(&crate::serve::routes(app), "/oauth/v1/token", Some(&form), None).await;
        let text = |name: &str| {
            answer.json[name]
                .as_str()
                .unwrap_or_else(|| panic!("{}", answer.json))
                .to_owned()
        };
        Self {
            client_id,
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

async fn signed_in(app: &App, email: &str, password: &str) -> regent::acts::session::SignedIn {
    let browser = Browser {
        source_ip: "192.0.2.1".to_owned(),
        user_agent: "bench".to_owned(),
        device: None,
    };
    let session = sign_in(app, (email, &Password::presented(password)), &browser, None)
        .await
        .unwrap();
    let begun = session.unwrap_or_else(|_| panic!("the admin cannot sign in"));
    of_cookie(app, &begun.session).await.unwrap().unwrap()
}
