//! Who gets which mail.

use std::collections::BTreeSet;

use regent::acts::Caller;
use regent::acts::approval::request;
use regent::domain::{Action, AuditEvent, ClientId, RedirectUri, Target};
use serde_json::json;

use super::record::{requested, write};
use crate::harness::{Organization, Region, ThirdParty};

/// The secret of the one link in a mail.
fn token(mail: &serde_json::Value) -> &str {
    let link = mail["links"][0].as_str().unwrap();
    link.split_once("/password?token=").unwrap().1
}

async fn invite(region: &Region, name: &str, email: &str) -> String {
    let asked = json!({"name": name, "email": email, "user_type": "licensed", "roles": ["viewer"]});
    region
        .admin("POST", "/users")
        .json(&asked)
        .send()
        .await
        .is(201)
        .text("/id")
}

#[tokio::test]
async fn a_new_person_is_invited_once_with_a_link_that_only_the_mail_has() {
    let region = Region::start().await;
    invite(&region, "Grace Hopper", "grace@acme.test").await;
    let mails = region.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!(
        (&mail["to"], &mail["subject"]),
        (&json!("grace@acme.test"), &json!("Acme: your invitation"))
    );
    assert_eq!(mail["from"], "regent@us.test");
    assert_eq!(token(mail).len(), 43);
    let links = region
        .rows()
        .await
        .into_iter()
        .filter(|row| row["pk"].as_s().unwrap().starts_with("LINK#"));
    assert_eq!(links.count(), 1);
    let table = format!("{:?}", region.rows().await);
    assert!(!table.contains(token(mail)), "the table has a digest");
    assert!(!json!(region.events().await).to_string().contains(token(mail)));
}

#[tokio::test]
async fn programs_get_no_mail_and_whoever_has_a_password_is_not_invited() {
    let region = Region::start().await;
    region.account().await;
    let grace = invite(&region, "Grace Hopper", "grace@acme.test").await;
    region.mails().await;
    region.give_password(&grace, "a long enough pass phrase").await;
    let invited = AuditEvent {
        action: Action::UserInvited,
        target: Target {
            id: grace,
            name: "Grace Hopper".to_owned(),
        },
        ..requested(&region, "")
    };
    write(&region, &invited).await;
    assert_eq!(region.mails().await.len(), 1);
}

#[tokio::test]
async fn whoever_forgot_a_password_gets_a_link_and_whoever_is_gone_nothing() {
    let region = Region::start().await;
    let grace = invite(&region, "Grace Hopper", "grace@acme.test").await;
    let reset = |id: &str| AuditEvent {
        action: Action::PasswordResetRequested,
        target: Target {
            id: id.to_owned(),
            name: "Grace Hopper".to_owned(),
        },
        ..requested(&region, "")
    };
    write(&region, &reset(&grace)).await;
    write(&region, &reset("usr_000000000000")).await;
    let mails = region.mails_to("grace@acme.test").await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert_eq!(mails[1]["subject"], "Acme: choose a new password");
    assert_ne!(token(&mails[0]), token(&mails[1]));
    assert_eq!(region.dead_letters().await, [] as [serde_json::Value; 0]);
}

/// Those who decide: people of the organization with the privilege and no limit to a subscription.
#[tokio::test]
async fn a_request_for_approval_is_mailed_to_every_admin_and_nobody_else() {
    let region = Region::start().await;
    let other = Organization::found(&region).await;
    let reviewer = region
        .role(
            "Reviewer",
            json!(["oauth_approvals:read", "oauth_approvals:manage"]),
            json!([]),
        )
        .await;
    for (name, roles, subscription) in [
        ("second-admin", json!(["organization_admin"]), None),
        ("reviewer", json!([reviewer]), None),
        ("limited", json!([reviewer]), Some(region.subscription())),
        ("viewer", json!(["viewer"]), None),
    ] {
        let asked = json!({
            "name": name, "email": format!("{name}@acme.test"), "user_type": "licensed", "roles": roles,
            "subscription": subscription,
        });
        region.admin("POST", "/users").json(&asked).send().await.is(201);
    }
    region.account_with(json!({"roles": [reviewer]})).await;
    write(&region, &requested(&region, "Claude")).await;

    let mut asking = region.mails().await;
    asking.retain(|mail| mail["subject"] == "Acme: claude.ai asks for access");
    let to: Vec<_> = asking.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    assert_eq!(
        to.iter().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from(["admin@acme.test", "reviewer@acme.test", "second-admin@acme.test"])
    );
    assert_eq!(to.len(), 3);
    let console = format!(
        "{}/console/oauth-approvals#apr_aHR0cHM6Ly9jbGF1ZGUuYWk",
        region.running.issuer
    );
    for mail in &asking {
        assert_eq!(mail["links"], json!([console]), "the only link");
    }
    assert!(region.mails_to("admin@globex.test").await.is_empty(), "{}", other.id);
}

#[tokio::test]
async fn fifty_requests_for_one_origin_are_one_mail_to_each_admin() {
    let region = Region::start().await;
    let client = ThirdParty::register(&region, "https://app.test/cb").await.client_id;
    let app = region.running.app.clone();
    let client = app
        .store()
        .client(&ClientId::parse(&client).unwrap())
        .await
        .unwrap()
        .unwrap();
    let token = region.running.facts.admin.token.clone();
    let uri = RedirectUri::parse("https://app.test/cb").unwrap();
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let (app, client, token, uri) = (app.clone(), client.clone(), token.clone(), uri.clone());
            tokio::spawn(async move {
                let caller = Caller::of(&app, &token, None).await.unwrap();
                // On a machine with too much to do the table may be too late, and whoever asks asks again.
                let mut left = 20;
                while let Err(error) = request(&app, &caller, &client, &uri).await {
                    left -= 1;
                    assert!(left > 0, "{error}");
                }
            })
        })
        .collect();
    for request in requests {
        request.await.unwrap();
    }
    let mails = region.mails_to("admin@acme.test").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "Acme: app.test asks for access");
    assert!(mails[0]["text"].as_str().unwrap().contains("“Third party”"));
}
