//! `/verify`: forward authentication. 200 with identity headers, 401 or 403 with a challenge (RFC
//! 6750 §3), 400 if the proxy's configuration is wrong, 503 if nothing can be decided.

use crate::demand::subscriptions;
use crate::identity::identity;
use axum::body::Body;
use axum::extract::{Request, State};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, Response, Uri};
use regent::acts::{Verified, verify};
use regent::app::App;
use regent::domain::{Audience, Demand, Error, Invalid, Scopes};
use regent::oauth::{Form, bearer_token, check_no_second};
use regent::telemetry::{self, Fact, note};
use regent::web::{bearer_refusal, point};
use std::collections::BTreeSet;

/// Answers a proxy.
pub(crate) async fn handle(State(app): State<App>, request: Request) -> Response<Body> {
    // The body is not for us; and an extractor of it would wait for what the proxy does not send.
    let demand = match demand(request.uri().query().unwrap_or_default()) {
        Ok(demand) => demand,
        Err(why) => return bearer_refusal(&Error::Request(why)),
    };
    note(Fact::Resource, &demand.audience);
    match answer(&app, request.headers(), request.uri(), &demand).await {
        Ok(verified) => accepted(&verified),
        Err(error) => {
            let mut refusal = bearer_refusal(&error);
            point(&mut refusal, &demand.audience, &demand.scopes);
            refusal
        }
    }
}

async fn answer(app: &App, headers: &HeaderMap, uri: &Uri, demand: &Demand) -> Result<Verified, Error> {
    let token = bearer_token(headers)?;
    check_no_second(uri.query())?;
    verify(app, token, demand).await
}

/// What the proxy demands: its own API's identifier, the subscriptions it serves if it says, and the
/// scopes of the route.
fn demand(query: &str) -> Result<Demand, Invalid> {
    let form = Form::pairs(query)?;
    let resource = form
        .one("resource")?
        .ok_or(Invalid::new("resource is missing: name the API that is protected"))?;
    let scopes = Scopes::parse(form.one("scope")?.unwrap_or_default())?;
    if !scopes.fit_one_token() {
        return Err(Invalid::new("scope names more than one token can have"));
    }
    let named = match form.one("subscription")? {
        Some(named) => subscriptions(named)?,
        // A variable of the proxy that holds nothing is no demand for nothing.
        None if form.has("subscription") => return Err(Invalid::new("subscription must name one")),
        None => BTreeSet::new(),
    };
    Ok(Demand {
        audience: Audience::parse(resource)?,
        subscriptions: named,
        scopes,
    })
}

fn accepted(verified: &Verified) -> Response<Body> {
    telemetry::accepted();
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (_, header, value) in identity(verified) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_demand_names_one_resource() {
        let demand = |query| super::demand(query).ok();
        let read = demand("resource=https%3A%2F%2Fapi.example.com&scope=read:me+write:me").unwrap();
        assert_eq!(
            (read.audience.as_str(), read.scopes.to_string().as_str()),
            ("https://api.example.com", "read:me write:me")
        );
        for bad in [
            "",
            "scope=read:me",
            "resource=api",
            "resource=https://a.test&resource=https://b.test",
            "resource=https://a.test&scope=%22",
            "resource=https://a.test&subscription=",
            "resource=https://a.test&subscription=acme",
            "resource=https://a.test&subscription=sub_000000000000&subscription=sub_000000000000",
        ] {
            assert!(demand(bad).is_none(), "{bad}");
        }
    }
}
