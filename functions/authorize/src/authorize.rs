//! `GET|POST /oauth/v1/authorize` (RFC 6749 §3.1): a readable list of checks. The request is the
//! URL, and nothing else remembers it: whoever closes the tab and comes back loses nothing.
//!
//! Nobody is sent anywhere before they have signed in, and to an origin that the organization does
//! not approve only by their own click (RFC 9700 §4.11.2).

use crate::answer::Answer;
use crate::form::{Posted, read};
use crate::reply::{Known, elsewhere, stranger, unreadable};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use regent::acts::{Caller, approval, authorize};
use regent::app::App;
use regent::domain::{Error, Gate, SubscriptionId};
use regent::oauth::{AuthorizationRequest, Form};
use regent::web::{Next, Visitor, log, see_other};

/// The path.
pub(crate) const PATH: &str = "/oauth/v1/authorize";

/// Shows how the request stands.
pub(crate) async fn page(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Answer {
    let request = match parse(&app, &uri) {
        Ok(request) => request,
        Err(page) => return Ok(*page),
    };
    let visitor = Visitor::of(&app, &headers).await?;
    if visitor.signed_in().is_none() {
        return Ok(see_other(&Next::of(&uri).sign_in()));
    }
    match know(&app, &visitor, request, &uri).await {
        Ok(known) => state(&app, &known, Pressed::Nothing).await,
        Err(page) => Ok(page),
    }
}

/// Does what the person pressed. A request that a client sends as a form becomes a GET: a page that
/// another site posted to would come without the cookie.
pub(crate) async fn handle(State(app): State<App>, request: Request) -> Answer {
    let (parts, form) = read(request, &app).await?;
    if !form.has("csrf") && form.has("client_id") {
        let asked = format!("{PATH}?{}", form.to_query());
        return Ok(Next::check(&asked).map_or_else(|why| unreadable(&why), |()| see_other(&asked)));
    }
    let posted = Posted::check(&app, &parts, form).await?;
    let request = match parse(&app, &parts.uri) {
        Ok(request) => request,
        Err(page) => return Ok(*page),
    };
    if posted.visitor.signed_in().is_none() {
        return Ok(see_other(&Next::of(&parts.uri).sign_in()));
    }
    let known = match know(&app, &posted.visitor, request, &parts.uri).await {
        Ok(known) => known,
        Err(page) => return Ok(page),
    };
    match posted.field("action")? {
        "allow" => {
            let chosen = SubscriptionId::parse(posted.field("subscription")?).ok();
            allow(&app, &known, chosen).await
        }
        "request" => ask_for_approval(&app, &known, &posted).await,
        "check" => state(&app, &known, Pressed::Check).await,
        _ => Ok(see_other(known.path)),
    }
}

/// Reads the request; what cannot be read, belongs to another region, or is too long to come back to
/// after signing in, is a page, never a redirect.
fn parse(app: &App, uri: &Uri) -> Result<AuthorizationRequest, Box<Response>> {
    let request = Form::pairs(uri.query().unwrap_or_default())
        .and_then(|form| AuthorizationRequest::parse(&form))
        .and_then(|request| Next::check(path(uri)).map(|()| request))
        .map_err(|why| Box::new(unreadable(&why)))?;
    authorize::check_region(app, &request.client_id).map_err(|why| Box::new(elsewhere(&why)))?;
    Ok(request)
}

/// Path and query.
fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or(PATH, |asked| asked.as_str())
}

/// Knows the client, and that the redirect URI is its own.
async fn know<'a>(
    app: &'a App,
    visitor: &'a Visitor,
    request: AuthorizationRequest,
    uri: &'a Uri,
) -> Result<Known<'a>, Response> {
    let path = path(uri);
    let Some(signed_in) = visitor.signed_in() else {
        return Err(see_other(&Next::of(uri).sign_in()));
    };
    match authorize::client(app, &signed_in.organization, &request).await {
        Ok(client) => Ok(Known {
            app,
            visitor,
            signed_in,
            client,
            request,
            path,
        }),
        Err(why) => Err(stranger(visitor, signed_in, path, &why)),
    }
}

/// What brought the person here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pressed {
    Nothing,
    Check,
    AllowWithoutChoice,
}

/// The page for how the origin stands; and for an approved one, what is asked.
async fn state(app: &App, known: &Known<'_>, pressed: Pressed) -> Answer {
    let organization = known.signed_in.organization.id;
    let gate = approval::gate(app, organization, &known.request.redirect_uri.origin()).await;
    let page = match gate {
        Err(error) => known.unchecked(&error),
        Ok(Gate::NeverRequested) => known.never_requested(),
        Ok(Gate::Pending) => known.pending((pressed == Pressed::Check).then(|| app.now())),
        Ok(Gate::Rejected) => known.rejected(),
        Ok(Gate::NeverApprovable) => known.unapprovable(),
        // Whoever pressed Check status on a page that is out of date gets the page of today.
        Ok(Gate::Approved { .. }) if pressed == Pressed::Check => see_other(known.path),
        Ok(Gate::Approved { .. }) => match offer(app, known).await {
            Ok(choices) => known.consent(&choices, pressed == Pressed::AllowWithoutChoice),
            Err(Error::Unavailable(error)) => known.unchecked(&Error::Unavailable(error)),
            // The organization trusts the origin: it may be told at once.
            Err(error) => known.redirect_error(&error),
        },
    };
    Ok(page)
}

async fn offer(app: &App, known: &Known<'_>) -> Result<Vec<regent::domain::Choice>, Error> {
    let asked = known.asked()?;
    authorize::choices(app, known.signed_in, &known.client, &asked.ask).await
}

/// The person allows. Everything is checked again: the page may be hours old.
async fn allow(app: &App, known: &Known<'_>, chosen: Option<SubscriptionId>) -> Answer {
    let Some(chosen) = chosen else {
        return state(app, known, Pressed::AllowWithoutChoice).await;
    };
    let Ok(asked) = known.asked() else {
        return state(app, known, Pressed::Nothing).await;
    };
    let (client, redirect_uri) = (&known.client, &known.request.redirect_uri);
    match authorize::allow(app, known.signed_in, client, redirect_uri, asked, chosen).await {
        Ok(code) => Ok(see_other(&known.redirect(&[("code", &code)]))),
        Err(Error::Unavailable(error)) => Ok(known.unchecked(&Error::Unavailable(error))),
        // Something has changed since the page was made: the page of today says what.
        Err(error) => {
            log(&error);
            Ok(see_other(known.path))
        }
    }
}

/// The person asks for the origin to be approved; the page that follows says that it was.
async fn ask_for_approval(app: &App, known: &Known<'_>, posted: &Posted) -> Answer {
    let caller = Caller::of_session(known.signed_in, posted.browser.source_ip.clone());
    match approval::request(app, &caller, &known.client, &known.request.redirect_uri).await {
        Ok(_) => Ok(see_other(known.path)),
        Err(Error::Unavailable(error)) => Ok(known.unchecked(&Error::Unavailable(error))),
        Err(error) => Ok(known.not_requested(&error)),
    }
}
