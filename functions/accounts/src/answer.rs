//! Outcomes as responses.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use regent::acts::{Act, Caller, Once, Outcome, perform_once};
use regent::app::App;
use regent::domain::{ActError, Error};
use regent::store::{Page, Replay};
use regent::telemetry::{Fact, note};
use regent::web::{Problem, json, refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// Why a request is not served.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// For a reason of the domain's.
    Reason(Error),
    /// For one of HTTP's.
    Status(StatusCode, &'static str),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Reason(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Reason(error) => refusal(&error),
            Self::Status(status, detail) => {
                note(Fact::Reason, detail);
                Problem::plain(status, detail).into()
            }
        }
    }
}

/// What a view says of itself beside its fields.
pub(crate) trait View: Serialize {
    /// The version that its `ETag` names.
    fn version(&self) -> u64;
}

/// A view of something that was made for a request with an `Idempotency-Key`.
pub(crate) trait Made: View {
    /// The status of the first answer.
    const STATUS: StatusCode = StatusCode::CREATED;

    /// Its path below the API's, if it is new.
    fn path(&self) -> Option<String>;

    /// The same without what is shown once.
    fn masked(self) -> Self;
}

/// One thing, with its `ETag`.
pub(crate) fn one(view: &impl View) -> Response {
    shown(StatusCode::OK, view)
}

fn shown(status: StatusCode, view: &impl View) -> Response {
    let mut response = json(status, view);
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", view.version())) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items.
    items: Vec<T>,
    /// The `cursor` of the next page; null on the last one. A page may be shorter than `limit`, even empty, while there is a next one.
    next_cursor: Option<String>,
}

/// A page of things, each shown by `view`.
pub(crate) fn list<T, V: Serialize>(page: Page<T>, view: impl Fn(T) -> V) -> Response {
    let list = List {
        items: page.items.into_iter().map(view).collect(),
        next_cursor: page.next,
    };
    json(StatusCode::OK, &list)
}

/// Done, and nothing to show.
pub(crate) fn gone() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Will be done, and nothing to show.
pub(crate) fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// Performs an act, once for its `Idempotency-Key`, and shows what it made. A repetition gets the
/// first answer again, without what was shown once, if the caller may do as much now.
pub(crate) async fn make<A: Act, V: Made>(
    app: &App,
    caller: &Caller,
    once: Option<Once>,
    view: impl Fn(&A::Made) -> Result<V, ActError>,
    act: &A,
) -> Answer {
    let location = |made: &V| {
        made.path()
            .map(|path| app.config().issuer.at(&format!("{}{path}", crate::BASE)))
    };
    let remember = |value: &A::Made, once: &Once| {
        let made = view(value).ok()?;
        let location = location(&made);
        let body = serde_json::to_string(&made.masked()).ok()?;
        let (print, status) = (once.fingerprint.clone(), V::STATUS.as_u16());
        Some(Replay::new(print, status, body, location, app.now()))
    };
    match perform_once(app, caller, once.as_ref(), act, remember).await? {
        Outcome::Done(value) => {
            let made = view(&value)?;
            Ok(located(shown(V::STATUS, &made), location(&made)))
        }
        Outcome::Replayed(replay) => replayed(replay),
    }
}

fn located(mut response: Response, location: Option<String>) -> Response {
    if let Some(location) = location.and_then(|url| HeaderValue::from_str(&url).ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn replayed(replay: Replay) -> Answer {
    let unreadable = |what| regent::domain::Unavailable(format!("remembered answer: {what}"));
    let body: serde_json::Value = serde_json::from_str(&replay.body).map_err(|_| unreadable("body"))?;
    let status = StatusCode::from_u16(replay.status).map_err(|_| unreadable("status"))?;
    let mut response = located(json(status, &body), replay.location);
    let yes = HeaderValue::from_static("true");
    response.headers_mut().insert("idempotency-replayed", yes);
    Ok(response)
}
