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
    assert_eq!(fetched.unwrap().unwrap_err(), DocumentError::HostRefused);
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().unwrap()
}

const NOON: Timestamp = Timestamp::from_seconds(1000);

async fn turn(documents: &Documents, text: &str) -> Turn {
    documents.turn(&url(text), NOON).await.unwrap()
}

#[test]
fn a_failure_is_remembered_for_a_minute_and_against_no_other_url() {
    runtime().block_on(async {
        let documents = Documents::new(false);
        let at = Timestamp::from_seconds;
        let mut first = turn(&documents, "https://a.test/x").await;
        first.fail(DocumentError::TooSlow, at(1000));
        drop(first);
        let again = turn(&documents, "https://a.test/x").await;
        assert_eq!(again.check(at(1059)), Err(DocumentError::TooSlow));
        assert_eq!(again.check(at(1060)), Ok(()));
        let other = turn(&documents, "https://a.test/y").await;
        assert_eq!(other.check(at(1000)), Ok(()));
    });
}

/// Whoever makes up a thousand client IDs gives nobody a second turn at a URL, and makes nothing
/// forgotten that is still worth knowing.
#[test]
fn many_urls_push_out_only_what_means_nothing() {
    runtime().block_on(async {
        let documents = Documents::new(false);
        let held = turn(&documents, "https://a.test/held").await;
        let mut failed = turn(&documents, "https://a.test/failed").await;
        failed.fail(DocumentError::TooSlow, NOON);
        drop(failed);
        for number in 0..CAPACITY {
            turn(&documents, &format!("https://b.test/{number}")).await;
        }
        assert!(documents.turns.lock().unwrap().len() < 10);
        let failed = turn(&documents, "https://a.test/failed").await;
        assert_eq!(failed.check(NOON), Err(DocumentError::TooSlow));
        let same = documents.turns.lock().unwrap()[&url("https://a.test/held")].clone();
        assert!(same.try_lock().is_err(), "the URL is nobody's");
        drop(held);
        assert!(same.try_lock().is_ok());
    });
}

#[test]
fn one_site_has_few_of_the_places_whatever_its_names() {
    runtime().block_on(async {
        let (places, soon) = (Places::default(), Duration::from_millis(20));
        let take = async |text: &str| places.take(&url(text), soon).await.ok();
        let mut slow = vec![];
        for name in 0..place::OF_A_SITE {
            slow.push(take(&format!("https://x{name}.slow.test:844{name}/x")).await.unwrap());
        }
        assert!(take("https://y.slow.test/x").await.is_none());
        // Those who got a name below a public suffix are others.
        for other in ["https://a.example/x", "https://a.github.io/x", "https://b.github.io/x"] {
            assert!(take(other).await.is_some(), "{other}");
        }
        slow.pop();
        assert!(take("https://y.slow.test/x").await.is_some());
    });
}

#[test]
fn that_all_places_are_taken_is_an_outage_and_passes() {
    runtime().block_on(async {
        let (places, soon) = (Places::default(), Duration::from_millis(20));
        let mut taken = vec![];
        for name in 0..place::AT_ONCE {
            taken.push(
                places
                    .take(&url(&format!("https://x{name}.test/x")), soon)
                    .await
                    .unwrap(),
            );
        }
        let one_more = url("https://a.example/x");
        assert!(places.take(&one_more, soon).await.is_err());
        // In turn: whoever waits is next.
        let waiting = places.take(&one_more, PATIENCE);
        let freed = async { drop(taken.pop()) };
        let (waited, ()) = tokio::join!(waiting, freed);
        assert!(waited.is_ok());
    });
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
