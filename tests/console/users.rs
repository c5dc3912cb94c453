//! Users in the console: invited, changed, made persons of programs, deleted.

use serde_json::{Value, json};

use super::{browser_of, token_status};
use crate::harness::Region;

const LIST: &str = "/console/users";
const NEW: &str = "/console/users/new";

async fn user(region: &Region, id: &str) -> Value {
    region.admin("GET", &format!("/users/{id}")).send().await.is(200).json()
}

#[tokio::test]
async fn a_person_is_invited_once() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.is(200).form(NEW);
    let typed = [
        ("name", "Grace"),
        ("email", "grace@acme.test"),
        ("user_type", "sales"),
        ("roles", "viewer"),
    ];
    let done = browser
        .submit(&form, &typed)
        .await
        .leads_to(&format!("{LIST}?done=user-invited"));
    browser.submit(&form, &typed).await.is(303);
    let page = browser.open(&done.location().unwrap()).await.is(200);
    let words = page.words();
    assert!(words.contains("An invitation is on its way."), "{words}");
    assert_eq!(page.body.matches("grace@acme.test").count(), 1, "{page:#?}");
    assert!(
        words.contains("Sales") && words.contains("Viewer") && words.contains("Invited"),
        "{words}"
    );

    let taken = browser.open(NEW).await.form(NEW);
    let again = browser.submit(&taken, &typed).await.is(409);
    assert!(again.words().contains("has this address already"), "{again:#?}");
    assert_eq!(again.form(NEW).field("name"), "Grace");
    let again = browser
        .submit(&taken, &[("name", "Grace"), ("email", "grace at acme")])
        .await
        .is(400);
    assert!(again.words().contains("Must be an e-mail address."), "{again:#?}");
    assert_eq!(again.form(NEW).field("email"), "grace at acme");
}

#[tokio::test]
async fn type_roles_and_reach_of_a_person_change() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let (id, _) = region.person(json!(["viewer"]), None).await;
    let path = format!("{LIST}/{id}");
    let form = browser.open(&path).await.is(200).form(&path);
    let typed = [
        ("user_type", "view_only"),
        ("roles", "viewer"),
        ("roles", region.reader()),
        ("subscription", region.subscription()),
        ("name", "Renamed"),
    ];
    browser
        .submit(&form, &typed)
        .await
        .leads_to(&format!("{path}?done=user-saved"));
    let now = user(&region, &id).await;
    assert_eq!(now["user_type"], "view_only");
    assert_eq!(now["name"], "Renamed");
    assert_eq!(now["subscription"], region.subscription());
    assert_eq!(now["roles"].as_array().unwrap().len(), 2);
    let stale = browser.submit(&form, &[("user_type", "sales")]).await.is(412);
    assert_eq!(stale.form(&path).field("user_type"), "sales");
}

#[tokio::test]
async fn a_type_change_that_destroys_credentials_shows_which_and_waits() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let account = region.account().await;
    let more = json!({"name": "Deploy <key>"});
    region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&more)
        .send()
        .await
        .is(201);
    let token = account.token(&region).await;

    let path = format!("{LIST}/{}", account.id);
    let form = browser.open(&path).await.is(200).form(&path);
    let typed = [("user_type", "licensed"), ("email", "person@acme.test")];
    let question = browser.submit(&form, &typed).await.is(409);
    let words = question.words();
    for said in ["2 credentials", "default", "Deploy <key>", "at once and for good"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert_eq!(region.verified(&token).await, 200, "nothing has happened yet");
    assert_eq!(user(&region, &account.id).await["user_type"], "service");

    let form = question.form(&path);
    browser
        .submit(&form, &[])
        .await
        .leads_to(&format!("{path}?done=account-converted"));
    assert_eq!(region.verified(&token).await, 401);
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 401);
    let now = user(&region, &account.id).await;
    assert_eq!(
        (&now["user_type"], &now["email"]),
        (&json!("licensed"), &json!("person@acme.test"))
    );
}

#[tokio::test]
async fn a_confirmed_loss_is_not_of_what_came_after_the_question() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let account = region.account().await;
    let path = format!("{LIST}/{}", account.id);
    let form = browser.open(&path).await.form(&path);
    let question = browser.submit(&form, &[("user_type", "licensed")]).await.is(409);
    let more = json!({"name": "came later"});
    region
        .admin("POST", &format!("{}/credentials", account.path()))
        .json(&more)
        .send()
        .await
        .is(201);
    browser.submit(&question.form(&path), &[]).await.is(412);
    assert_eq!(user(&region, &account.id).await["user_type"], "service");
}

#[tokio::test]
async fn the_last_organization_admin_stays_and_the_page_says_why() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let listed = region.admin("GET", "/users").send().await.json();
    let admin = &region.running.facts.admin.email;
    let all = listed["items"].as_array().unwrap();
    let id = all.iter().find(|one| one["email"] == admin.as_str()).unwrap()["id"]
        .as_str()
        .unwrap();

    let delete = format!("{LIST}/{id}/delete");
    let form = browser.open(&delete).await.is(200).form(&delete);
    let kept = browser.submit(&form, &[]).await.is(409);
    assert!(
        kept.words().contains("This is the last organization admin"),
        "{kept:#?}"
    );
    let path = format!("{LIST}/{id}");
    let form = browser.open(&path).await.form(&path);
    let kept = browser.submit(&form, &[("roles", "viewer")]).await.is(409);
    assert!(
        kept.words().contains("Make somebody else an organization admin first"),
        "{kept:#?}"
    );
    assert_eq!(user(&region, id).await["roles"], json!(["organization_admin"]));
}

#[tokio::test]
async fn a_deleted_person_is_signed_out() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let (id, theirs) = browser_of(&region, json!(["viewer"]), None).await;
    theirs.open(LIST).await.is(200);
    let path = format!("{LIST}/{id}/delete");
    let form = browser.open(&path).await.is(200).form(&path);
    browser
        .submit(&form, &[])
        .await
        .leads_to(&format!("{LIST}?done=user-deleted"));
    theirs.open(LIST).await.is(303);
    browser.submit(&form, &[]).await.is(303);
}

#[tokio::test]
async fn an_invitation_is_sent_again_until_there_is_a_password() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let (id, _) = region.person(json!(["viewer"]), None).await;
    let path = format!("{LIST}/{id}/invitation");
    let page = browser.open(&format!("{LIST}/{id}")).await.is(200);
    assert!(page.body.contains(&path), "{page:#?}");
    let form = browser.open(&path).await.is(200).form(&path);
    browser
        .submit(&form, &[])
        .await
        .leads_to(&format!("{LIST}/{id}?done=invitation-sent"));
    let trail = region.admin("GET", "/audit-events").send().await.json();
    let events = trail["items"].as_array().unwrap();
    let invited = events
        .iter()
        .any(|event| event["action"] == "user.invited" && event["target"]["id"] == id);
    assert!(invited, "{events:#?}");

    let (signed_in, _) = browser_of(&region, json!(["viewer"]), None).await;
    let path = format!("{LIST}/{signed_in}/invitation");
    let form = browser.open(&path).await.form(&path);
    let refused = browser.submit(&form, &[]).await.is(409);
    assert!(
        refused.words().contains("have set a password meanwhile"),
        "{refused:#?}"
    );
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_hold() {
    let region = Region::start().await;
    let role = region
        .role("People", json!(["users:read", "users:manage"]), json!([]))
        .await;
    let (_, browser) = browser_of(&region, json!([role]), None).await;
    let page = browser.open(NEW).await.is(200);
    assert!(
        page.body.contains(&format!("value=\"{role}\"")) && !page.body.contains("organization_admin"),
        "{page:#?}"
    );
    let typed = [
        ("name", "Mallory"),
        ("email", "m@acme.test"),
        ("roles", "organization_admin"),
    ];
    let refused = browser.submit(&page.form(NEW), &typed).await.is(403);
    assert!(
        refused.words().contains("You can only hand out what you hold yourself"),
        "{refused:#?}"
    );
}

/// What would be refused is not offered; who asks for it all the same reads why.
#[tokio::test]
async fn whoever_holds_less_is_offered_nothing_that_changes_somebody_larger() {
    let region = Region::start().await;
    let privileges = json!([
        "users:read",
        "users:manage",
        "service_accounts:read",
        "service_accounts:manage"
    ]);
    let role = region.role("people", privileges, json!([])).await;
    let (_, browser) = browser_of(&region, json!([role]), None).await;
    let (admin, account) = (region.admin_id().await, region.account().await);
    let (smaller, _) = region.person(json!([]), None).await;
    let list = browser.open(LIST).await.is(200).body;
    assert!(list.contains(&format!("{LIST}/{smaller}")) && !list.contains(&format!("{LIST}/{admin}")));
    let page = format!("/console/service-accounts/{}", account.id);
    let shown = browser.open(&page).await.is(200).body;
    for offer in ["/edit\"", "/rotate\"", "/new\"", "delete?account"] {
        assert!(
            !shown.contains(&format!("{page}{offer}")) && !shown.contains("delete?account"),
            "{offer}: {shown}"
        );
    }
    let credential = account.body["credential"]["id"].as_str().unwrap();
    for path in [
        format!("{LIST}/{admin}"),
        format!("{LIST}/{admin}/delete"),
        format!("{LIST}/{admin}/invitation"),
        format!("{page}/edit"),
        format!("/console/service-accounts/delete?account={}", account.id),
        format!("{page}/credentials/new"),
        format!("{page}/credentials/{credential}/edit"),
        format!("{page}/credentials/{credential}/rotate"),
        format!("{page}/credentials/delete?credential={credential}"),
    ] {
        let words = browser.open(&path).await.is(403).words();
        assert!(words.contains("This holds more than you do"), "{path}: {words}");
    }
}
