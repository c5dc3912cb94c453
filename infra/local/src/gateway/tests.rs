//! Which function answers, and who is answered.

use super::*;

fn named(name: &'static str) -> Router {
    Router::new().fallback(any(async move |request: Request| {
        let caller = request.extensions().get::<SourceIp>().map(|ip| ip.0.clone());
        format!("{name} {}", caller.unwrap_or_default())
    }))
}

/// Those of a gateway on this port.
fn functions(port: u16) -> Functions {
    Functions {
        token: named("token"),
        accounts: named("accounts"),
        verify: named("verify"),
        authorize: named("authorize"),
        console: named("console"),
        acme: named("acme"),
        mailbox: named("mailbox"),
        rotation: named("rotation"),
        issuer: Issuer::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
    }
}

async fn answer(path: &str) -> (StatusCode, String) {
    answer_of(path, &["127.0.0.1:8787"], true).await
}

/// The answer at a port, which `hosts` have as 8787, to a connection that is open or is not.
async fn answer_of(path: &str, hosts: &[&str], open: bool) -> (StatusCode, String) {
    let listener = Gateway::bind(0).await.unwrap();
    let own = listener.local_addr().unwrap();
    let client = tokio::net::TcpStream::connect(own).await.unwrap();
    let (_accepted, caller) = listener.accept().await.unwrap();
    let _client = open.then_some(client);
    let asked = Request::builder().uri(path);
    let hosts = hosts.iter().map(|host| host.replace("8787", &own.port().to_string()));
    let asked = hosts.fold(asked, |asked, host| asked.header("host", host));
    let request = asked.body(axum::body::Body::empty()).unwrap();
    let response = route(State(functions(own.port())), ConnectInfo(caller), request).await;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_path_leads_to_its_function_which_learns_the_caller() {
    for (path, function) in [
        ("/oauth/v1/token", "token"),
        ("/oauth/v1/nothing", "token"),
        ("/.well-known/jwks.json", "token"),
        ("/api/v1/service-accounts?limit=2", "accounts"),
        ("/api/v1", "accounts"),
        ("/verify?resource=x", "verify"),
        ("/acme/me", "acme"),
        ("/health", "token"),
        ("/_local/mail/1", "mailbox"),
        ("/_local/rotate?drop=all", "rotation"),
        ("/_local/rotate/1", "mailbox"),
        ("/oauth/v1/authorize?client_id=x", "authorize"),
        ("/oauth/v1/assets/regent.css", "authorize"),
        ("/sign-in?next=/console", "authorize"),
        ("/password?token=x", "authorize"),
        ("/console", "console"),
        ("/console/users/new?done=x", "console"),
    ] {
        assert_eq!(
            answer(path).await,
            (StatusCode::OK, format!("{function} 127.0.0.1")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_asked_for_by_the_other_name_is_at_the_issuers() {
    let functions = functions(8787);
    for (host, accept, home) in [
        ("localhost:8787", "text/html", Some("http://127.0.0.1:8787/console?x=1")),
        ("127.0.0.1:8787", "text/html", None),
        ("localhost:8787", "application/json", None),
    ] {
        let request = Request::get("/console?x=1")
            .header("host", host)
            .header("accept", accept);
        let request = request.body(axum::body::Body::empty()).unwrap();
        assert_eq!(functions.home(&request).as_deref(), home, "{host} {accept}");
    }
}

#[tokio::test]
async fn a_path_that_nobody_has_is_not_found() {
    for path in [
        "/oauth/v10/token",
        "/api/v2",
        "/verify/",
        "/acme",
        "/Verify",
        "//verify",
        "/api/v1x",
    ] {
        assert_eq!(answer(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(answer("/").await.0, StatusCode::OK);
}

/// A connection that nobody holds any more cannot be told from another user's.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_is_local_is_for_connections_that_are_seen_to_be_of_the_regions_own_user() {
    for (path, refused) in [
        ("/_local/mail", true),
        ("/_local/events", true),
        ("/_local/rotate?drop=all", true),
        ("/_local", true),
        ("/oauth/v1/token", false),
        ("/console", false),
    ] {
        let status = answer_of(path, &["127.0.0.1:8787"], false).await.0;
        assert_eq!(status == StatusCode::FORBIDDEN, refused, "{path}: {status}");
    }
}

/// DNS rebinding: a page of another site under a name that leads here.
#[tokio::test]
async fn only_what_anybody_may_ask_is_answered_under_another_hosts_name() {
    let strange: [&[&str]; 7] = [
        &["evil.test:8787"],
        &["evil.test"],
        &["127.0.0.1"],
        &["127.0.0.1:8788"],
        &["[::1]:8787"],
        &[],
        &["127.0.0.1:8787", "evil.test:8787"],
    ];
    for (path, public) in [
        ("/", false),
        ("/nothing", false),
        ("/health", false),
        ("/sign-in", false),
        ("/forgot-password", false),
        ("/console/users", false),
        ("/api/v1/users", false),
        ("/oauth/v1/authorize", false),
        ("/acme/me", false),
        ("/_local/mail", false),
        ("/_local/events", false),
        ("/_local/rotate?drop=all", false),
        ("/oauth/v1/token", true),
        ("/oauth/v1/revoke", true),
        ("/oauth/v1/introspect", true),
        ("/oauth/v1/register", true),
        ("/.well-known/jwks.json", true),
        ("/verify?resource=x", true),
    ] {
        for hosts in strange {
            let status = answer_of(path, hosts, true).await.0;
            let misdirected = status == StatusCode::MISDIRECTED_REQUEST;
            assert_eq!(misdirected, !public, "{path} {hosts:?}: {status}");
        }
        let status = answer_of(path, &["localhost:8787"], true).await.0;
        assert_ne!(
            status,
            StatusCode::MISDIRECTED_REQUEST,
            "{path}: the machine's other name"
        );
    }
}
