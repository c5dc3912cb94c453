//! How endpoints are listed: once, with method and path from the `#[utoipa::path]` of the handler.
//! The list is generic, so that the function that serves it carries none of the descriptions.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use regent::app::App;
use utoipa::__dev::{SchemaReferences, Tags};
use utoipa::Path;
use utoipa::openapi::HttpMethod;

/// What `#[utoipa::path]` makes of a handler's description: for `read`, it is called `__path_read`.
pub(crate) trait Described: Path + Tags<'static> + SchemaReferences {}

impl<D: Path + Tags<'static> + SchemaReferences> Described for D {}

/// What endpoints are listed in: axum's router here, the OpenAPI document in `described`.
pub(crate) trait Endpoints: Sized {
    /// And this one.
    fn with<D, H, T>(self, described: D, handler: H) -> Self
    where
        D: Described,
        H: Handler<T, App>,
        T: 'static;
}

impl Endpoints for Router<App> {
    fn with<D, H, T>(self, _: D, handler: H) -> Self
    where
        D: Described,
        H: Handler<T, App>,
        T: 'static,
    {
        let methods = D::methods();
        let mut filters = methods.iter().map(filter);
        let first = filters.next().unwrap_or(MethodFilter::GET);
        route(self, &D::path(), on(filters.fold(first, MethodFilter::or), handler))
    }
}

/// Apart, so that it is there once and not once per handler.
fn route(router: Router<App>, path: &str, methods: MethodRouter<App>) -> Router<App> {
    router.route(path, methods)
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}
