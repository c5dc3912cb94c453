//! Which scopes each route of an API needs: the stage variable `regent_scopes`, read once.
//!
//! ```text
//! GET/items=read:items&POST/items=read:items,write:items&GET/items/:id=read:items&ANY/me=
//! ```
//! Routes are separated by `&`, a route and its scopes by the first `=`, scopes by `,` – all that a
//! stage variable's characters leave. No scopes: any good token will do.

use crate::route::{Path, Route, Verb};
use regent::domain::{Invalid, Scopes};
use std::collections::{BTreeMap, BTreeSet};

/// The scopes of an API's routes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RouteScopes(BTreeMap<Route, Scopes>);

impl RouteScopes {
    /// Reads a table: at least one route, and each once.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let mut table = BTreeMap::new();
        for entry in text.split('&') {
            let (route, scopes) = entry.split_once('=').ok_or(Invalid::new(
                "must be routes and their scopes, as in GET/items=read:items&POST/items=write:items",
            ))?;
            if table.insert(Route::parse(route)?, listed(scopes)?).is_some() {
                return Err(Invalid::new("must name each route once"));
            }
        }
        Ok(Self(table))
    }

    /// What a route needs. A method of its own comes before `ANY`. `None` if it is not named.
    pub(crate) fn of(&self, route: &Route) -> Option<&Scopes> {
        self.0.get(route).or_else(|| {
            let any = Route {
                verb: Verb::ANY,
                path: route.path.clone(),
            };
            self.0.get(&any)
        })
    }

    /// Every method that is named, by its path: `ANY` is all that the path does not name itself.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (Route, &Scopes)> {
        let paths: BTreeSet<&Path> = self.0.keys().map(|route| &route.path).collect();
        let routes = paths.into_iter().flat_map(|path| {
            Verb::ALL.map(|verb| Route {
                verb,
                path: path.clone(),
            })
        });
        routes.filter_map(|route| self.of(&route).map(|scopes| (route, scopes)))
    }
}

/// Scopes as a stage variable can list them: separated by commas. Spaces will do, too, where there
/// can be some: in the environment.
pub(crate) fn listed(text: &str) -> Result<Scopes, Invalid> {
    Scopes::parse(&text.replace(',', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn route(method: &str, path: &str) -> Route {
        Route::of_gateway(method, path).unwrap()
    }

    #[test]
    fn a_route_needs_what_its_own_entry_says_and_else_that_of_any() {
        let table = RouteScopes::parse("GET/items=read:items&ANY/items=write:items,read:items&ANY/me=").unwrap();
        let needs = |method, path| table.of(&route(method, path)).map(ToString::to_string);
        assert_eq!(needs("GET", "/items").as_deref(), Some("read:items"));
        assert_eq!(needs("DELETE", "/items").as_deref(), Some("read:items write:items"));
        assert_eq!(needs("GET", "/me").as_deref(), Some(""));
        assert_eq!(needs("GET", "/items/{id}"), None);
        assert_eq!(table.methods().count(), 14);
    }

    /// An `ANY` route of an HTTP API is one route: its cached answers are for all its methods.
    #[test]
    fn a_route_for_any_method_is_not_one_of_its_methods() {
        let table = RouteScopes::parse("GET/items=read:items").unwrap();
        assert_eq!(table.of(&route("ANY", "/items")), None);
    }

    #[test]
    fn a_scope_may_be_a_url() {
        let table = RouteScopes::parse("GET/a=https://api.example.com/read?x=1,b").unwrap();
        let needs = table.of(&route("GET", "/a")).unwrap().to_string();
        assert_eq!(needs, "b https://api.example.com/read?x=1");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bad in [
            "",
            "GET/items",
            "GET/items=a&",
            "GET/items=a,,b",
            "GET/items=a&GET/items=b",
            "GET/items/:a=a&GET/items/:b=b",
            "items=a",
            "GET/items=\"",
        ] {
            assert!(RouteScopes::parse(bad).is_err(), "{bad}");
        }
    }

    /// What a stage variable may hold, and no text in it that means two things.
    #[test]
    fn a_table_is_written_in_what_a_stage_variable_may_hold() {
        let table = "GET/items=read:items&POST/items/:id=a,b&ANY/:rest...=c";
        assert!(RouteScopes::parse(table).is_ok());
        let held = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
        assert!(table.bytes().all(held));
    }

    proptest! {
        #[test]
        fn the_order_of_the_routes_does_not_matter(
            routes in prop::collection::btree_map("(GET|POST|ANY)(/:?[a-z]{1,3}){1,3}", "[a-z]{1,3}(,[a-z]{1,3}){0,2}", 1..6)
        ) {
            let written: Vec<String> = routes.iter().map(|(route, scopes)| format!("{route}={scopes}")).collect();
            let backward: Vec<String> = written.iter().rev().cloned().collect();
            prop_assert_eq!(RouteScopes::parse(&written.join("&")), RouteScopes::parse(&backward.join("&")));
        }

        #[test]
        fn every_named_route_is_found_with_its_scopes(
            routes in prop::collection::btree_map("(GET|POST|ANY)(/[a-z]{1,3}){1,3}", "[a-z]{1,3}", 1..6)
        ) {
            let written: Vec<String> = routes.iter().map(|(route, scopes)| format!("{route}={scopes}")).collect();
            let table = RouteScopes::parse(&written.join("&")).unwrap();
            for (route, scopes) in routes {
                let (method, path) = route.split_at(route.find('/').unwrap());
                prop_assert_eq!(table.of(&Route::of_gateway(method, path).unwrap()).unwrap().to_string(), scopes);
            }
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}|((GET|ANY)/[a-z:]{0,4}[=&,]?){0,5}") {
            let _ = RouteScopes::parse(&text);
        }
    }
}
