//! The functions and a plain "hello" on one server: axum on one thread, as a Lambda instance has.
//! The port goes to stdout; the settings come from the environment, as on Lambda.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use axum::routing::{any_service, get};
use regent::app::App;
use regent::web::SourceIp;
use tokio::net::TcpListener;

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// Everything that is measured.
pub(crate) fn routes(app: &App) -> Router {
    let (token, verify) = (regent_token::router(app.clone()), regent_verify::router(app.clone()));
    Router::new()
        .route("/verify", any_service(verify))
        .fallback_service(token)
        .layer(map_request(from_anywhere))
        .route("/hello", get(async || "hello"))
}

/// A new caller's address now and then, so that no budget of failures runs out.
async fn from_anywhere(mut request: Request) -> Request {
    let caller = REQUESTS.fetch_add(1, Ordering::Relaxed) / 64;
    request.extensions_mut().insert(SourceIp(caller.to_string()));
    request
}

/// Serves until it is killed.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = App::from_env().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        axum::serve(listener, routes(&app)).await.unwrap();
    });
}
