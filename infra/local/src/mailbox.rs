//! `/_local/…`: what Regent sent out, for people and tests to look at. Only a local region has it.
//!
//! ```text
//! GET /_local/mail             the mailbox: a page, or JSON for those who accept nothing else
//! GET /_local/mail/{id}        a message as it was sent (RFC 5322)
//! GET /_local/mail/{id}/html   its HTML part, alone in a sandbox
//! GET /_local/events           what is on the bus, oldest first
//! GET /_local/dead-letters     records of the stream that were given up
//! ```

mod message;
mod page;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use regent::domain::Issuer;
use serde_json::json;

use crate::gateway::{json_answer, not_found, own_host};
use crate::outside::kept::Kept;
use message::Message;

/// The most mails that are shown.
const MOST: u32 = 100;

const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";
const HTML_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                           sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'";

#[derive(Clone)]
struct Mailbox {
    kept: Kept,
    issuer: Issuer,
}

/// The paths below `/_local`.
pub(crate) fn router(kept: Kept, issuer: Issuer) -> Router {
    let mailbox = Mailbox {
        kept,
        issuer: issuer.clone(),
    };
    Router::new()
        .route("/_local/mail", get(list))
        .route("/_local/mail/style.css", get(style))
        .route("/_local/mail/{id}", get(raw))
        .route("/_local/mail/{id}/html", get(html))
        .route("/_local/events", get(events))
        .route("/_local/dead-letters", get(dead_letters))
        .fallback(async || not_found())
        .layer(from_fn_with_state(issuer, own_host::only))
        .with_state(mailbox)
}

async fn list(State(mailbox): State<Mailbox>, headers: HeaderMap) -> Response {
    let mails = match mailbox.kept.mails(MOST) {
        Ok(mails) => mails,
        Err(error) => return broken(&error),
    };
    let messages: Vec<Message> = mails.iter().map(|mail| Message::of(mail, &mailbox.issuer)).collect();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        return json_answer(StatusCode::OK, &json!({ "items": messages }));
    }
    let headers = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    ];
    (headers, page::mailbox(&messages).into_string()).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css")], page::STYLE).into_response()
}

async fn raw(State(mailbox): State<Mailbox>, Path(id): Path<i64>) -> Response {
    match mailbox.kept.mail(id) {
        Ok(Some(mail)) => {
            let headers = [
                (header::CONTENT_TYPE, "message/rfc822".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{id}.eml\""),
                ),
            ];
            (headers, mail.raw).into_response()
        }
        Ok(None) => not_found(),
        Err(error) => broken(&error),
    }
}

/// The HTML part as a mail program shows it: no script, nothing from anywhere, links open elsewhere.
async fn html(State(mailbox): State<Mailbox>, Path(id): Path<i64>) -> Response {
    match mailbox.kept.mail(id) {
        Ok(Some(mail)) => {
            let html = Message::of(&mail, &mailbox.issuer).html;
            let headers = [
                (header::CONTENT_SECURITY_POLICY, HTML_POLICY),
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            ];
            let elsewhere = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
            (headers, elsewhere).into_response()
        }
        Ok(None) => not_found(),
        Err(error) => broken(&error),
    }
}

async fn events(State(mailbox): State<Mailbox>) -> Response {
    items(mailbox.kept.events())
}

async fn dead_letters(State(mailbox): State<Mailbox>) -> Response {
    items(mailbox.kept.dead_letters())
}

fn items(found: rusqlite::Result<Vec<serde_json::Value>>) -> Response {
    match found {
        Ok(items) => json_answer(StatusCode::OK, &json!({ "items": items })),
        Err(error) => broken(&error),
    }
}

fn broken(error: &rusqlite::Error) -> Response {
    tracing::error!(%error, "the mail file failed");
    json_answer(
        StatusCode::INTERNAL_SERVER_ERROR,
        &json!({ "message": "Internal Server Error" }),
    )
}
