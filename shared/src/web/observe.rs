//! Every request has a ledger, and ends as a line: the outermost layer of every function's router.

use super::door;
use super::lambda::Unsound;
use super::problem::Problem;
use super::source::SourceIp;
use crate::app::App;
use crate::telemetry::{Fact, Function, Ledger, Site, Trace, answered, note, watched};
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};

/// What the edge says of a request: an extension, put there by the way in.
#[derive(Clone, Default, Debug)]
pub struct Origin {
    /// API Gateway's id of the request.
    pub request_id: Option<String>,
    /// Lambda's id of the invocation.
    pub invocation_id: Option<String>,
    /// X-Ray's trace.
    pub trace: Option<Trace>,
}

impl Origin {
    /// An empty ledger for a request, or an invocation, that comes from here. One without an id gets
    /// one.
    pub fn ledger(self, function: Function, app: &App) -> Ledger {
        let region = app.config().region.clone();
        let id = self.request_id.or_else(|| self.invocation_id.clone());
        let id = id.unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(app.random())));
        Ledger::new(Site { function, region }, &id)
            .invocation(self.invocation_id)
            .traced(self.trace)
    }
}

/// The id of the request, for whoever wants to ask about it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The router with a line for every request, as this function's. Goes around everything else, so
/// that what others refuse is known, too.
pub fn observed(router: Router, function: Function, app: App) -> Router {
    router.layer(from_fn_with_state((function, app), observe))
}

async fn observe(State((function, app)): State<(Function, App)>, mut request: Request, next: Next) -> Response<Body> {
    let origin = request.extensions().get::<Origin>().cloned().unwrap_or_default();
    let mut parents = request.headers().get_all("traceparent").iter();
    let parent = parents.next().filter(|_| parents.next().is_none());
    let parent = parent.and_then(|parent| parent.to_str().ok());
    let ledger = origin.ledger(function, &app).part_of(parent);
    let id = ledger.request_id().to_owned();
    let run = async {
        note(Fact::Method, method(request.method()));
        let admitted = door::admit(app.config(), &mut request);
        let known = request.extensions().get::<MatchedPath>().cloned();
        note(Fact::Route, known.as_ref().map_or("unknown", MatchedPath::as_str));
        if let Some(SourceIp(address)) = request.extensions().get() {
            note(Fact::SourceIp, address);
        }
        let unsound = request.extensions().get::<Unsound>().copied();
        let response = match (admitted, unsound) {
            (Ok(()), None) => next.run(request).await,
            (Ok(()), Some(why)) => {
                note(Fact::Reason, why);
                Problem::plain(StatusCode::BAD_REQUEST, "The request cannot be read.").into()
            }
            (Err(why), _) => {
                note(Fact::Reason, why);
                door::refusal()
            }
        };
        answered(response.status(), known.is_some());
        response
    };
    let mut response = watched(ledger, run).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A method that HTTP knows: others are whatever a caller wrote.
fn method(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::PATCH,
        Method::CONNECT,
        Method::TRACE,
    ];
    if known.contains(method) {
        method.as_str()
    } else {
        "other"
    }
}
