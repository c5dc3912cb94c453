//! Amazon SES, API v2: `SendEmail` with a raw message, in its REST JSON protocol.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mail_parser::MessageParser;
use serde::Deserialize;
use serde_json::json;

use super::Desk;
use crate::gateway::json_answer;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    from_email_address: Option<String>,
    destination: Option<Destination>,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

/// `POST /v2/email/outbound-emails`.
pub(super) async fn send_email(State(desk): State<Desk>, body: Bytes) -> Response {
    if desk.faults.refuses() {
        return refused(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        );
    }
    let (sender, recipient, raw) = match read(&body) {
        Ok(mail) => mail,
        Err(why) => return refused(StatusCode::BAD_REQUEST, "BadRequestException", why),
    };
    match desk.kept.add_mail(&sender, &recipient, &raw) {
        Ok(id) => json_answer(StatusCode::OK, &json!({ "MessageId": format!("local-{id:012}") })),
        Err(error) => {
            tracing::error!(%error, "a mail was not kept");
            refused(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServiceErrorException",
                "the mail was not kept",
            )
        }
    }
}

fn read(body: &[u8]) -> Result<(String, String, Vec<u8>), &'static str> {
    let asked: Asked = serde_json::from_slice(body).map_err(|_| "the request is not JSON of this operation")?;
    let raw = asked.content.raw.ok_or("only raw messages are sent here")?;
    let raw = BASE64_STANDARD.decode(raw.data).map_err(|_| "Raw.Data is not Base64")?;
    let message = MessageParser::default()
        .parse(&raw)
        .ok_or("the message cannot be parsed")?;
    let sender = asked
        .from_email_address
        .or_else(|| Some(message.from()?.first()?.address()?.to_owned()))
        .ok_or("nobody is named as the sender")?;
    let named = asked.destination.map(|to| to.to_addresses).unwrap_or_default();
    let recipient = match named.as_slice() {
        [] => message.to().and_then(|to| to.first()?.address()).map(str::to_owned),
        [one] => Some(one.clone()),
        _ => None,
    };
    Ok((sender, recipient.ok_or("name one recipient")?, raw))
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response {
    let header = (HeaderName::from_static("x-amzn-errortype"), kind);
    ([header], json_answer(status, &json!({ "message": message }))).into_response()
}
