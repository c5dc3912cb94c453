//! The OpenAPI document, made of what the operations say of themselves, and the file that is
//! served of it.

use crate::BASE;
use crate::endpoints::{Described, Endpoints};
use axum::handler::Handler;
use regent::app::App;
use regent::domain::Privilege;
use regent::web::Problem;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{Result, Write};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

const ABOUT: &str = "The management API of Regent, an OAuth authorization server for service accounts.\n\n\
    Callers send an access token of the same server, whose audience is the URL of this API and whose scopes are \
    management privileges; the console's own pages send their session cookie. Which privileges an operation needs is in \
    its `security`, and `x-organization-wide` says that a caller who is limited to one subscription may not call it at all. What is not the caller's is not found. Errors are problem details (RFC 9457); lists have \
    pages; edits may be guarded by `If-Match`, creations and rotations by an `Idempotency-Key`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Regent management API", description = ABOUT),
    components(schemas(Problem)),
    tags(
        (name = "service accounts", description = "Users that are programs."),
        (name = "credentials", description = "Client IDs and secrets of service accounts."),
        (name = "clients", description = "Third-party apps that people connect."),
        (name = "users", description = "People and service accounts as users."),
        (name = "roles", description = "Named sets of privileges and scopes."),
        (name = "organizations"),
        (name = "subscriptions", description = "Data boundaries and their settings."),
        (name = "applications"),
        (name = "resources", description = "APIs: audiences with their scopes."),
        (name = "oauth approvals", description = "Which redirect domains the organization trusts."),
        (name = "audit", description = "Who did what to what."),
    )
)]
struct About;

/// The document without its operations.
fn about() -> OpenApi {
    let mut document = About::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let words = "A console session. Requests that change something send its token in X-CSRF-Token, too, and come from \
        this server's own pages.";
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description("__Host-regent", words));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let either = ["bearer", "session"].map(|scheme| SecurityRequirement::new(scheme, [] as [&str; 0]));
    document.security = Some(either.into());
    document
}

/// Operations go into the document.
impl Endpoints for OpenApi {
    fn with<D, H, T>(mut self, _: D, _: H) -> Self
    where
        D: Described,
        H: Handler<T, App>,
        T: 'static,
    {
        let mut operation = D::operation();
        let tags: Vec<String> = D::tags().into_iter().map(str::to_owned).collect();
        operation.tags = (!tags.is_empty()).then_some(tags);
        if let Some(needed) = operation.description.as_deref().and_then(Needed::of) {
            needed.describe(&mut operation);
        }
        self.paths
            .add_path_operation(format!("{BASE}{}", D::path()), D::methods(), operation);
        let mut schemas = Vec::new();
        D::schemas(&mut schemas);
        self.components.get_or_insert_default().schemas.extend(schemas);
        self
    }
}

/// What an operation says in words that it needs, for programs.
struct Needed {
    privileges: Vec<Privilege>,
    organization_wide: bool,
}

impl Needed {
    /// Where the words of an operation say what every call of it needs. What comes after `, and` is
    /// needed by some calls only.
    const BEGINS: &str = "Needs `";

    /// Reads "Needs `a`, `b` and `c` in the whole organization, and …".
    fn of(description: &str) -> Option<Self> {
        let description = description.replace('\n', " ");
        let (_, sentence) = description.split_once(Self::BEGINS)?;
        let sentence = sentence.split(". ").next()?.split(", and ").next()?;
        let every_second = sentence.trim_end_matches('.').split('`').step_by(2);
        let names = every_second.filter(|name| !name.starts_with(' ') && !name.is_empty());
        Some(Self {
            privileges: names.map(|name| Privilege::parse(name).expect(name)).collect(),
            organization_wide: sentence.contains("in the whole organization"),
        })
    }

    fn describe(&self, operation: &mut Operation) {
        let names: Vec<&str> = self.privileges.iter().map(|privilege| privilege.as_str()).collect();
        let either = ["bearer", "session"].map(|scheme| SecurityRequirement::new(scheme, names.clone()));
        operation.security = Some(either.into());
        if self.organization_wide {
            let wide = Extensions::builder().add("x-organization-wide", true).build();
            operation.extensions.get_or_insert_default().merge(wide);
        }
    }
}

#[test]
fn what_an_operation_needs_is_read_from_its_words() {
    for (words, names, organization_wide) in [
        ("Needs `settings:manage`.", "settings:manage", false),
        (
            "Needs `settings:manage`. Its tokens `a:b` are dead.",
            "settings:manage",
            false,
        ),
        (
            "Needs `users:manage` in the whole organization, and `roles:manage` for more.",
            "users:manage",
            true,
        ),
        (
            "Safe. Needs `settings:manage`, `users:manage` and `audit:read` in the\nwhole organization.",
            "settings:manage users:manage audit:read",
            true,
        ),
    ] {
        let needed = Needed::of(words).unwrap();
        let found: Vec<_> = needed.privileges.iter().map(|privilege| privilege.as_str()).collect();
        assert_eq!(
            (found.join(" ").as_str(), needed.organization_wide),
            (names, organization_wide),
            "{words}"
        );
    }
    assert!(Needed::of("Built-in roles first.").is_none());
}

/// Breaks lines down to here: each operation and each schema has one.
const DEPTH: usize = 3;

/// JSON that a diff of can be read, and that is hardly longer than without any line breaks.
struct Lines(usize);

impl Lines {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> Result<()> {
        self.0 += 1;
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> Result<()> {
        self.line(writer)?;
        self.0 -= 1;
        writer.write_all(bracket)
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> Result<()> {
        if self.0 <= DEPTH {
            writer.write_all(b"\n")?;
        }
        Ok(())
    }
}

impl Formatter for Lines {
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        self.next(writer, first)
    }
}

#[test]
fn the_document_that_is_served_is_the_one_the_operations_make() {
    let mut written = Vec::new();
    let document = crate::endpoints(about());
    document
        .serialize(&mut Serializer::with_formatter(&mut written, Lines(0)))
        .unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::fs::read(file).ok().as_ref() != Some(&written) {
        std::fs::write(file, written).unwrap();
        panic!("openapi.json was behind and has been written anew: commit it");
    }
}
