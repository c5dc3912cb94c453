//! OAuth approvals: the list with a decision in every row, one approval with its history, deciding.

use crate::admin::Admin;
use crate::errors::Errors;
use crate::posted::Posted;
use crate::query::{Id, Query};
use crate::refusal::Answer;
use crate::{path, view};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use regent::acts::approval::{self, Verdict};
use regent::app::App;
use regent::domain::{ActError, Approval, ApprovalId, ApprovalStatus, Error, Invalid, Name};
use regent::store::{Counted, Page};
use regent::web::see_other;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/console/oauth-approvals", get(list))
        .route("/console/oauth-approvals/{id}", get(open).post(decide))
}

/// A page of the list.
pub(crate) struct Listed {
    /// The approvals.
    pub(crate) page: Page<Approval>,
    /// Of which status; all if none.
    pub(crate) filter: Option<ApprovalStatus>,
    /// Whether it is not the first page.
    pub(crate) later: bool,
    /// What has just been decided.
    pub(crate) news: Option<News>,
}

/// What has just been decided, as the table has it: a link cannot make it up.
pub(crate) struct News {
    /// As it is now.
    pub(crate) approval: Approval,
    /// How many grants ended with it.
    pub(crate) ended: Counted,
}

/// Reads a status.
fn status(text: &str) -> Result<ApprovalStatus, Invalid> {
    let all = [
        ApprovalStatus::Pending,
        ApprovalStatus::Approved,
        ApprovalStatus::Rejected,
    ];
    let found = all.into_iter().find(|status| status.as_str() == text);
    found.ok_or(Invalid::new("must be pending, approved or rejected"))
}

/// Reads a filter; nothing means all.
fn filter(text: &str) -> Result<Option<ApprovalStatus>, Invalid> {
    if text.is_empty() {
        Ok(None)
    } else {
        status(text).map(Some)
    }
}

async fn list(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let filter = query.one("status", filter)?.flatten();
    let listed = Listed {
        page: approval::list(&app, admin.caller(), filter, &query.paging()?).await?,
        filter,
        later: query.one("cursor", |_| Ok(()))?.is_some(),
        news: news(&app, &admin, &query).await?,
    };
    Ok(view::approval::list(&admin, &listed))
}

async fn news(app: &App, admin: &Admin, query: &Query) -> Result<Option<News>, Error> {
    let Some(id) = query.one("decided", ApprovalId::parse)? else {
        return Ok(None);
    };
    let approval = approval::read(app, admin.caller(), &id).await?;
    let number = |text: &str| text.parse().map_err(|_| Invalid::new("must be a number"));
    let ended = Counted {
        number: query.one("ended", number)?.unwrap_or(0),
        more: query.one("more", |_| Ok(()))?.is_some(),
    };
    // Only to the one who decided it.
    let own = approval
        .decision()
        .is_some_and(|decision| decision.user == admin.caller().user().id);
    Ok(own.then_some(News { approval, ended }))
}

async fn open(State(app): State<App>, admin: Admin, Id(id): Id<ApprovalId>) -> Answer {
    let approval = approval::read(&app, admin.caller(), &id).await?;
    Ok(view::approval::one(
        &admin,
        &approval,
        &Errors::default(),
        StatusCode::OK,
    ))
}

async fn decide(State(app): State<App>, admin: Admin, Id(id): Id<ApprovalId>, posted: Posted) -> Answer {
    let mut fields = posted.fields();
    let status = fields.one("status", status);
    let reason = fields.maybe("reason", Name::parse);
    let (status, errors) = match (status, reason) {
        (Some(status), Some(reason)) => {
            let verdict = Verdict { status, reason };
            match approval::decide(&app, admin.caller(), &id, &verdict, posted.version()).await {
                Ok(decided) => {
                    let back = path::approvals(filter(posted.text("filter")).unwrap_or(None));
                    let joint = if back.contains('?') { '&' } else { '?' };
                    let Counted { number, more } = decided.ended_grants;
                    let more = if more { "&more=yes" } else { "" };
                    let place = format!("{back}{joint}decided={id}&ended={number}{more}#{id}");
                    return Ok(see_other(&place));
                }
                Err(Error::Act(ActError::VersionMismatch)) => (StatusCode::PRECONDITION_FAILED, Errors::default()),
                Err(error) => Errors::or_page(error)?,
            }
        }
        _ => (StatusCode::BAD_REQUEST, fields.errors),
    };
    let approval = approval::read(&app, admin.caller(), &id).await?;
    Ok(view::approval::one(&admin, &approval, &errors, status))
}
