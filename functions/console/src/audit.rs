//! The audit trail, filtered and page by page.

use crate::admin::Admin;
use crate::query::Query;
use crate::refusal::Answer;
use crate::view;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use regent::acts::trail;
use regent::app::App;
use regent::domain::{Action, AuditEvent, Error, Invalid, Timestamp};
use regent::oauth::Form;
use regent::store::{AuditFilter, Page};

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/console/audit-events", get(list))
}

/// A page of the trail.
pub(crate) struct Listed {
    /// The events.
    pub(crate) page: Page<AuditEvent>,
    /// The filter as it was typed.
    pub(crate) typed: Typed,
    /// Whether it is not the first page.
    pub(crate) later: bool,
}

/// The filter, as it was typed.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) since: String,
    pub(crate) until: String,
    pub(crate) actor: String,
    pub(crate) target: String,
    pub(crate) action: String,
}

async fn list(State(app): State<App>, admin: Admin, query: Query) -> Answer {
    let typed = Typed::of(&query)?;
    let filter = AuditFilter {
        since: query.one("since", minute)?.flatten(),
        // The whole of the minute that was named.
        until: query.one("until", minute)?.flatten().map(end_of_minute),
        actor: some(&typed.actor),
        target: some(&typed.target),
        action: query.one("action", action)?.flatten(),
        subscription: None,
    };
    let listed = Listed {
        page: trail::list(&app, admin.caller(), filter, &query.paging()?).await?,
        later: query.one("cursor", |_| Ok(()))?.is_some(),
        typed,
    };
    Ok(view::audit::list(&admin, &listed))
}

impl Typed {
    fn of(query: &Query) -> Result<Self, Error> {
        let text = |name| Ok::<_, Error>(query.one(name, |text| Ok(text.trim().to_owned()))?.unwrap_or_default());
        Ok(Self {
            since: text("since")?,
            until: text("until")?,
            actor: text("actor")?,
            target: text("target")?,
            action: text("action")?,
        })
    }

    /// Whether anything is filtered out.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries().iter().all(|(_, value)| value.is_empty())
    }

    /// The filter as a query, and where to go on.
    pub(crate) fn query(&self, cursor: Option<&str>) -> String {
        let set = self.entries().into_iter().filter(|(_, value)| !value.is_empty());
        let all: Form = set.chain(cursor.map(|cursor| ("cursor", cursor))).collect();
        all.to_query()
    }

    fn entries(&self) -> [(&'static str, &str); 5] {
        [
            ("since", &self.since),
            ("until", &self.until),
            ("actor", &self.actor),
            ("target", &self.target),
            ("action", &self.action),
        ]
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads a time as a browser sends it (`2026-05-28T15:06`, in UTC), or as the API has it.
fn minute(text: &str) -> Result<Option<Timestamp>, Invalid> {
    match text.trim() {
        "" => Ok(None),
        text if text.len() == "2026-05-28T15:06".len() => Timestamp::parse_rfc3339(&format!("{text}:00Z")).map(Some),
        text => Timestamp::parse_rfc3339(text).map(Some),
    }
}

fn end_of_minute(at: Timestamp) -> Timestamp {
    let millis = at.millis();
    if millis % 60_000 == 0 {
        Timestamp::from_millis(millis + 59_999)
    } else {
        at
    }
}

fn action(text: &str) -> Result<Option<Action>, Invalid> {
    if text.is_empty() {
        Ok(None)
    } else {
        Action::parse(text).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_a_browser_sends_it_and_its_minute_belongs_to_it() {
        let at = minute("2026-05-28T15:06").unwrap().unwrap();
        assert_eq!(at, Timestamp::parse_rfc3339("2026-05-28T15:06:00Z").unwrap());
        assert_eq!(end_of_minute(at).to_rfc3339(), "2026-05-28T15:06:59.999Z");
        let exact = minute("2026-05-28T17:06:30+02:00").unwrap().unwrap();
        assert_eq!(end_of_minute(exact).to_rfc3339(), "2026-05-28T15:06:30Z");
        assert_eq!(minute(" "), Ok(None));
        assert!(minute("yesterday").is_err() && minute("2026-05-28T25:06").is_err());
    }

    #[test]
    fn the_next_page_keeps_the_filter() {
        let typed = Typed {
            actor: "ada@acme.test&x=1".to_owned(),
            ..Typed::default()
        };
        assert_eq!(typed.query(Some("c=")), "actor=ada%40acme.test%26x%3D1&cursor=c%3D");
        assert!(Typed::default().is_empty() && Typed::default().query(None).is_empty());
    }
}
