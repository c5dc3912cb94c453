//! Credentials in the console: shown once, rotated, edited, deleted.

use serde_json::json;

use super::{copyable, token_status};
use crate::harness::{Account, Browser, Region};

async fn start() -> (Region, Browser, Account) {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let account = region.account().await;
    (region, browser, account)
}

fn page_of(account: &Account) -> String {
    format!("/console/service-accounts/{}", account.id)
}

/// The id of the account's only credential.
async fn only(region: &Region, account: &Account) -> String {
    let path = format!("{}/credentials", account.path());
    region.admin("GET", &path).send().await.text("/items/0/id")
}

#[tokio::test]
async fn a_new_credential_is_revealed_once() {
    let (region, browser, account) = start().await;
    let path = format!("{}/credentials/new", page_of(&account));
    let form = browser.open(&path).await.is(200).form(&path);
    let typed = [
        ("name", "CI"),
        ("redirect_uri", "https://ci.example.com/cb"),
        ("expiry", "30"),
    ];
    let reveal = browser.submit(&form, &typed).await.is(200).not_kept();
    let (client_id, secret) = (copyable(&reveal, "client-id"), copyable(&reveal, "client-secret"));
    assert_eq!(token_status(&region, &client_id, &secret).await, 200);
    assert_eq!(
        copyable(&reveal, "token-endpoint"),
        region.running.issuer.at("/oauth/v1/token")
    );
    assert!(reveal.words().contains("I’ve saved these"), "{reveal:#?}");

    let again = browser.submit(&form, &typed).await.is(200);
    assert!(
        !again.body.contains(&secret) && again.words().contains("sent already"),
        "{again:#?}"
    );
    let detail = browser.open(&page_of(&account)).await.is(200);
    assert_eq!(detail.body.matches("name=\"credential\"").count(), 2);
    assert!(detail.words().contains("https://ci.example.com/cb"), "{detail:#?}");
    assert!(!detail.body.contains(&secret) && !detail.body.contains(&client_id));

    region.wait(31 * 86_400);
    assert_eq!(token_status(&region, &client_id, &secret).await, 401, "it has expired");
}

#[tokio::test]
async fn refused_fields_of_a_credential_are_kept() {
    let (region, browser, account) = start().await;
    let path = format!("{}/credentials/new", page_of(&account));
    let form = browser.open(&path).await.form(&path);
    let typed = [
        ("name", "CI"),
        ("redirect_uri", "http://example.com/"),
        ("expiry", "date"),
        ("day", "2001-01-01"),
    ];
    let again = browser.submit(&form, &typed).await.is(400);
    let words = again.words();
    assert!(
        words.contains("Must be a redirect URI") && words.contains("has not begun"),
        "{words}"
    );
    for (name, value) in typed {
        assert_eq!(again.form(&path).field(name), value);
    }
    let typed = [("redirect_uri", ""), ("day", "2999-01-01")];
    browser.submit(&again.form(&path), &typed).await.is(200);
    let listed = region
        .admin("GET", &format!("{}/credentials", account.path()))
        .send()
        .await;
    let all = listed.json()["items"].clone();
    let made = all.as_array().unwrap().iter().find(|one| one["name"] == "CI").unwrap();
    assert_eq!(made["expires_at"], "2999-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_rotation_says_what_dies_and_kills_it() {
    let (region, browser, account) = start().await;
    let path = format!(
        "{}/credentials/{}/rotate",
        page_of(&account),
        only(&region, &account).await
    );
    let token = account.token(&region).await;
    let page = browser.open(&path).await.is(200);
    assert!(page.words().contains("every token obtained with it"), "{page:#?}");
    assert_eq!(region.verified(&token).await, 200, "a question changes nothing");

    let form = page.form(&path);
    let reveal = browser.submit(&form, &[]).await.is(200).not_kept();
    let secret = copyable(&reveal, "client-secret");
    assert_eq!(copyable(&reveal, "client-id"), account.client_id, "the client ID stays");
    assert_eq!(region.verified(&token).await, 401);
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 401);
    assert_eq!(token_status(&region, &account.client_id, &secret).await, 200);
    // Sent again, it rotates nothing.
    let again = browser.submit(&form, &[]).await.is(200);
    assert!(!again.body.contains(&secret));
    assert_eq!(token_status(&region, &account.client_id, &secret).await, 200);
}

#[tokio::test]
async fn an_overlap_keeps_the_old_secret_for_as_long_as_was_chosen() {
    let (region, browser, account) = start().await;
    let path = format!(
        "{}/credentials/{}/rotate",
        page_of(&account),
        only(&region, &account).await
    );
    let form = browser.open(&path).await.form(&path);
    let reveal = browser.submit(&form, &[("overlap_seconds", "3600")]).await.is(200);
    assert!(
        reveal.words().contains("The secret before this one works until"),
        "{reveal:#?}"
    );
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 200);
    region.wait(3601);
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 401);

    let form = browser.open(&path).await.form(&path);
    let refused = browser.submit(&form, &[("overlap_seconds", "604801")]).await.is(400);
    assert!(
        refused.words().contains("Must be at most 604800 seconds."),
        "{refused:#?}"
    );
}

#[tokio::test]
async fn name_and_redirect_uri_change_and_the_secret_goes_on_working() {
    let (region, browser, account) = start().await;
    let path = format!(
        "{}/credentials/{}/edit",
        page_of(&account),
        only(&region, &account).await
    );
    let form = browser.open(&path).await.is(200).form(&path);
    assert!(form.fields.iter().all(|(name, _)| name != "expiry"), "{form:?}");
    let typed = [("name", "Laptop"), ("redirect_uri", "https://laptop.example.com/")];
    let saved = browser.submit(&form, &typed).await;
    saved.leads_to(&format!("{}?done=credential-saved", page_of(&account)));
    let detail = browser.open(&page_of(&account)).await.words();
    assert!(
        detail.contains("Laptop") && detail.contains("https://laptop.example.com/"),
        "{detail}"
    );
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 200);
    let stale = browser.submit(&form, &[("name", "Mine")]).await.is(412);
    assert_eq!(stale.form(&path).field("name"), "Mine");
}

#[tokio::test]
async fn credentials_are_deleted_together_after_a_question() {
    let (region, browser, account) = start().await;
    let path = format!("{}/credentials", account.path());
    let more = json!({"name": "second"});
    region.admin("POST", &path).json(&more).send().await.is(201);
    let listed = region.admin("GET", &path).send().await.json();
    let ids: Vec<String> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();

    let delete = format!("{}/credentials/delete", page_of(&account));
    let detail = browser.open(&page_of(&account)).await.form(&delete);
    let chosen = [("credential", ids[0].as_str()), ("credential", ids[1].as_str())];
    let page = browser.submit(&detail, &chosen).await.is(200);
    let words = page.words();
    assert!(
        words.contains("Delete 2 credentials?") && words.contains("no other credential"),
        "{words}"
    );
    let form = page.form(&delete);
    browser
        .submit(&form, &[])
        .await
        .leads_to(&format!("{}?done=credentials-deleted", page_of(&account)));
    assert_eq!(token_status(&region, &account.client_id, &account.secret).await, 401);
    let detail = browser.open(&page_of(&account)).await;
    assert!(detail.words().contains("No credentials"), "{detail:#?}");
    browser.submit(&form, &[]).await.is(303);
    // Nothing chosen: back to where it was not chosen.
    browser.open(&delete).await.leads_to(&page_of(&account));
}
