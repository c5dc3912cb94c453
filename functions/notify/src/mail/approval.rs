//! To those who decide: somebody asks that a domain be approved.

use regent::app::App;
use regent::domain::{AuditEvent, Invalid, Organization, Origin, User, one_line};

use super::letter::Letter;
use super::{Mail, minute};
use crate::event::approval_link;

/// A request, as its audit event tells of it.
pub(crate) struct Approval<'a> {
    event: &'a AuditEvent,
    origin: Origin,
}

impl<'a> Approval<'a> {
    /// Reads the event.
    pub(crate) fn of(event: &'a AuditEvent) -> Result<Self, Invalid> {
        let origin = event.details.get("origin").unwrap_or(&event.target.name);
        Ok(Self {
            event,
            origin: Origin::parse(origin)?,
        })
    }

    /// The mail to one of those who decide.
    pub(crate) fn mail(&self, app: &App, organization: &Organization, to: &User) -> Mail {
        let name = one_line(organization.name.as_str(), 64);
        let heading = format!("{name}: {} asks for access", self.who());
        let letter = Letter {
            heading: heading.clone(),
            opening: vec![format!(
                "{} wants to use an app with {name} and asks that you approve where it sends people back to.",
                self.requester()
            )],
            facts: self.facts(),
            meaning: vec![
                self.meaning(&name),
                "Rejecting keeps every such app out. You can change either decision later.".to_owned(),
            ],
            action: ("Review the request", approval_link(app, &self.event.target)),
            closing: vec![
                "The link opens the console, where you sign in and decide. Nothing is decided by opening it."
                    .to_owned(),
                format!("You get this mail because you may decide such requests in {name}."),
            ],
        };
        let id = &self.event.target.id;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        Mail {
            thread: id.chars().all(is_plain).then(|| format!("{id}.{}", to.id)),
            list: Some(format!("oauth-approvals.{}", organization.id)),
            ..Mail::new(app, self.event.id, to, &heading, letter)
        }
    }

    fn who(&self) -> String {
        match &self.origin {
            Origin::Web(_) => self.origin.host().unwrap_or_default().to_owned(),
            Origin::Loopback => "an app on a person's own computer".to_owned(),
            Origin::Scheme(scheme) => format!("an app on a person's device ({scheme}:)"),
        }
    }

    fn requester(&self) -> String {
        one_line(self.detail("requester").unwrap_or(&self.event.actor.name), 254)
    }

    fn detail(&self, name: &str) -> Option<&'a str> {
        self.event.details.get(name).map(String::as_str)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let app = self.detail("client_name").filter(|name| !name.trim().is_empty());
        let app = app.map_or_else(
            || "it gives no name".to_owned(),
            |name| format!("“{}” (what it calls itself; not verified)", unlinked(name)),
        );
        let mut facts = vec![
            ("Asked by", self.requester()),
            ("Asked at", minute(self.event.at)),
            ("App", app),
        ];
        match &self.origin {
            Origin::Web(_) => {
                let host = self.origin.host().unwrap_or_default();
                facts.push(("Domain", host.to_owned()));
                facts.extend(unicode(host).map(|unicode| ("Domain in Unicode", unicode)));
            }
            Origin::Loopback | Origin::Scheme(_) => facts.push(("Returns to", self.origin.to_string())),
        }
        let more = [("Redirect URI", "redirect_uri"), ("Client ID", "client_id")];
        facts.extend(
            more.into_iter()
                .filter_map(|(name, detail)| Some((name, one_line(self.detail(detail)?, 600)))),
        );
        facts
    }

    fn meaning(&self, organization: &str) -> String {
        let limits = match &self.origin {
            Origin::Web(_) => format!(
                "Approving lets every app that sends people back to an address under {}/ ask people of {organization} \
                 for access, not only this one. It covers no sub-domain, no other port and no other domain.",
                self.origin
            ),
            Origin::Loopback => format!(
                "Approving lets every program that runs on a person's own computer, on any port, ask people of \
                 {organization} for access, not only this one."
            ),
            Origin::Scheme(scheme) => format!(
                "Approving lets every app that opens links beginning with {scheme}: on a person's device ask people of \
                 {organization} for access, not only this one."
            ),
        };
        format!("{limits} Each person still decides what an app may do for them.")
    }
}

/// How a browser may show a host that is written in punycode; none if that is the same or cannot be
/// shown without deceiving.
fn unicode(host: &str) -> Option<String> {
    let (unicode, sound) = idna::domain_to_unicode(host);
    (sound.is_ok() && unicode != host && one_line(&unicode, 300) == unicode).then_some(unicode)
}

/// A name that mail programs make no link of.
fn unlinked(name: &str) -> String {
    one_line(name, 80).replace("://", ": //")
}
