//! Client metadata (RFC 7591 §2): what a client says of itself, in a registration or in the document
//! at its client ID's URL (draft-ietf-oauth-client-id-metadata-document §4.1). Members that mean
//! nothing here are ignored.

use crate::domain::{Client, DocumentUrl, Invalid, Name, Origin, RedirectUri, SecretMethod};
use serde_json::{Map, Value};

/// What of it counts here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientMetadata {
    /// What it calls itself, or the host it sends people back to.
    pub name: Name<64>,
    /// Where codes may be sent; at least one.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it will send its secret; none for a public client.
    pub method: Option<SecretMethod>,
    /// Whether it means to use refresh tokens.
    pub refreshes: bool,
}

/// A member that is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{member} {why}")]
pub struct MetadataError {
    /// Which one.
    pub member: &'static str,
    /// Why.
    pub why: Invalid,
}

impl MetadataError {
    /// The member that has a code of its own (RFC 7591 §3.2.2).
    pub const REDIRECT_URIS: &str = "redirect_uris";
}

const NAME: &str = "client_name";
const REDIRECT_URIS: &str = MetadataError::REDIRECT_URIS;
const METHOD: &str = "token_endpoint_auth_method";
const GRANT_TYPES: &str = "grant_types";
const RESPONSE_TYPES: &str = "response_types";

impl ClientMetadata {
    /// Reads a registration request's body (RFC 7591 §3.1), defaults filled in.
    pub fn of_registration(body: &[u8]) -> Result<Self, MetadataError> {
        let members = object(body)?;
        let redirect_uris = redirect_uris(&members)?;
        let grant_types = list(&members, GRANT_TYPES)?;
        if let Some(types) = &grant_types {
            // Whoever registers itself acts for people only: a service account is an admin's to make.
            if ["client_credentials", "password", "implicit"]
                .iter()
                .any(|no| types.contains(no))
            {
                return refused(GRANT_TYPES, "must be authorization_code and refresh_token only");
            }
            flows(types)?;
        }
        if let Some(types) = list(&members, RESPONSE_TYPES)?
            && types != ["code"]
        {
            return refused(RESPONSE_TYPES, "must be code, which goes with authorization_code");
        }
        let method = match text(&members, METHOD)? {
            None | Some("client_secret_basic") => Some(SecretMethod::Basic),
            Some("client_secret_post") => Some(SecretMethod::Post),
            Some("none") => None,
            Some(_) => return refused(METHOD, "must be none, client_secret_basic or client_secret_post"),
        };
        let name = match name(&members)? {
            Some(name) => name,
            None => stand_in(&redirect_uris)?,
        };
        Ok(Self {
            name,
            redirect_uris,
            method,
            refreshes: grant_types.is_some_and(|types| types.contains(&"refresh_token")),
        })
    }

    /// Reads the document at a client ID's URL. It can hold no secret, so its client is public.
    pub fn of_document(body: &[u8], url: &DocumentUrl) -> Result<Self, MetadataError> {
        let members = object(body)?;
        if members.get("client_id").and_then(Value::as_str) != Some(url.as_str()) {
            return refused("client_id", "must be the URL of the document, byte for byte");
        }
        for secret in ["client_secret", "client_secret_expires_at"] {
            if members.contains_key(secret) {
                return refused(secret, "must not be in a document that everybody can read");
            }
        }
        match text(&members, METHOD)? {
            None | Some("none") => {}
            Some(_) => {
                return refused(
                    METHOD,
                    "must be none: this server knows no other for metadata documents",
                );
            }
        }
        let grant_types = list(&members, GRANT_TYPES)?;
        if let Some(types) = &grant_types {
            flows(types)?;
        }
        if list(&members, RESPONSE_TYPES)?.is_some_and(|types| !types.contains(&"code")) {
            return refused(RESPONSE_TYPES, "must have code");
        }
        let Some(name) = name(&members)? else {
            return refused(NAME, "is missing");
        };
        Ok(Self {
            name,
            redirect_uris: redirect_uris(&members)?,
            method: None,
            refreshes: grant_types.is_some_and(|types| types.contains(&"refresh_token")),
        })
    }

    /// The grant types it gets, as a registration's answer says them.
    pub fn grant_types(&self) -> &'static [&'static str] {
        if self.refreshes {
            &["authorization_code", "refresh_token"]
        } else {
            &["authorization_code"]
        }
    }
}

fn refused<T>(member: &'static str, why: &'static str) -> Result<T, MetadataError> {
    Err(MetadataError {
        member,
        why: Invalid::new(why),
    })
}

fn object(body: &[u8]) -> Result<Map<String, Value>, MetadataError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => refused("it", "must be a JSON object"),
    }
}

/// A member that is a string; null counts as left out.
fn text<'a>(members: &'a Map<String, Value>, member: &'static str) -> Result<Option<&'a str>, MetadataError> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => refused(member, "must be a string"),
    }
}

/// A member that is a list of strings.
fn list<'a>(members: &'a Map<String, Value>, member: &'static str) -> Result<Option<Vec<&'a str>>, MetadataError> {
    let Some(value) = members.get(member).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let strings = value
        .as_array()
        .and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    strings.map_or_else(
        || refused(member, "must be a list of strings"),
        |strings| Ok(Some(strings)),
    )
}

fn name(members: &Map<String, Value>) -> Result<Option<Name<64>>, MetadataError> {
    let name = text(members, NAME)?.map(Name::parse).transpose();
    name.map_err(|why| MetadataError { member: NAME, why })
}

fn redirect_uris(members: &Map<String, Value>) -> Result<Vec<RedirectUri>, MetadataError> {
    let mut uris = Vec::new();
    for text in list(members, REDIRECT_URIS)?.unwrap_or_default() {
        let uri = RedirectUri::parse(text).map_err(|why| MetadataError {
            member: REDIRECT_URIS,
            why,
        })?;
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Client::check_redirect_uris(&uris).map_err(|why| MetadataError {
        member: REDIRECT_URIS,
        why,
    })?;
    Ok(uris)
}

/// People are sent here for a code, so that is what a client must mean to redeem (RFC 7591 §2.1).
fn flows(grant_types: &[&str]) -> Result<(), MetadataError> {
    if grant_types.contains(&"authorization_code") {
        Ok(())
    } else {
        refused(GRANT_TYPES, "must have authorization_code")
    }
}

/// What to call a client that does not say.
fn stand_in(redirect_uris: &[RedirectUri]) -> Result<Name<64>, MetadataError> {
    let origin = redirect_uris.first().map(RedirectUri::origin);
    let host = origin.as_ref().and_then(Origin::host).map(str::to_owned);
    let called = host
        .or_else(|| origin.map(|origin| origin.to_string()))
        .unwrap_or_default();
    let called: String = called.chars().take(64).collect();
    Name::parse(&called).map_err(|why| MetadataError { member: NAME, why })
}

#[cfg(test)]
mod tests;
