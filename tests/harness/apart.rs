//! The functions of a region in another process than its gateway, so to speak: the same table, keys
//! and clock, nothing in memory, and another way to the table.

use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use regent::app::{App, Clock, Rng};
use regent::config::Config;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{Browser, Http, Region, Relay};

/// Freshly started functions.
pub(crate) struct Apart {
    pub(crate) http: Http,
    /// Where they are: `http://127.0.0.1:port`.
    pub(crate) base: String,
    issuer: String,
}

impl Apart {
    /// Behind a relay.
    pub(crate) async fn relayed(region: &Region) -> (Self, Relay) {
        let relay = Relay::before(&region.running).await;
        (Self::at(region, &relay.endpoint).await, relay)
    }

    /// A person's browser at these functions, which believes to be at the region's own address.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.base, &self.issuer)
    }

    /// With the table at another endpoint.
    pub(crate) async fn at(region: &Region, dynamodb: &str) -> Self {
        Self::with(region, |config| config.dynamodb_endpoint = Some(dynamodb.to_owned())).await
    }

    /// What such functions work with, behind a relay: for what no request asks for.
    pub(crate) async fn app(region: &Region) -> (App, Relay) {
        let relay = Relay::before(&region.running).await;
        let endpoint = relay.endpoint.clone();
        let clock = region.clock.clone();
        let app = app(region, |config| config.dynamodb_endpoint = Some(endpoint), clock);
        (app, relay)
    }

    /// With other settings.
    pub(crate) async fn with(region: &Region, change: impl FnOnce(&mut Config)) -> Self {
        Self::started(region, change, region.clock.clone()).await
    }

    /// On a machine with another time.
    pub(crate) async fn at_time(region: &Region, clock: Clock) -> Self {
        Self::started(region, |_| (), clock).await
    }

    async fn started(region: &Region, change: impl FnOnce(&mut Config), clock: Clock) -> Self {
        let app = app(region, change, clock);
        let functions = Functions {
            token: regent_token::router(app.clone()),
            accounts: regent_accounts::router(app.clone()),
            authorize: regent_authorize::router(app.clone()),
            console: regent_console::router(app.clone()),
            verify: regent_verify::router(app),
        };
        let routes = Router::new().fallback(route).with_state(functions);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let issuer = region.running.issuer.to_string();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let http = Http::new(&base);
        Self { http, base, issuer }
    }
}

fn app(region: &Region, change: impl FnOnce(&mut Config), clock: Clock) -> App {
    let mut config = region.running.app.config().clone();
    change(&mut config);
    let aws = region.running.aws();
    App::new(config, &aws, clock, Rng::system()).unwrap()
}

#[derive(Clone)]
struct Functions {
    token: Router,
    accounts: Router,
    authorize: Router,
    console: Router,
    verify: Router,
}

fn of_people(path: &str) -> bool {
    let pages = [
        "/sign-in",
        "/sign-out",
        "/forgot-password",
        "/password",
        "/oauth/v1/authorize",
    ];
    pages.contains(&path) || path.starts_with("/oauth/v1/assets/")
}

async fn route(State(functions): State<Functions>, request: Request) -> Response {
    let path = request.uri().path();
    let function = if path.starts_with("/api/v1") {
        functions.accounts
    } else if of_people(path) {
        functions.authorize
    } else if path.starts_with("/console") {
        functions.console
    } else if path == "/verify" {
        functions.verify
    } else {
        functions.token
    };
    function.oneshot(request).await.unwrap()
}
