//! A tiny browser without JavaScript: it keeps cookies, follows redirects one by one when told to,
//! finds forms and sends them back with their hidden fields, as a person's does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Answer, Asked, Http};

/// One person's browser. A clone shares the cookies, like a second tab.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    http: Http,
    origin: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// A form of a page.
#[derive(Clone, Debug)]
pub(crate) struct HtmlForm {
    /// Where it goes: its `action`, or the page's own address.
    pub(crate) action: String,
    /// `get` or `post`.
    pub(crate) method: String,
    /// Its hidden fields, and the others that the server filled in, in the page's order.
    pub(crate) fields: Vec<(String, String)>,
    /// The names and values of its buttons.
    pub(crate) buttons: Vec<(String, String)>,
}

impl Browser {
    /// A browser without cookies at a server.
    pub(crate) fn new(base: &str) -> Self {
        Self::at(base, base)
    }

    /// The same where the server is reached at another address than its own.
    pub(crate) fn at(base: &str, origin: &str) -> Self {
        Self {
            http: Http::new(base),
            origin: origin.to_owned(),
            cookies: Arc::default(),
        }
    }

    /// A browser with the same cookies now, and its own from now on.
    pub(crate) fn copy(&self) -> Self {
        Self {
            cookies: Arc::new(Mutex::new(self.cookies.lock().unwrap().clone())),
            ..self.clone()
        }
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Plants a cookie, as an attacker might.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// A request with the cookies, before it is sent. Its answer's cookies are not kept.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Asked {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let asked = self.http.ask(method, path).header("user-agent", "Test browser");
        if pairs.is_empty() {
            asked
        } else {
            asked.header("cookie", &pairs.join("; "))
        }
    }

    /// Sends a request and keeps the cookies it brings.
    pub(crate) async fn send(&self, asked: Asked) -> Answer {
        let answer = asked.send().await;
        self.keep(&answer);
        answer
    }

    /// Opens a page; a redirect is an answer like any other.
    pub(crate) async fn open(&self, path: &str) -> Answer {
        let asked = self.ask("GET", path).header("sec-fetch-site", "none");
        self.send(asked).await
    }

    /// Opens a page and follows redirects within the server to the one they lead to. Returns its
    /// path with it.
    pub(crate) async fn follow(&self, path: &str) -> (String, Answer) {
        let mut path = path.to_owned();
        for _ in 0..10 {
            let answer = self.open(&path).await;
            match answer.location() {
                Some(next) if next.starts_with('/') => path = next,
                _ => return (path, answer),
            }
        }
        panic!("redirects without end: {path}");
    }

    /// Sends fields to a path as a form of this server's own pages does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let asked = self.posting(path).form(fields);
        self.send(asked).await
    }

    /// A POST with the headers that a browser adds to a form of the same site.
    pub(crate) fn posting(&self, path: &str) -> Asked {
        self.ask("POST", path)
            .header("origin", &self.origin)
            .header("sec-fetch-site", "same-origin")
    }

    /// Fills a form in and sends it: `typed` goes over the fields it came with.
    pub(crate) async fn submit(&self, form: &HtmlForm, typed: &[(&str, &str)]) -> Answer {
        let fields = form.filled(typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if form.method == "get" {
            let asked = self.ask("GET", &form.action).query(&fields);
            return self.send(asked).await;
        }
        self.post(&form.action, &fields).await
    }

    /// Signs a person in, and returns the answer: a redirect if it went well.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let page = self.open("/sign-in").await.is(200);
        let form = page.form("/sign-in");
        self.submit(&form, &[("email", email), ("password", password)]).await
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for header in answer.headers.get_all("set-cookie") {
            let text = header.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let gone = attributes
                .split(';')
                .any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0"));
            if gone {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl HtmlForm {
    /// Its fields with what a person typed over them.
    pub(crate) fn filled(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.fields.clone();
        fields.retain(|(name, _)| typed.iter().all(|(known, _)| known != name));
        fields.extend(
            typed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        fields
    }

    /// A field's value.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no field {name}: {self:?}")).1
    }
}

impl Answer {
    /// Where it redirects to, without this server's origin.
    pub(crate) fn location(&self) -> Option<String> {
        if !self.status.is_redirection() {
            return None;
        }
        self.header("location").map(str::to_owned)
    }

    /// Demands a redirect by 303 to a place.
    #[track_caller]
    pub(crate) fn leads_to(self, place: &str) -> Self {
        let answer = self.is(303);
        assert_eq!(answer.header("location"), Some(place), "{answer:#?}");
        answer
    }

    /// The page's forms.
    pub(crate) fn forms(&self) -> Vec<HtmlForm> {
        let parts = self.body.split("<form").skip(1);
        parts.map(|part| read(part.split("</form>").next().unwrap())).collect()
    }

    /// The form whose action has this path.
    #[track_caller]
    pub(crate) fn form(&self, path: &str) -> HtmlForm {
        let found = self
            .forms()
            .into_iter()
            .find(|form| form.action.split('?').next() == Some(path));
        found.unwrap_or_else(|| panic!("no form to {path}: {self:#?}"))
    }

    /// The page's text, without tags, entities read, white space as one space.
    pub(crate) fn words(&self) -> String {
        let mut words = String::new();
        let mut rest = self.body.as_str();
        while let Some((text, tag)) = rest.split_once('<') {
            words.push_str(text);
            words.push(' ');
            rest = tag.split_once('>').map_or("", |(_, after)| after);
        }
        words.push_str(rest);
        unescaped(&words.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn read(form: &str) -> HtmlForm {
    let (head, body) = form.split_once('>').unwrap();
    let (mut fields, mut buttons) = (vec![], vec![]);
    for tag in body.split('<').filter_map(|part| part.split_once('>')) {
        let (tag, text) = (tag.0, tag.1);
        let name = attribute(tag, "name");
        let value = attribute(tag, "value");
        let kind = attribute(tag, "type").unwrap_or_default();
        let Some(name) = name else { continue };
        let checkable = kind == "checkbox" || kind == "radio";
        if tag.starts_with("button") {
            buttons.push((name, value.unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, unescaped(text.trim_start_matches('\n'))));
        } else if tag.starts_with("input") && (!checkable || flag(tag, "checked")) {
            fields.push((
                name,
                value.unwrap_or_else(|| if checkable { "on" } else { "" }.to_owned()),
            ));
        } else if tag.starts_with("select") {
            fields.push((name.clone(), selected(body, &name)));
        }
    }
    HtmlForm {
        action: attribute(head, "action").unwrap_or_default(),
        method: attribute(head, "method")
            .unwrap_or_else(|| "get".to_owned())
            .to_lowercase(),
        fields,
        buttons,
    }
}

/// The selected option of a list, or its first.
fn selected(body: &str, name: &str) -> String {
    let from = body.find(&format!("name=\"{name}\"")).unwrap();
    let list = body[from..].split("</select>").next().unwrap();
    let options: Vec<&str> = list.split("<option").skip(1).collect();
    let chosen = options
        .iter()
        .find(|option| flag(option.split('>').next().unwrap(), "selected"));
    let option = chosen.or(options.first());
    option.and_then(|option| attribute(option, "value")).unwrap_or_default()
}

fn flag(tag: &str, name: &str) -> bool {
    tag.split_whitespace()
        .any(|word| word.trim_end_matches('/') == name || word.starts_with(&format!("{name}=")))
}

/// An attribute's value; the server quotes them all.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next().unwrap();
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescaped(value))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}
