//! What API Gateway hands over, as a request that a router can be given, whatever its caller wrote.
//!
//! `lambda_http` ends the process where it can make nothing of an event: of `Host` and
//! `X-Forwarded-Proto` it makes a URL with the path and the query, and unwraps it; a body that says it
//! is base64 is one to it. So it is given a shell that holds none of these, and what it would have
//! made of them is made here. A request has the path and query that the event names, as one on a
//! socket has them: where it was sent is the configuration's to know, never a header's.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::Uri;
use http::header::HOST;
use http::uri::PathAndQuery;
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::mem::take;

/// An event as it came.
pub(super) struct Arrived {
    /// What `lambda_http` makes a request of, with nothing in it that it could stumble over.
    pub(super) shell: LambdaRequest,
    /// What belongs into that request.
    pub(super) content: Result<Content, Unsound>,
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Content {
    /// Path and query.
    pub(super) uri: Uri,
    /// The body, decoded.
    pub(super) body: Body,
}

/// Why an event makes no request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(in crate::web) enum Unsound {
    /// It is no request of API Gateway's, or a method or header of it is none.
    #[error("the event is no request")]
    Event,
    /// Path and query make no URL: they are too long.
    #[error("the event's path and query make no URL")]
    Url,
    /// It says that its body is base64, which it is not.
    #[error("the event's body is not base64")]
    Body,
}

/// What no path has unencoded (RFC 3986 §3.3). API Gateway decodes what a caller encoded.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'[').add(b']');

/// What no query has unencoded (RFC 3986 §3.4), and `http::Uri` refuses.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Reads an event.
pub(super) fn read(event: &str) -> Arrived {
    match serde_json::from_str(event) {
        Ok(LambdaRequest::ApiGatewayV2(event)) => of_http_api(event),
        Ok(LambdaRequest::ApiGatewayV1(event)) => of_rest_api(event),
        Ok(_) | Err(_) => unreadable(event),
    }
}

/// Payload format 2.0.
fn of_http_api(mut event: ApiGatewayV2httpRequest) -> Arrived {
    let query = event.raw_query_string.take().unwrap_or_default();
    let content = content(
        event.raw_path.take(),
        &query,
        (event.body.take(), take(&mut event.is_base64_encoded)),
    );
    event.headers.remove(HOST);
    event.query_string_parameters = QueryMap::default();
    event.request_context.stage = None;
    event.request_context.domain_name = None;
    Arrived {
        shell: LambdaRequest::ApiGatewayV2(event),
        content,
    }
}

/// Payload format 1.0.
fn of_rest_api(mut event: ApiGatewayProxyRequest) -> Arrived {
    let (one, many) = (
        take(&mut event.query_string_parameters),
        take(&mut event.multi_value_query_string_parameters),
    );
    let query = if many.is_empty() { pairs(&one) } else { pairs(&many) };
    let content = content(
        event.path.take(),
        &query,
        (event.body.take(), take(&mut event.is_base64_encoded)),
    );
    // The last value of each alone: it would take the place of all the others.
    if !event.multi_value_headers.is_empty() {
        event.headers.clear();
    }
    event.headers.remove(HOST);
    event.multi_value_headers.remove(HOST);
    event.request_context.stage = None;
    event.request_context.domain_name = None;
    Arrived {
        shell: LambdaRequest::ApiGatewayV1(event),
        content,
    }
}

fn content(path: Option<String>, query: &str, body: (Option<String>, bool)) -> Result<Content, Unsound> {
    let path = path.unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut asked = format!("{slash}{}", utf8_percent_encode(&path, PATH));
    if !query.is_empty() {
        asked.push('?');
        asked.extend(utf8_percent_encode(query, QUERY));
    }
    // Never read as a whole URL: `//host/path` is a path here.
    let asked = PathAndQuery::try_from(asked).map_err(|_| Unsound::Url)?;
    let body = match body {
        (None, _) => Body::Empty,
        (Some(text), false) => Body::Text(text),
        (Some(text), true) => Body::Binary(BASE64_STANDARD.decode(text).map_err(|_| Unsound::Body)?),
    };
    Ok(Content {
        uri: Uri::from(asked),
        body,
    })
}

/// Parameters as a query. They are read by way of JSON because their own iterator panics at a name
/// that has no value.
fn pairs(parameters: &impl Serialize) -> String {
    let parameters = serde_json::to_value(parameters).unwrap_or_default();
    let parameters: BTreeMap<String, Vec<String>> = serde_json::from_value(parameters).unwrap_or_default();
    let pairs = parameters
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A shell for what is no request, so that the answer has the form that its kind of API reads, and
/// its line in the log says who asked.
fn unreadable(event: &str) -> Arrived {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let request_id = text("/requestContext/requestId");
    let shell = if event["httpMethod"].is_string() || event["version"] == "1.0" {
        let mut shell = ApiGatewayProxyRequest::default();
        shell.request_context.request_id = request_id;
        shell.request_context.identity.source_ip = text("/requestContext/identity/sourceIp");
        LambdaRequest::ApiGatewayV1(shell)
    } else {
        let mut shell = ApiGatewayV2httpRequest::default();
        shell.request_context.request_id = request_id;
        shell.request_context.http.source_ip = text("/requestContext/http/sourceIp");
        LambdaRequest::ApiGatewayV2(shell)
    };
    Arrived {
        shell,
        content: Err(Unsound::Event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(event: &Value) -> Result<String, Unsound> {
        read(&event.to_string()).content.map(|content| content.uri.to_string())
    }

    fn http_api(path: &str, query: &str) -> Value {
        json!({"version": "2.0", "rawPath": path, "rawQueryString": query,
            "requestContext": {"stage": "$default", "http": {"method": "GET"}}})
    }

    #[test]
    fn a_request_asks_for_the_events_path_and_query_and_for_no_other_host() {
        for (path, query, expected) in [
            ("/verify", "", "/verify"),
            ("/verify", "a=b&c", "/verify?a=b&c"),
            ("/verify", "a=<script>|{%3C}", "/verify?a=%3Cscript%3E%7C%7B%3C%7D"),
            ("/a b", "", "/a%20b"),
            ("/a%20b", "", "/a%20b"),
            ("/a?b#c", "d#e", "/a%3Fb%23c?d%23e"),
            ("/ü", "ü", "/%C3%BC?%C3%BC"),
            ("", "", "/"),
            ("verify", "", "/verify"),
            ("//evil.test/verify", "", "//evil.test/verify"),
            ("@evil.test", "", "/@evil.test"),
            (":99999", "", "/:99999"),
            ("https://evil.test/", "", "/https://evil.test/"),
        ] {
            assert_eq!(asked(&http_api(path, query)).as_deref(), Ok(expected), "{path} {query}");
        }
        assert_eq!(
            asked(&http_api(&format!("/{}", "a".repeat(70_000)), "")),
            Err(Unsound::Url)
        );
    }

    #[test]
    fn a_query_of_a_rest_api_is_its_parameters_and_one_without_values_is_none() {
        let event = |one: Value, many: Value| {
            json!({"version": "1.0", "path": "/verify", "httpMethod": "GET",
                "queryStringParameters": one, "multiValueQueryStringParameters": many,
                "requestContext": {"stage": "prod", "httpMethod": "GET"}})
        };
        for (one, many, expected) in [
            (json!({"a": "2"}), json!({"a": ["1", "2"]}), "/verify?a=1&a=2"),
            (json!({"a": "b c&d"}), json!(null), "/verify?a=b+c%26d"),
            (json!(null), json!({"a": []}), "/verify"),
            (json!(null), json!(null), "/verify"),
        ] {
            assert_eq!(
                asked(&event(one.clone(), many.clone())).as_deref(),
                Ok(expected),
                "{one} {many}"
            );
        }
    }

    #[test]
    fn a_body_is_decoded_where_it_says_so_and_only_there() {
        let body = |text: &str, encoded: bool| {
            let mut event = http_api("/", "");
            (event["body"], event["isBase64Encoded"]) = (json!(text), json!(encoded));
            read(&event.to_string()).content.map(|content| content.body.to_vec())
        };
        assert_eq!(body("YT1i", true), Ok(b"a=b".to_vec()));
        assert_eq!(body("YT1i", false), Ok(b"YT1i".to_vec()));
        for wrong in ["%", "YT1", "YT1i\n", "=", "ü"] {
            assert_eq!(body(wrong, true), Err(Unsound::Body), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_request_makes_none() {
        let mut odd = http_api("/", "");
        odd["headers"] = json!({"a b": "c"});
        for event in [json!(null), json!([]), json!({}), json!({"Records": []}), odd] {
            assert_eq!(asked(&event), Err(Unsound::Event), "{event}");
        }
        assert!(matches!(read("{").content, Err(Unsound::Event)));
    }
}
