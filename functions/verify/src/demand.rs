//! What an authorizer demands: what the API's stage variables say, and else the environment.

use crate::event::{AuthorizerEvent, Taken};
use crate::scopes::{RouteScopes, listed};
use regent::config::variable;
use regent::domain::{Audience, Invalid, Scopes, SubscriptionId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What an authorizer demands unless the stage variables of the API say otherwise.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `REGENT_AUDIENCE`: the API's identifier; stage variable `regent_audience`.
    pub audience: Option<Audience>,
    /// `REGENT_SUBSCRIPTION`: the subscriptions whose tokens the API takes; stage variable
    /// `regent_subscription`. Empty: those of all that have the audience.
    pub subscriptions: BTreeSet<SubscriptionId>,
    /// `REGENT_SCOPE`: the scopes that every request needs, and with scopes per route every request
    /// whose route has none; stage variable `regent_scope`.
    pub scopes: Option<Scopes>,
    /// `REGENT_SCOPES`: scopes per route; stage variables `regent_scopes`, `regent_scopes_…`.
    pub(crate) routes: Option<Arc<RouteScopes>>,
}

/// What one request is asked for.
#[derive(Debug)]
pub(crate) struct Demanded {
    pub(crate) audience: Audience,
    pub(crate) subscriptions: BTreeSet<SubscriptionId>,
    /// `None`: nobody said what this route needs, so nobody may take it.
    pub(crate) scopes: Option<Scopes>,
    /// Where routes differ.
    pub(crate) routes: Option<Arc<RouteScopes>>,
}

impl Settings {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, Invalid> {
        let audience = variable("REGENT_AUDIENCE").map(|text| Audience::parse(&text));
        let named = variable("REGENT_SUBSCRIPTION").map(|text| subscriptions(&text));
        let scopes = variable("REGENT_SCOPE").map(|text| Scopes::parse(&text));
        let routes = variable("REGENT_SCOPES").map(|text| RouteScopes::parse(&text));
        Ok(Self {
            audience: audience.transpose()?,
            subscriptions: named.transpose()?.unwrap_or_default(),
            scopes: scopes.transpose()?,
            routes: routes.transpose()?.map(Arc::new),
        })
    }

    /// What a request is asked for. An error is the API owner's to mend: until then nobody comes in.
    pub(crate) fn demanded(&self, event: &AuthorizerEvent, tables: &Tables) -> Result<Demanded, Invalid> {
        let audience = event.variable("regent_audience").map(Audience::parse).transpose()?;
        let named = event.variable("regent_subscription").map(subscriptions).transpose()?;
        let scopes = event.variable("regent_scope").map(listed).transpose()?;
        let routes = event
            .variables("regent_scopes")
            .map(|text| tables.get(text))
            .transpose()?;
        let audience = audience.or_else(|| self.audience.clone());
        let scopes = scopes.or_else(|| self.scopes.clone());
        let routes = routes.or_else(|| self.routes.clone());
        let scopes = match (&routes, event.taken()) {
            (None, _) => Some(scopes.unwrap_or_default()),
            (Some(table), Taken::Route(route)) => table.of(&route).cloned().or(scopes),
            (Some(_), Taken::Nameless) => scopes,
            (Some(_), Taken::Untold) => {
                return Err(Invalid::new(
                    "a TOKEN authorizer is not told the route, so it has no scopes per route: make it REQUEST",
                ));
            }
        };
        Ok(Demanded {
            audience: audience.ok_or(Invalid::new(
                "no audience: set REGENT_AUDIENCE or the stage variable regent_audience",
            ))?,
            subscriptions: named.unwrap_or_else(|| self.subscriptions.clone()),
            scopes,
            routes,
        })
    }
}

/// The subscriptions that an API's owner lists, with commas or spaces between them: at least one.
pub(crate) fn subscriptions(text: &str) -> Result<BTreeSet<SubscriptionId>, Invalid> {
    let named = text.split([',', ' ']).filter(|name| !name.is_empty());
    let named: BTreeSet<_> = named.map(SubscriptionId::parse).collect::<Result<_, _>>()?;
    if named.is_empty() {
        return Err(Invalid::new("subscription must name one"));
    }
    Ok(named)
}

/// Tables read before, by their text: there are as many as there are APIs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables(Arc<Mutex<HashMap<String, Arc<RouteScopes>>>>);

impl Tables {
    /// More than one process ever sees.
    const MOST: usize = 256;

    fn get(&self, text: String) -> Result<Arc<RouteScopes>, Invalid> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = known.get(&text) {
            return Ok(table.clone());
        }
        if known.len() >= Self::MOST {
            known.clear();
        }
        let table = Arc::new(RouteScopes::parse(&text)?);
        known.insert(text, table.clone());
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const AUDIENCE: &str = "https://api.example.com";

    fn demanded(settings: &Settings, kind: &str, route: &str, variables: &[(&str, &str)]) -> Result<Demanded, Invalid> {
        let variables: HashMap<_, _> = variables
            .iter()
            .chain(&[("regent_audience", AUDIENCE)])
            .copied()
            .collect();
        let route = (!route.is_empty()).then_some(route);
        let event = json!({"type": kind, "routeKey": route, "stageVariables": variables});
        let event = AuthorizerEvent::parse(&event.to_string()).unwrap();
        settings.demanded(&event, &Tables::default())
    }

    /// What a route needs; `-` if nobody said.
    fn needs(settings: &Settings, route: &str, variables: &[(&str, &str)]) -> String {
        let scopes = demanded(settings, "REQUEST", route, variables).unwrap().scopes;
        scopes.map_or("-".to_owned(), |scopes| scopes.to_string())
    }

    #[test]
    fn a_route_without_scopes_needs_what_all_need_and_is_closed_if_nobody_says() {
        let none = Settings::default();
        let table = ("regent_scopes", "GET/items=read&ANY/me=");
        assert_eq!(needs(&none, "GET /items", &[table]), "read");
        assert_eq!(needs(&none, "GET /me", &[table]), "");
        for route in ["GET /others", "POST /items", "ANY /items", "$default"] {
            assert_eq!(needs(&none, route, &[table]), "-", "{route}");
            assert_eq!(needs(&none, route, &[table, ("regent_scope", "a,b")]), "a b", "{route}");
        }
        assert_eq!(needs(&none, "GET /items", &[]), "");
        assert_eq!(needs(&none, "$default", &[("regent_scope", "a")]), "a");
    }

    #[test]
    fn stage_variables_come_before_the_environment() {
        let settings = Settings {
            scopes: Some(Scopes::parse("all").unwrap()),
            routes: Some(Arc::new(RouteScopes::parse("GET/items=environment").unwrap())),
            ..Settings::default()
        };
        assert_eq!(needs(&settings, "GET /items", &[]), "environment");
        assert_eq!(needs(&settings, "GET /others", &[]), "all");
        assert_eq!(
            needs(&settings, "GET /items", &[("regent_scopes", "GET/items=stage")]),
            "stage"
        );
    }

    #[test]
    fn subscriptions_are_those_of_the_stage_and_else_those_of_the_environment() {
        let (one, other) = ("sub_000000000000", "sub_111111111111");
        let settings = Settings {
            subscriptions: subscriptions(one).unwrap(),
            ..Settings::default()
        };
        let demanded = |settings: &Settings, variables: &[(&str, &str)]| {
            let demanded = demanded(settings, "REQUEST", "GET /items", variables)?;
            Ok::<Vec<String>, Invalid>(demanded.subscriptions.iter().map(ToString::to_string).collect())
        };
        assert_eq!(demanded(&Settings::default(), &[]).unwrap(), [""; 0]);
        assert_eq!(demanded(&settings, &[]).unwrap(), [one]);
        assert_eq!(demanded(&settings, &[("regent_subscription", other)]).unwrap(), [other]);
        for both in [format!("{one},{other}"), format!(" {other}  {one}")] {
            assert_eq!(
                demanded(&settings, &[("regent_subscription", &both)]).unwrap(),
                [one, other]
            );
        }
        for bad in ["", ",", "acme", "sub_000000000000;sub_111111111111", "sub_"] {
            assert!(demanded(&settings, &[("regent_subscription", bad)]).is_err(), "{bad}");
        }
    }

    /// A value has 512 characters at most.
    #[test]
    fn a_long_table_is_in_several_variables() {
        let parts = [
            ("regent_scopes", "GET/a=a"),
            ("regent_scopes_2", "GET/b=b"),
            ("regent_scopes_3", "GET/c=c"),
        ];
        assert_eq!(needs(&Settings::default(), "GET /a", &parts), "a");
        assert_eq!(needs(&Settings::default(), "GET /c", &parts), "c");
        let twice = [("regent_scopes", "GET/a=a"), ("regent_scopes_2", "GET/a=b")];
        assert!(demanded(&Settings::default(), "REQUEST", "GET /a", &twice).is_err());
    }

    #[test]
    fn what_cannot_be_decided_is_an_error() {
        let none = Settings::default();
        for bad in [
            ("regent_scopes", ""),
            ("regent_scopes", "items=read"),
            ("regent_scope", "\""),
        ] {
            assert!(demanded(&none, "REQUEST", "GET /items", &[bad]).is_err(), "{bad:?}");
        }
        assert!(demanded(&none, "TOKEN", "", &[("regent_scopes", "GET/items=read")]).is_err());
        assert!(demanded(&none, "TOKEN", "", &[("regent_scope", "read")]).is_ok());
    }

    #[test]
    fn a_table_is_read_once() {
        let tables = Tables::default();
        let get = || tables.get("GET/items=read".to_owned()).unwrap();
        assert!(Arc::ptr_eq(&get(), &get()));
    }
}
