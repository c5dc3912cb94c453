//! Requests as short as they can be, and answers that print themselves when they are not as wanted.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A server to ask.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    base: String,
    client: Client,
}

impl Http {
    pub(crate) fn new(base: &str) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            base: base.to_owned(),
            client,
        }
    }

    /// A request for a path, or for a whole URL.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Asked {
        let url = if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.to_owned()
        };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Asked(self.client.request(method, url))
    }

    pub(crate) fn get(&self, path: &str) -> Asked {
        self.ask("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Asked {
        self.ask("POST", path)
    }

    /// The token endpoint.
    pub(crate) fn token(&self) -> Asked {
        self.post("/oauth/v1/token")
    }
}

/// A request before it is sent.
#[must_use]
pub(crate) struct Asked(RequestBuilder);

impl Asked {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    pub(crate) fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header("content-type", content_type).body(body.into()))
    }

    pub(crate) fn raw_form(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("application/x-www-form-urlencoded", body)
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.form(fields))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    pub(crate) fn query(self, fields: &[(&str, &str)]) -> Self {
        Self(self.0.query(fields))
    }

    /// HTTP Basic with the parts as they are.
    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        let credentials = BASE64_STANDARD.encode(format!("{id}:{secret}"));
        self.header("authorization", &format!("Basic {credentials}"))
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// The same where the server may go away meanwhile.
    pub(crate) async fn try_send(self) -> reqwest::Result<Answer> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        Ok(Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        })
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Demands a status; otherwise the whole answer is the test's message.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:#?}");
        self
    }

    /// A header, if it is there exactly once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// The body as JSON; null if there is none.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:#?}"))
    }

    /// A string in the JSON body.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let body = self.json();
        let found = body.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no text at {pointer}: {self:#?}"))
            .to_owned()
    }

    /// Demands an OAuth error: its code, a description of the characters RFC 6749 §5.2 allows, and
    /// an answer that nobody keeps.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, error: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(answer.text("/error"), error, "{answer:#?}");
        let description = answer.text("/error_description");
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(
            !description.is_empty() && description.chars().all(allowed),
            "{description}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.not_kept()
    }

    /// Demands an answer that no cache keeps (RFC 6749 §5.1).
    #[track_caller]
    pub(crate) fn not_kept(self) -> Self {
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:#?}");
        self
    }

    /// Demands problem details (RFC 9457), and returns which problem.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> String {
        let answer = self.is(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{answer:#?}"
        );
        let body = answer.json();
        assert_eq!(body["status"], status, "{answer:#?}");
        assert!(
            !answer.text("/title").is_empty() && !answer.text("/detail").is_empty(),
            "{answer:#?}"
        );
        answer.text("/type").replace("urn:regent:problem:", "")
    }
}

/// Every byte that could be encoded, encoded.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}
