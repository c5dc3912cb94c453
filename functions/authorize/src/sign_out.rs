//! `POST /sign-out`: ends the session and takes the cookie away.

use crate::answer::{Answer, Refusal};
use crate::form::{read, refused};
use axum::extract::{Request, State};
use regent::acts::session::sign_out;
use regent::app::App;
use regent::domain::Error;
use regent::web::{Next, Visitor, browser, end_session, see_other};

/// The path, and what its form is for.
pub(crate) const PATH: &str = "/sign-out";

/// Signs out. Whoever is signed out already, because the session has ended meanwhile, is not told
/// that the form is out of date.
pub(crate) async fn handle(State(app): State<App>, request: Request) -> Answer {
    let (parts, form) = read(request, &app).await?;
    let still = |error| refused(error, PATH, &form);
    let visitor = Visitor::of(&app, &parts.headers).await.map_err(still)?;
    if let Some(signed_in) = visitor.signed_in() {
        let csrf = form.one("csrf").map_err(Error::Request)?.unwrap_or_default();
        visitor
            .check_form(PATH, &parts.headers, csrf, &app)
            .map_err(|refusal| Refusal::form(refusal, "/console"))?;
        let ended = sign_out(&app, signed_in, &browser(&parts).source_ip).await;
        ended.map_err(still)?;
    }
    // Whoever signs out at the authorize page comes back to it as somebody else.
    let next = form.one("next").map_err(Error::Request)?;
    let to = next.map_or_else(|| "/sign-in".to_owned(), |next| Next::parse(next).sign_in());
    Ok(end_session(see_other(&to)))
}
