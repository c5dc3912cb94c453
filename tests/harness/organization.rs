//! A second customer in the same region: what must never be reached from the first.

use regent::acts::{FirstRun, found, perform, person_token};
use regent::domain::{Audience, Description, Email, Name, Scope, Scopes, Seconds};

use super::Region;

/// Another organization, with everything the first one has.
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) subscription: String,
    pub(crate) application: String,
    pub(crate) role: String,
    pub(crate) resource: String,
    pub(crate) admin: String,
    /// Its admin's token for the management API.
    pub(crate) token: String,
}

impl Organization {
    pub(crate) async fn found(region: &Region) -> Self {
        let app = &region.running.app;
        let resource = app.config().issuer.at("/globex");
        let scope = |name| (Scope::parse(name).unwrap(), Description::default());
        let admin = Email::parse("admin@globex.test").unwrap();
        let run = FirstRun {
            organization: Name::parse("Globex").unwrap(),
            subscription: Name::parse("Globex production").unwrap(),
            applications: vec![Name::parse("Reactor").unwrap()],
            resource: (
                Name::parse("Globex API").unwrap(),
                Audience::parse(&resource).unwrap(),
                [scope("read:me"), scope("write:me")].into(),
            ),
            roles: vec![(Name::parse("Globex reader").unwrap(), Scopes::parse("read:me").unwrap())],
            password: Some(FirstRun::password("seven trombones", &admin).unwrap()),
            admin,
        };
        let founded = perform(app, async || found(app, &run).await).await.unwrap();
        let token = person_token(app, founded.admin, Seconds(86_400)).await.unwrap();
        Self {
            id: founded.organization.to_string(),
            subscription: founded.subscription.to_string(),
            application: founded.applications[0].to_string(),
            role: founded.roles[0].to_string(),
            resource,
            admin: founded.admin.to_string(),
            token,
        }
    }
}
