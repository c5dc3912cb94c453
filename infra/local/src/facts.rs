//! What a newcomer, or a test, needs to know of a running region: one JSON line, or a page of text.

use serde::Serialize;

/// The facts, in the JSON line's words and order. They hold a password and a token, which `Debug` leaves out.
#[derive(Clone, Serialize)]
pub struct Facts {
    /// The region's label.
    pub region: String,
    /// The issuer identifier, which every URL here starts with.
    pub issuer: String,
    /// Where the management API is, which is also its audience.
    pub api: String,
    /// The forward-authentication endpoint.
    pub verify: String,
    /// The first admin.
    pub admin: Admin,
    /// The organization's id.
    pub organization: String,
    /// The subscription's id.
    pub subscription: String,
    /// The ids of its two applications.
    pub applications: Vec<String>,
    /// Role ids; the first grants `read:me`.
    pub roles: Vec<String>,
    /// The audience of the sample API.
    pub resource: String,
    /// The mailbox, for people: every mail the region sent.
    #[serde(skip)]
    pub mail: String,
}

/// The first admin's sign-in, and a token for the management API.
#[derive(Clone, Serialize)]
pub struct Admin {
    /// Where the admin's mail goes.
    pub email: String,
    /// The generated password.
    pub password: String,
    /// A bearer token with every privilege, valid for a day and made anew at each start.
    pub token: String,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Facts {
    /// The one line of `--json`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// What a person reads. The commands work as they are pasted, more than once.
    pub fn to_text(&self) -> String {
        let Self {
            region,
            issuer,
            api,
            subscription,
            admin,
            mail,
            ..
        } = self;
        let Admin { email, password, token } = admin;
        let application = self.applications.first().map_or("", String::as_str);
        let role = self.roles.first().map_or("", String::as_str);
        format!(
            r#"
Region {region} is up. Ctrl-C ends it; its state stays.

  issuer      {issuer}
  API         {api}   described at {api}/openapi.json
  sample API  {issuer}/acme/me
  console     {issuer}/console
  mailbox     {mail}
  new keys    curl -X POST {issuer}/_local/rotate
  admin       {email}
  password    {password}

To paste: an admin API token, good for a day; a service account; a token for it; a call with that token.

ADMIN={token}
CLIENT=$(curl -s {api}/service-accounts -H "Authorization: Bearer $ADMIN" -H 'Content-Type: application/json' -d '{{"name":"agent '$(date +%s)'","subscription":"{subscription}","applications":["{application}"],"roles":["{role}"]}}' | sed 's/.*"client_id":"\([^"]*\)".*"client_secret":"\([^"]*\)".*/\1:\2/')
TOKEN=$(curl -s {issuer}/oauth/v1/token -u "$CLIENT" -d grant_type=client_credentials | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl {issuer}/acme/me -H "Authorization: Bearer $TOKEN"

"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let text = str::to_owned;
        Facts {
            region: text("us"),
            issuer: text("http://127.0.0.1:8787"),
            api: text("http://127.0.0.1:8787/api/v1"),
            verify: text("http://127.0.0.1:8787/verify"),
            admin: Admin {
                email: text("admin@acme.test"),
                password: text("pass"),
                token: text("jwt"),
            },
            organization: text("org_1"),
            subscription: text("sub_1"),
            applications: vec![text("app_1"), text("app_2")],
            roles: vec![text("rol_1")],
            resource: text("http://127.0.0.1:8787/acme"),
            mail: text("http://127.0.0.1:8787/_local/mail"),
        }
    }

    #[test]
    fn the_json_line_is_one_line_with_the_promised_fields() {
        assert_eq!(
            facts().to_json().unwrap(),
            concat!(
                r#"{"region":"us","issuer":"http://127.0.0.1:8787","api":"http://127.0.0.1:8787/api/v1","#,
                r#""verify":"http://127.0.0.1:8787/verify","#,
                r#""admin":{"email":"admin@acme.test","password":"pass","token":"jwt"},"#,
                r#""organization":"org_1","subscription":"sub_1","applications":["app_1","app_2"],"#,
                r#""roles":["rol_1"],"resource":"http://127.0.0.1:8787/acme"}"#,
            )
        );
    }

    #[test]
    fn the_text_names_the_pages_to_open_next() {
        let text = facts().to_text();
        for path in ["/api/v1/openapi.json", "/console", "/_local/mail", "/_local/rotate"] {
            assert!(text.contains(&format!("http://127.0.0.1:8787{path}")), "{path}");
        }
    }
}
