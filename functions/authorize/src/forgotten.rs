//! `GET|POST /forgot-password`: has a link mailed to whoever forgot the password. Nobody learns here
//! which addresses exist.

use crate::answer::{Answer, throttled};
use crate::form::Posted;
use crate::view::{self, ForgottenProblem};
use axum::extract::State;
use http::HeaderMap;
use regent::acts::password::{ForgottenRefusal, forgotten};
use regent::app::App;
use regent::telemetry::{Fact, note};
use regent::web::Visitor;

/// The path, and what its form is for.
pub(crate) const PATH: &str = "/forgot-password";

/// Shows the form.
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap) -> Answer {
    let visitor = Visitor::of(&app, &headers).await?;
    let page = view::forgot_password(&visitor.csrf(PATH), "", None);
    Ok(visitor.set_cookies(page.respond()))
}

/// Asks for the mail.
pub(crate) async fn handle(State(app): State<App>, posted: Posted) -> Answer {
    let address = posted.field("email")?;
    let asked = forgotten(&app, address, &posted.browser.source_ip).await;
    let asked = asked.map_err(|error| posted.refused(error))?;
    Ok(match asked {
        Ok(()) => view::link_was_sent(address).respond(),
        Err(refusal) => {
            note(Fact::Reason, refusal);
            let (ForgottenRefusal::Source(until) | ForgottenRefusal::Address(until)) = refusal;
            let problem = ForgottenProblem::Refused(refusal);
            let page = view::forgot_password(&posted.visitor.csrf(PATH), address, Some(problem));
            posted.visitor.set_cookies(throttled(page, until))
        }
    })
}
