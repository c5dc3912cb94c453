//! Clients in the console: registered, revealed once, edited, rotated, deleted.

use super::copyable;
use crate::harness::{Region, ThirdParty, parameter};

const LIST: &str = "/console/clients";
const NEW: &str = "/console/clients/new";

const SLACK: [(&str, &str); 3] = [
    ("name", "Slack"),
    (
        "redirect_uris",
        "https://slack.test/cb\r\n\r\n http://127.0.0.1/cb \r\n",
    ),
    ("kind", "confidential"),
];

#[tokio::test]
async fn a_confidential_client_is_registered_once_and_its_secret_shown_once() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let empty = browser.open(LIST).await.is(200).words();
    assert!(empty.contains("No client is registered"), "{empty}");

    let form = browser.open(NEW).await.is(200).form(NEW);
    let made = browser.submit(&form, &SLACK).await.is(200);
    let (id, secret) = (copyable(&made, "client-id"), copyable(&made, "client-secret"));
    let again = browser.submit(&form, &SLACK).await.is(200);
    assert!(again.words().contains("This form was sent already"), "{again:#?}");
    assert!(!again.body.contains(&secret), "{again:#?}");

    let page = browser.open(&format!("{LIST}/{id}")).await.is(200);
    let words = page.words();
    assert!(words.contains("https://slack.test/cb http://127.0.0.1/cb"), "{words}");
    assert!(
        words.contains(&secret[secret.len() - 4..]) && !words.contains(&secret),
        "{words}"
    );
    assert_eq!(
        browser.open(LIST).await.body.matches(&id).count(),
        2,
        "a link and a name"
    );
}

#[tokio::test]
async fn a_public_client_has_no_secret_and_none_to_rotate() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.form(NEW);
    let typed = [("name", "Desk"), ("redirect_uris", "desk://cb"), ("kind", "public")];
    let made = browser.submit(&form, &typed).await.is(200);
    assert!(!made.body.contains("client-secret"), "{made:#?}");
    let path = format!("{LIST}/{}", copyable(&made, "client-id"));
    let page = browser.open(&path).await.is(200);
    assert!(!page.body.contains("/rotate"), "{page:#?}");
    let rotate = format!("{path}/rotate");
    let form = browser.open(&rotate).await.is(200).form(&rotate);
    assert!(browser.submit(&form, &[]).await.status.is_client_error());
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let form = browser.open(NEW).await.form(NEW);
    let many: Vec<String> = (0..21).map(|n| format!("https://a.test/{n}")).collect();
    for (field, value, said) in [
        ("name", "", "Must have 1 to 64 characters"),
        (
            "redirect_uris",
            "https://a.test/cb\nhttp://evil.test/cb",
            "http://evil.test/cb",
        ),
        (
            "redirect_uris",
            "https://a.test/cb\nhttps://a.test/cb",
            "Must not occur twice",
        ),
        ("redirect_uris", &many.join("\n"), "20"),
        ("redirect_uris", "", "redirect"),
        ("kind", "", "Must be chosen"),
    ] {
        let mut typed = SLACK.to_vec();
        typed.retain(|(name, _)| *name != field);
        typed.push((field, value));
        let refused = browser.submit(&form, &typed).await.is(400);
        assert!(refused.words().contains(said), "{field} {value:?}: {}", refused.words());
        if field != "redirect_uris" {
            assert!(
                refused
                    .form(NEW)
                    .field("redirect_uris")
                    .contains("https://slack.test/cb")
            );
        }
    }
    let none = region.admin("GET", "/clients").send().await.json();
    assert!(none["items"].as_array().unwrap().is_empty(), "{none}");
}

#[tokio::test]
async fn an_edit_is_saved_unless_somebody_else_was_faster() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let app = ThirdParty::register(&region, "https://app.test/cb").await;
    let (path, edit) = (
        format!("{LIST}/{}", app.client_id),
        format!("{LIST}/{}/edit", app.client_id),
    );
    let form = browser.open(&edit).await.is(200).form(&edit);
    assert_eq!(form.field("redirect_uris"), "https://app.test/cb");
    let typed = [
        ("name", "Renamed"),
        ("redirect_uris", "https://app.test/cb\nhttps://app.test/two"),
    ];
    let done = browser
        .submit(&form, &typed)
        .await
        .leads_to(&format!("{path}?done=client-saved"));
    let words = browser.open(&done.location().unwrap()).await.words();
    assert!(
        words.contains("Client saved.") && words.contains("Renamed") && words.contains("/two"),
        "{words}"
    );

    let stale = browser.submit(&form, &[("name", "Too late")]).await.is(412);
    assert_eq!(stale.form(&edit).field("name"), "Too late");
    browser.submit(&stale.form(&edit), &[]).await.is(303);
    assert!(browser.open(&path).await.words().contains("Too late"));
}

#[tokio::test]
async fn a_rotated_secret_stops_and_the_new_one_works() {
    let region = Region::start().await;
    let browser = region.admin_browser().await;
    let mut app = ThirdParty::confidential(&region, "https://app.test/cb").await;
    app.request(&browser).await.is(303);
    app.decide("approved").await.is(200);
    let rotate = format!("{LIST}/{}/rotate", app.client_id);
    let form = browser.open(&rotate).await.is(200).form(&rotate);
    let secret = copyable(&browser.submit(&form, &[]).await.is(200), "client-secret");
    let again = browser.submit(&form, &[]).await.is(200);
    assert!(again.words().contains("This form was sent already"), "{again:#?}");

    let code = app.code(&browser).await;
    app.redeem(&code, &[]).send().await.is(401);
    app.secret = Some(secret);
    app.redeem(&code, &[]).send().await.is(200);
}

#[tokio::test]
async fn a_deleted_client_is_cut_off() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let tokens = app.tokens(&browser).await;
    let delete = format!("{LIST}/{}/delete", app.client_id);
    let form = browser.open(&delete).await.is(200).form(&delete);
    let gone = format!("{LIST}?done=client-deleted");
    browser.submit(&form, &[]).await.leads_to(&gone);
    browser.submit(&form, &[]).await.leads_to(&gone);
    assert_eq!(region.verified(&tokens.access).await, 401);
    browser.open(&format!("{LIST}/{}", app.client_id)).await.is(404);
    let page = browser.open(&app.path(&[])).await.is(400);
    assert!(page.words().contains("This app is not known"), "{page:#?}");
}

#[tokio::test]
async fn people_see_that_an_admin_vouches_for_a_registered_client() {
    let region = Region::start().await;
    let (app, browser) = ThirdParty::approved(&region).await;
    let words = browser.open(&app.path(&[])).await.is(200).words();
    assert!(
        words.contains("Registered by your organization") && !words.contains("Unverified"),
        "{words}"
    );
    let answer = app.allow_at(&browser, &app.path(&[])).await.is(303);
    assert!(parameter(answer.header("location").unwrap(), "code").is_some());
}
