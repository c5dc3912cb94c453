//! Forms as they were sent, and their fields as they are meant. What is refused is noted at its
//! field; what was typed stays as it was typed, for the form that is shown again.

use crate::admin::Admin;
use crate::errors::Errors;
use crate::refusal::Refusal;
use axum::extract::FromRequestParts;
use http::request::Parts;
use regent::acts::Once;
use regent::app::App;
use regent::domain::{Invalid, Unavailable};
use regent::oauth::Form;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Fields that no page repeats.
const SECRET: [&str; 2] = ["present", "password"];

/// The name of the hidden field that makes a second sending of the same form recognisable.
pub(crate) const KEY: &str = "key";

/// A form that was sent, CSRF token checked.
#[derive(Clone)]
pub(crate) struct Posted(Arc<Sent>);

struct Sent {
    form: Form,
    path: String,
    body: Vec<u8>,
}

impl Posted {
    /// A form that the gate has let through.
    pub(crate) fn new(form: Form, path: String, body: Vec<u8>) -> Self {
        Self(Arc::new(Sent { form, path, body }))
    }

    /// Where it was posted to.
    pub(crate) fn path(&self) -> &str {
        &self.0.path
    }

    /// All its fields but the token, to send it again as it was; none if that takes a secret.
    pub(crate) fn repeatable(&self) -> Option<impl Iterator<Item = (&str, &str)>> {
        let secret = SECRET.iter().any(|name| self.0.form.has(name));
        let fields = self.0.form.iter().filter(|(name, _)| *name != "csrf");
        (!secret).then_some(fields)
    }

    /// What a field holds, as it was typed; nothing if it is not there.
    pub(crate) fn text(&self, name: &'static str) -> &str {
        self.0.form.all(name).next().unwrap_or_default()
    }

    /// What all fields of a name hold.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0.form.all(name)
    }

    /// Whether a checkbox is ticked.
    pub(crate) fn ticked(&self, name: &'static str) -> bool {
        !self.text(name).is_empty()
    }

    /// The version of what the form was filled in from, if it says one.
    pub(crate) fn version(&self) -> Option<u64> {
        self.text("version").parse().ok()
    }

    /// The form's key, if it is one of ours.
    pub(crate) fn key(&self) -> Option<&str> {
        let key = self.text(KEY);
        (key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(key)
    }

    /// What makes a second sending of this form recognisable.
    pub(crate) fn once(&self, admin: &Admin) -> Option<Once> {
        let sent = &self.0;
        Some(admin.caller().once(self.key()?, "POST", &sent.path, &sent.body))
    }

    /// A reader of the fields.
    pub(crate) fn fields(&self) -> Fields<'_> {
        Fields {
            posted: self,
            errors: Errors::default(),
        }
    }
}

/// A key for a form that makes something.
pub(crate) fn new_key(app: &App) -> String {
    format!("{:032x}", u128::from_be_bytes(app.random()))
}

impl<S: Send + Sync> FromRequestParts<S> for Posted {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let posted = parts.extensions.get::<Self>().cloned();
        posted.ok_or_else(|| Unavailable("a form that passed no gate".to_owned()).into())
    }
}

/// Reads fields and notes what is wrong with each, so that all of it can be said at once.
pub(crate) struct Fields<'a> {
    posted: &'a Posted,
    /// What was wrong.
    pub(crate) errors: Errors,
}

impl Fields<'_> {
    /// What a field holds, as it was typed.
    pub(crate) fn text(&self, name: &'static str) -> &str {
        self.posted.text(name)
    }

    /// A field that must be filled in.
    pub(crate) fn one<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Option<T> {
        self.noted(name, parse(self.posted.text(name).trim()))
    }

    /// A field that may be empty.
    #[expect(clippy::option_option, reason = "refused, left empty and filled in are three things")]
    pub(crate) fn maybe<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<Option<T>> {
        let text = self.posted.text(name).trim();
        if text.is_empty() {
            return Some(None);
        }
        self.noted(name, parse(text)).map(Some)
    }

    /// Checkboxes.
    pub(crate) fn ticked<T: Ord>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<BTreeSet<T>> {
        let all: Result<_, _> = self.posted.all(name).map(parse).collect();
        self.noted(name, all)
    }

    fn noted<T>(&mut self, name: &'static str, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|why| self.errors.note(name, &why)).ok()
    }
}
