//! The other region's access tokens, refresh tokens and codes, at every endpoint that takes them.

use super::{Attempt, Stage};

const NAMED: &str = "401 invalid_client, names /oauth/v1/token";

pub(super) fn attempts(stage: &Stage<'_>) -> Vec<Attempt> {
    let mut all: Vec<Attempt> = stage
        .tokens
        .iter()
        .flat_map(|(what, token)| everywhere(stage, what, token))
        .collect();
    all.extend(to_redeem(stage));
    all
}

/// Where somebody shows an access token, or asks about one.
pub(super) fn everywhere(stage: &Stage<'_>, what: &str, token: &str) -> Vec<Attempt> {
    let Stage { us, eu, own, .. } = stage;
    let mut all = at_one_of_each_kind(stage, what, token);
    let mut add = |place: String, asked, expected| all.push(Attempt::new(format!("{what} {place}"), asked, expected));
    for resource in [&us.running.facts.api, eu.resource(), &eu.running.facts.api] {
        let asked = us.http.get("/verify").query(&[("resource", resource)]).bearer(token);
        add(format!("at /verify for {resource}"), asked, "401 invalid_token");
    }
    for (method, path) in [("POST", "/service-accounts"), ("GET", "/audit-events")] {
        add(
            format!("at {method} {path}"),
            us.by(token, method, path),
            "401 invalid_token",
        );
    }
    let by_an_app = |path: &str| {
        let app = &stage.own_confidential;
        let asked = us.http.post(path).basic(&app.client_id, app.secret.as_deref().unwrap());
        asked.form(&[("token", token)])
    };
    let introspected = by_an_app("/oauth/v1/introspect");
    add("introspected by an app".to_owned(), introspected, "200 inactive");
    add("revoked by an app".to_owned(), by_an_app("/oauth/v1/revoke"), "200");
    let revoked = own.ask(us, "/oauth/v1/revoke", &[("token", token)]);
    add("revoked by an account".to_owned(), revoked, "200");
    all
}

/// The authorizer, forward authentication, the management API and introspection.
pub(super) fn at_one_of_each_kind(stage: &Stage<'_>, what: &str, token: &str) -> Vec<Attempt> {
    let Stage { us, own, .. } = stage;
    let verified = us.http.get("/verify").query(&[("resource", us.resource())]);
    let introspected = own.ask(us, "/oauth/v1/introspect", &[("token", token)]);
    let all = [
        // An HTTP API has no other status for it.
        ("at the authorizer", us.http.get("/acme/me").bearer(token), "403"),
        ("at /verify", verified.bearer(token), "401 invalid_token"),
        ("at GET /users", us.by(token, "GET", "/users"), "401 invalid_token"),
        ("introspected by an account", introspected, "200 inactive"),
    ];
    let attempt = |(place, asked, expected)| Attempt::new(format!("{what} {place}"), asked, expected);
    all.into_iter().map(attempt).collect()
}

fn to_redeem(stage: &Stage<'_>) -> Vec<Attempt> {
    let Stage {
        us,
        code,
        refresh,
        app,
        own_app,
        own_confidential,
        ..
    } = stage;
    let theirs = app.at(us);
    vec![
        Attempt::new("a code, by an own app", own_app.redeem(code, &[]), "400 invalid_grant"),
        Attempt::new(
            "a code, by an own app with a secret",
            own_confidential.redeem(code, &[]),
            "400 invalid_grant",
        ),
        Attempt::new("a code, by its app", theirs.redeem(code, &[]), NAMED),
        Attempt::new(
            "a refresh token, by an own app",
            own_app.refresh(refresh),
            "400 invalid_grant",
        ),
        Attempt::new(
            "a refresh token, by an own app with a secret",
            own_confidential.refresh(refresh),
            "400 invalid_grant",
        ),
        Attempt::new("a refresh token, by its app", theirs.refresh(refresh), NAMED),
        Attempt::new(
            "a refresh token, revoked by an own app",
            us.http
                .post("/oauth/v1/revoke")
                .form(&[("client_id", own_app.client_id.as_str()), ("token", refresh)]),
            "200",
        ),
        Attempt::new(
            "a refresh token, as a bearer token",
            us.by(refresh, "GET", "/users"),
            "401 invalid_token",
        ),
    ]
}
