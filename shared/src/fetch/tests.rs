//! Which URLs are asked for at all, and what an answer's headers mean.

use super::*;

fn url(text: &str) -> DocumentUrl {
    DocumentUrl::parse(text).unwrap()
}

#[test]
fn only_https_urls_with_a_host_name_are_asked_for() {
    for (text, anywhere, on_a_developers_machine) in [
        ("https://app.example/client.json", true, true),
        ("https://app.example:8443/client.json?v=1", true, true),
        ("https://localhost/client.json", true, true),
        ("https://8.8.8.8/client.json", false, false),
        ("https://127.0.0.1/client.json", false, false),
        ("https://169.254.169.254/latest", false, false),
        ("https://[::1]/client.json", false, false),
        ("https://[2606:4700::1111]/client.json", false, false),
        ("http://127.0.0.1:9/client.json", false, true),
        ("http://localhost:9/client.json", false, true),
        ("http://[::1]:9/client.json", false, true),
    ] {
        let asked = |allow| Documents::new(allow).check(&url(text)).is_ok();
        assert_eq!(
            (asked(false), asked(true)),
            (anywhere, on_a_developers_machine),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_document_url_never_gets_here() {
    for text in [
        "http://app.example/client.json",
        "https://app.example",
        "https://app.example/",
        "https://app.example/#f",
        "https://app.example/x#",
        "https://u@app.example/x",
        "https://u:p@app.example/x",
        "https://app.example/a/../x",
        "https://app.example/./x",
        "https://app.example/a/%2e%2e/x",
        "https://app.example:443/x",
        "https://APP.example/x",
        "https://app.example\\x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://127.1/x",
        "http://127.0.0.1.nip.io/x",
        "http://localhost.evil.test/x",
        "http://0.0.0.0/x",
        "http://[::ffff:127.0.0.1]/x",
        "ftp://app.example/x",
        "file:///etc/passwd",
        "https:///x",
        "https://app.example/ü",
    ] {
        assert!(DocumentUrl::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_name_that_leads_here_is_refused_after_it_was_looked_up() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let fetched = runtime.block_on(Documents::new(false).fetch(&url("https://localhost:1/client.json")));
    assert_eq!(fetched.unwrap_err(), DocumentError::HostRefused);
}

#[test]
fn a_failure_is_remembered_for_a_minute() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let documents = Documents::new(false);
    let at = Timestamp::from_seconds;
    let mut turn = runtime.block_on(documents.turn(&url("https://a.test/x")));
    turn.fail(DocumentError::TooSlow, at(1000));
    drop(turn);
    let turn = runtime.block_on(documents.turn(&url("https://a.test/x")));
    assert_eq!(turn.check(at(1059)), Err(DocumentError::TooSlow));
    assert_eq!(turn.check(at(1060)), Ok(()));
    let other = runtime.block_on(documents.turn(&url("https://a.test/y")));
    assert_eq!(other.check(at(1000)), Ok(()));
}

#[test]
fn a_document_is_good_as_long_as_its_answer_says_within_bounds() {
    for (cache_control, seconds) in [
        ("", 3_600),
        ("public", 3_600),
        ("max-age=600", 600),
        ("public, Max-Age=\"600\"", 600),
        ("max-age=0", 300),
        ("max-age=299", 300),
        ("max-age=86401", 86_400),
        ("max-age=99999999999999999999", 86_400),
        ("max-age=soon", 3_600),
        ("max-age=-1", 3_600),
        ("no-store", 300),
        ("max-age=86400, no-cache", 300),
    ] {
        assert_eq!(lifetime(cache_control), Seconds(seconds), "{cache_control}");
    }
}

#[test]
fn content_types() {
    for good in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/oauth+json",
    ] {
        assert!(is_json(good), "{good}");
    }
    for bad in [
        "",
        "text/html",
        "text/json",
        "application/jsonp",
        "application/json, text/html",
        "json",
    ] {
        assert!(!is_json(bad), "{bad}");
    }
}
