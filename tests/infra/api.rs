//! The HTTP API of a stack in a cloud that is not ours, as programs ask it and as a browser does.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::infra::cloud::{Cloud, Outputs};

/// The HTTP API of a stack, which the emulator knows by its host.
pub(super) struct Api {
    client: reqwest::Client,
    url: String,
    host: String,
}

impl Api {
    pub(super) fn of(cloud: &Cloud, stack: &Outputs) -> Self {
        Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
            url: cloud.endpoint().to_owned(),
            host: format!("{}.execute-api.localhost", stack.get("ApiId")),
        }
    }

    pub(super) async fn get(&self, path: &str, bearer: &str) -> (u16, Value) {
        self.send(self.client.get(format!("{}{path}", self.url)).bearer_auth(bearer))
            .await
    }

    pub(super) async fn post(&self, path: &str, bearer: &str, body: &Value) -> (u16, Value) {
        self.send(
            self.client
                .post(format!("{}{path}", self.url))
                .bearer_auth(bearer)
                .json(body),
        )
        .await
    }

    pub(super) async fn patch(&self, path: &str, bearer: &str, body: &Value) -> (u16, Value) {
        let asked = self.client.patch(format!("{}{path}", self.url));
        self.send(asked.bearer_auth(bearer).json(body)).await
    }

    pub(super) async fn form(&self, path: &str, fields: &[(&str, String)]) -> (u16, Value) {
        self.send(self.client.post(format!("{}{path}", self.url)).form(fields))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request
            .header("host", &self.host)
            .send()
            .await
            .expect("the API answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// Somebody at a browser: cookies, pages, forms.
pub(super) struct Person<'a> {
    api: &'a Api,
    cookies: BTreeMap<String, String>,
}

impl<'a> Person<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let cookies = BTreeMap::new();
        Self { api, cookies }
    }

    /// Opens a page.
    pub(super) async fn open(&mut self, path: &str) -> String {
        let asked = self.api.client.get(format!("{}{path}", self.api.url));
        let answer = self.send(asked).await;
        let status = answer.status();
        let page = answer.text().await.expect("a body");
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    /// Sends a form; returns where that leads.
    pub(super) async fn submit(&mut self, path: &str, fields: &[(&str, String)]) -> String {
        let asked = self.api.client.post(format!("{}{path}", self.api.url)).form(fields);
        let answer = self.send(asked).await;
        let (status, location) = (answer.status(), answer.headers().get("location").cloned());
        let page = answer.text().await.expect("a body");
        assert_eq!(status, 303, "{path}: {page}");
        location
            .and_then(|to| to.to_str().ok().map(str::to_owned))
            .expect("a way on")
    }

    async fn send(&mut self, asked: reqwest::RequestBuilder) -> reqwest::Response {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let asked = asked
            .header("host", &self.api.host)
            .header("sec-fetch-site", "same-origin");
        let answer = asked
            .header("cookie", cookies.join("; "))
            .send()
            .await
            .expect("the API answers");
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

/// The token of a page's main form.
pub(super) fn csrf(page: &str) -> String {
    let main = page.split("<main").nth(1).expect("a main part");
    let value = main.split("name=\"csrf\" value=\"").nth(1).expect("a form's token");
    value.split('"').next().expect("its end").to_owned()
}
