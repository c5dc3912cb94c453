//! People are renamed, get another address, and are invited again.

use regent::domain::LinkPurpose::{Invitation, PasswordReset};
use serde_json::json;

use super::{PASSWORD, invited, link, person, signed_in, trail};
use crate::harness::Region;

#[tokio::test]
async fn a_person_gets_another_name_and_address() {
    let region = Region::start().await;
    let (id, before) = person(&region, json!(["viewer"])).await;
    let browser = region.browser();
    browser.sign_in(&before, PASSWORD).await.is(303);
    let token = link(&region, &id, PasswordReset).await;

    let asked = json!({"name": "Ada King", "email": "Ada.King@Acme.test"});
    let edited = region
        .admin("PATCH", &format!("/users/{id}"))
        .json(&asked)
        .send()
        .await
        .is(200);
    assert_eq!(
        (edited.text("/name"), edited.text("/email")),
        ("Ada King".into(), "ada.king@acme.test".into())
    );
    assert!(!signed_in(&browser).await, "whoever has the old address is out");
    region.browser().open(&format!("/password?token={token}")).await.is(410);
    region.browser().sign_in(&before, PASSWORD).await.is(422);
    region.browser().sign_in("ada.king@acme.test", PASSWORD).await.is(303);
    assert!(trail(&region, &id).await.contains(&"user.edited".to_owned()));

    // The old address is free again, the new one is not.
    let new = |email: &str| json!({"name": "B", "email": email, "user_type": "sales"});
    region.admin("POST", "/users").json(&new(&before)).send().await.is(201);
    let refused = region
        .admin("POST", "/users")
        .json(&new("ada.king@acme.test"))
        .send()
        .await;
    assert_eq!(refused.problem(409), "email-taken");
}

#[tokio::test]
async fn an_address_that_somebody_has_is_refused_and_nothing_changes() {
    let region = Region::start().await;
    let (id, email) = person(&region, json!(["viewer"])).await;
    let (_, taken) = person(&region, json!(["viewer"])).await;
    let path = format!("/users/{id}");
    let edit = |email: &str| {
        region
            .admin("PATCH", &path)
            .json(&json!({"name": "New", "email": email}))
    };
    assert_eq!(edit(&taken).send().await.problem(409), "email-taken");
    for bad in ["", "x", "a@127.0.0.1", "a@sub.127.0.0.1"] {
        assert_eq!(edit(bad).send().await.problem(400), "invalid-fields", "{bad}");
    }
    let now = region.admin("GET", &path).send().await.is(200);
    assert_eq!(
        (now.text("/email"), now.text("/name")),
        (email.clone(), "A person".to_owned())
    );
    let browser = region.browser();
    browser.sign_in(&email, PASSWORD).await.is(303);
    // The same address is no change, and ends nothing.
    edit(&email.to_uppercase()).send().await.is(200);
    assert!(signed_in(&browser).await);
}

#[tokio::test]
async fn nobody_takes_over_an_account_that_holds_more_than_theirs() {
    let region = Region::start().await;
    let role = region
        .role("People", json!(["users:read", "users:manage"]), json!([]))
        .await;
    let (_, token) = region.person(json!([role]), None).await;
    let admin = region.admin_id().await;
    for (target, allowed) in [
        (admin, false),
        (person(&region, json!(["viewer"])).await.0, false),
        (person(&region, json!([role])).await.0, true),
        (person(&region, json!([])).await.0, true),
    ] {
        for body in [
            json!({"email": format!("{}@acme.test", &target[4..])}),
            json!({"name": "Mine"}),
        ] {
            let answer = region
                .by(&token, "PATCH", &format!("/users/{target}"))
                .json(&body)
                .send()
                .await;
            let expected = if allowed { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{target} {body} {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_former_service_account_gets_an_address_of_its_own() {
    let region = Region::start().await;
    let account = region.account().await;
    let path = format!("/users/{}", account.id);
    for field in [json!({"name": "x"}), json!({"email": "x@acme.test"})] {
        assert_eq!(
            region.admin("PATCH", &path).json(&field).send().await.problem(400),
            "invalid-fields"
        );
    }
    let asked =
        json!({"user_type": "licensed", "confirm_credential_loss": true, "email": "robot@acme.test", "name": "Robot"});
    let edited = region.admin("PATCH", &path).json(&asked).send().await.is(200);
    assert_eq!(edited.text("/email"), "robot@acme.test");
    let token = link(&region, &account.id, Invitation).await;
    let browser = region.browser();
    let form = browser
        .open(&format!("/password?token={token}"))
        .await
        .is(200)
        .form("/password");
    browser.submit(&form, &[("password", PASSWORD)]).await.is(303);
    region.browser().sign_in("robot@acme.test", PASSWORD).await.is(303);
    // Its former name is free.
    let again = json!({"name": account.body["name"], "subscription": region.subscription()});
    region
        .admin("POST", "/service-accounts")
        .json(&again)
        .send()
        .await
        .is(201);
}

#[tokio::test]
async fn an_invitation_is_sent_again_and_the_earlier_ones_are_void() {
    let region = Region::start().await;
    let (id, _) = invited(&region, json!(["viewer"])).await;
    let first = link(&region, &id, Invitation).await;
    let path = format!("/users/{id}/invitation");
    region.admin("POST", &path).send().await.is(202);
    assert_eq!(trail(&region, &id).await, ["user.created", "user.invited"]);
    region.browser().open(&format!("/password?token={first}")).await.is(410);
    let second = link(&region, &id, Invitation).await;
    region
        .browser()
        .open(&format!("/password?token={second}"))
        .await
        .is(200);
}

#[tokio::test]
async fn an_invitation_is_for_whoever_has_no_password_and_from_whoever_manages_people() {
    let region = Region::start().await;
    let (active, _) = person(&region, json!([])).await;
    let account = region.account().await;
    for id in [active, account.id] {
        let answer = region.admin("POST", &format!("/users/{id}/invitation")).send().await;
        assert_eq!(answer.problem(400), "invalid-fields");
    }
    let (new, viewer) = region.person(json!(["viewer"]), None).await;
    let path = format!("/users/{new}/invitation");
    assert_eq!(region.by(&viewer, "POST", &path).send().await.problem(403), "forbidden");
    region
        .admin("POST", "/users/usr_000000000000/invitation")
        .send()
        .await
        .problem(404);
    region.http.post(&format!("/api/v1{path}")).send().await.problem(401);
}
