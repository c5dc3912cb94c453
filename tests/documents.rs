//! Client ID Metadata Documents: fetched from a server that does as it likes, kept while they are
//! good, and never asked of whoever must not be asked.

mod others;
pub(crate) mod server;

use regent::acts::client::find;
use regent::domain::{Client, ClientError, ClientId, DocumentError, Error, Registration};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Browser, Region, encoded};
use server::{Reply, Server};

async fn asked(region: &Region, url: &str) -> Result<Client, DocumentError> {
    let id = ClientId::parse(url).unwrap();
    match find(&region.running.app, &id).await {
        Ok(found) => Ok(found.unwrap()),
        Err(Error::Client(ClientError::Document(why))) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

/// A document as its URL demands it, with other members; null takes one away.
fn document(url: &str, members: &Value) -> String {
    let mut whole = json!({
        "client_id": url,
        "client_name": "App",
        "redirect_uris": ["https://app.test/cb", "http://localhost/cb"],
        "token_endpoint_auth_method": "none",
    });
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            whole.as_object_mut().unwrap().remove(name);
        } else {
            whole[name] = value.clone();
        }
    }
    whole.to_string()
}

async fn rows(region: &Region) -> usize {
    let rows = region.rows().await;
    let client = |row: &&crate::harness::Row| row["pk"].as_s().unwrap().starts_with("CLIENT#");
    rows.iter().filter(client).count()
}

#[tokio::test]
async fn a_document_makes_a_public_client_and_is_asked_for_politely() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    server.says(Reply::json(&document(
        &url,
        &json!({"logo_uri": "https://app.test/logo.png"}),
    )));
    let client = asked(&region, &url).await.unwrap();
    assert!(client.is_public());
    assert_eq!((client.name.as_str(), client.redirect_uris.len()), ("App", 2));
    let heads = server.heads();
    assert_eq!(heads.len(), 1);
    let head = heads[0].to_ascii_lowercase();
    assert!(head.starts_with("get /client.json http/1.1\r\n"), "{head}");
    assert!(head.contains("accept: application/json\r\n"), "{head}");
    for never in ["cookie", "authorization", "referer", "proxy"] {
        assert!(!head.contains(never), "{head}");
    }
}

#[tokio::test]
async fn what_a_document_said_is_good_for_as_long_as_it_says_within_bounds() {
    for (cache_control, seconds) in [
        (None, 3_600),
        (Some("max-age=600"), 600),
        (Some("max-age=1"), 300),
        (Some("no-store"), 300),
        (Some("max-age=9999999"), 86_400),
    ] {
        let (region, server) = (Region::start().await, Server::start().await);
        let url = server.url("/client.json");
        server.says(Reply::json(&document(&url, &json!({}))).cache_control(cache_control));
        let client = asked(&region, &url).await.unwrap();
        let Registration::Document { ends_at } = client.registration else {
            panic!("{client:?}")
        };
        let good = ends_at.seconds() - region.running.app.now().seconds();
        assert_eq!(good, seconds, "{cache_control:?}");
        region.wait(u32::try_from(seconds).unwrap() - 1);
        asked(&region, &url).await.unwrap();
        assert_eq!(server.heads().len(), 1);
        // Then it is read again, and what it says now counts.
        region.wait(1);
        server.says(Reply::json(&document(&url, &json!({"client_name": "Renamed"}))));
        assert_eq!(asked(&region, &url).await.unwrap().name.as_str(), "Renamed");
        assert_eq!(server.heads().len(), 2);
        assert_eq!(rows(&region).await, 1);
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_used_is_refused_with_a_reason_and_not_kept() {
    let server = Server::start().await;
    let url = server.url("/client.json");
    let good = document(&url, &json!({}));
    let long = document(&url, &json!({"padding": "x".repeat(6_000)}));
    let elsewhere = format!("{url}/other");
    let status = |line| Reply::json(&good).status(line);
    for (reply, expected) in [
        (
            status("301 Moved Permanently").header("location", &elsewhere),
            "status 301",
        ),
        (status("302 Found").header("location", &elsewhere), "status 302"),
        (
            status("307 Temporary Redirect").header("location", &elsewhere),
            "status 307",
        ),
        (status("404 Not Found"), "status 404"),
        (status("206 Partial Content"), "status 206"),
        (status("304 Not Modified"), "status 304"),
        (status("500 Internal Server Error"), "status 500"),
        (Reply::json(&good).content_type("text/html"), "application/json"),
        (Reply::json(&good).content_type(""), "application/json"),
        (Reply::json(&long), "longer than 5120 bytes"),
        (Reply::json(&long).chunked(), "longer than 5120 bytes"),
        (Reply::endless(), "longer than 5120 bytes"),
        (Reply::cut(&good), "does not answer"),
        (Reply::raw("nonsense\r\n\r\n"), "does not answer"),
        (Reply::raw(""), "does not answer"),
        (Reply::json("{"), "JSON object"),
        (Reply::json("[]"), "JSON object"),
        (Reply::json(&document(&elsewhere, &json!({}))), "client_id"),
        (Reply::json(&document(&url, &json!({"client_id": null}))), "client_id"),
        (
            Reply::json(&document(&url, &json!({"client_name": null}))),
            "client_name",
        ),
        (
            Reply::json(&document(&url, &json!({"redirect_uris": []}))),
            "redirect_uris",
        ),
        (
            Reply::json(&document(&url, &json!({"redirect_uris": ["http://app.test/cb"]}))),
            "redirect_uris",
        ),
        (
            Reply::json(&document(&url, &json!({"client_secret": "s"}))),
            "client_secret",
        ),
        (
            Reply::json(&document(
                &url,
                &json!({"token_endpoint_auth_method": "client_secret_post"}),
            )),
            "token_endpoint_auth_method",
        ),
        (
            Reply::json(&document(
                &url,
                &json!({"token_endpoint_auth_method": "private_key_jwt"}),
            )),
            "token_endpoint_auth_method",
        ),
    ] {
        let region = Region::start().await;
        server.says(reply.clone());
        let before = server.heads().len();
        let why = asked(&region, &url).await.unwrap_err();
        assert!(why.to_string().contains(expected), "{expected}: {why}");
        assert_eq!(server.heads().len(), before + 1, "{expected}: followed, or asked twice");
        assert_eq!(rows(&region).await, 0, "{expected}");
        // A minute later it is mended.
        server.says(Reply::json(&good));
        assert_eq!(asked(&region, &url).await.unwrap_err(), why, "asked again at once");
        region.wait(60);
        asked(&region, &url).await.unwrap();
    }
}

#[tokio::test]
async fn a_small_document_may_come_in_chunks() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    server.says(Reply::json(&document(&url, &json!({}))).chunked());
    asked(&region, &url).await.unwrap();
}

#[tokio::test]
async fn a_server_that_takes_its_time_is_not_waited_for() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    for reply in [Reply::never(), Reply::dripping()] {
        server.says(reply);
        assert_eq!(asked(&region, &url).await.unwrap_err(), DocumentError::TooSlow);
        region.wait(60);
    }
    let closed = server.url("/client.json").replace("127.0.0.1", "localhost");
    drop(server);
    assert_eq!(asked(&region, &closed).await.unwrap_err(), DocumentError::Unreachable);
}

#[tokio::test]
async fn however_many_ask_at_once_the_server_is_asked_once() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    server.says(Reply::json(&document(&url, &json!({}))));
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let (app, id) = (region.running.app.clone(), ClientId::parse(&url).unwrap());
        asking.spawn(async move { find(&app, &id).await.unwrap().unwrap().name });
    }
    assert_eq!(asking.join_all().await.len(), 20);
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn nothing_is_fetched_for_strangers_or_where_documents_are_switched_off() {
    let (region, server) = (Region::start().await, Server::start().await);
    let url = server.url("/client.json");
    server.says(Reply::json(&document(&url, &json!({}))));
    let fields = [
        ("client_id", url.as_str()),
        ("redirect_uri", "https://app.test/cb"),
        ("response_type", "code"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let asked = fields.map(|(name, value)| format!("{name}={}", encoded(value)));
    let path = format!("/oauth/v1/authorize?{}", asked.join("&"));
    let browser = Browser::new(region.running.issuer.as_str());
    browser.open(&path).await.is(303);
    assert_eq!(server.heads().len(), 0, "for somebody who has not signed in");

    let facts = &region.running.facts;
    let settings = format!("/organizations/{}", facts.organization);
    let switch = |on: bool| {
        let change = json!({"metadata_documents_enabled": on});
        region.admin("PATCH", &settings).json(&change).send()
    };
    switch(false).await.is(200);
    browser.sign_in(&facts.admin.email, &facts.admin.password).await.is(303);
    let refused = browser.open(&path).await.is(400);
    assert!(refused.body.contains("switched off"), "{refused:#?}");
    assert_eq!(server.heads().len(), 0, "for an organization that wants none");
    switch(true).await.is(200);
    let page = browser.open(&path).await.is(200);
    assert!(page.body.contains("App") && page.body.contains("app.test"), "{page:#?}");
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn the_name_of_this_machine_is_allowed_only_where_loopback_is() {
    let server = Server::start().await;
    let url = server.url("/client.json").replace("127.0.0.1", "localhost");
    server.says(Reply::json(&document(&url, &json!({}))));
    asked(&Region::start().await, &url).await.unwrap();
    let strict = Region::strict().await;
    for (refused, why) in [
        (url.clone(), DocumentError::UrlRefused),
        (server.url("/client.json"), DocumentError::UrlRefused),
        // Its certificate would not matter: nothing is sent to it.
        (url.replace("http://", "https://"), DocumentError::HostRefused),
        ("https://127.0.0.1/client.json".to_owned(), DocumentError::UrlRefused),
        (
            "https://169.254.169.254/client.json".to_owned(),
            DocumentError::UrlRefused,
        ),
        ("https://[::1]/client.json".to_owned(), DocumentError::UrlRefused),
    ] {
        assert_eq!(asked(&strict, &refused).await.unwrap_err(), why, "{refused}");
    }
    assert_eq!(server.heads().len(), 1);
}
