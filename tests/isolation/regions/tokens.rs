//! The other region's access tokens, refresh tokens and codes, at every endpoint that takes them.

use super::{Attempt, Stage};

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
    let Stage {
        us,
        eu,
        own,
        own_confidential,
        ..
    } = stage;
    let mut all = vec![];
    let mut add = |place: String, asked, expected| all.push(Attempt::new(format!("{what} {place}"), asked, expected));
    let apis = [&us.running.facts, &eu.running.facts].map(|facts| [&facts.resource, &facts.api]);
    for resource in apis.into_iter().flatten() {
        let asked = us.http.get("/verify").query(&[("resource", resource)]).bearer(token);
        add(format!("at /verify for {resource}"), asked, "401 invalid_token");
    }
    add(
        "at the authorizer".to_owned(),
        us.http.get("/acme/me").bearer(token),
        "401 invalid_token",
    );
    for (method, path) in [
        ("GET", "/users"),
        ("POST", "/service-accounts"),
        ("GET", "/audit-events"),
    ] {
        add(
            format!("at {method} {path}"),
            us.by(token, method, path),
            "401 unauthenticated",
        );
    }
    let confidential = |path: &str| {
        let secret = own_confidential.secret.as_deref().unwrap();
        let asked = us.http.post(path).basic(&own_confidential.client_id, secret);
        asked.form(&[("token", token)])
    };
    let path = "/oauth/v1/introspect";
    let asked = own.ask(us, path, &[("token", token)]);
    add("introspected by an account".to_owned(), asked, "200 inactive");
    add("introspected by an app".to_owned(), confidential(path), "200 inactive");
    let path = "/oauth/v1/revoke";
    let asked = own.ask(us, path, &[("token", token)]);
    add("revoked by an account".to_owned(), asked, "200");
    add("revoked by an app".to_owned(), confidential(path), "200");
    all
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
    const NAMED: &str = "401 invalid_client, names /oauth/v1/token";
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
            "401 unauthenticated",
        ),
    ]
}
