//! Where a request goes: subscription A or B of the first organization, the other organization, or what
//! is nobody's. In each place there is one of everything, and it holds nothing.

use regent::domain::{Approval, ApprovalId, ApprovalStatus, OrganizationId, Origin, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Organization, Region};

/// A place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Where {
    A,
    B,
    Foreign,
    Nowhere,
}

impl Where {
    pub(super) const ALL: [Self; 4] = [Self::A, Self::B, Self::Foreign, Self::Nowhere];
}

/// One of everything that is in a place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) organization: String,
    pub(super) subscription: String,
    account: String,
    credential: String,
    person: String,
    role: String,
    application: String,
    resource: String,
    client: String,
    approval: String,
}

impl Place {
    /// The id of the one there.
    pub(super) fn id(&self, noun: &str) -> &str {
        match noun {
            "organizations" => &self.organization,
            "subscriptions" => &self.subscription,
            "service-accounts" => &self.account,
            "credentials" => &self.credential,
            "users" => &self.person,
            "roles" => &self.role,
            "applications" => &self.application,
            "resources" => &self.resource,
            "clients" => &self.client,
            "oauth-approvals" => &self.approval,
            _ => panic!("the matrix has no {noun}: add one to every place"),
        }
    }

    /// Puts another one there.
    pub(super) fn take(&mut self, noun: &str, made: &Value) {
        let id = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match noun {
            "users" => self.person = id("/id").unwrap(),
            "roles" => self.role = id("/id").unwrap(),
            "applications" => self.application = id("/id").unwrap(),
            "resources" => self.resource = id("/id").unwrap(),
            "clients" => self.client = id("/client_id").unwrap(),
            "service-accounts" => {
                self.account = id("/id").unwrap();
                self.credential = id("/credential/id").unwrap();
            }
            _ => panic!("the matrix puts no {noun} anywhere"),
        }
    }

    /// Whether there is one for each subscription, or one for the organization.
    pub(super) fn is_in_subscription(noun: &str) -> bool {
        !matches!(noun, "organizations" | "roles" | "clients" | "oauth-approvals")
    }

    /// The ids by which a list would show that it shows what is there.
    pub(super) fn marks(&self) -> [&str; 6] {
        [
            &self.subscription,
            &self.account,
            &self.person,
            &self.application,
            &self.resource,
            &self.credential,
        ]
    }

    /// What is nobody's.
    pub(super) fn nowhere() -> Self {
        let id = |prefix: &str| format!("{prefix}_000000000000");
        Self {
            organization: id("org"),
            subscription: id("sub"),
            account: id("usr"),
            credential: id("crd"),
            person: id("usr"),
            role: id("rol"),
            application: id("app"),
            resource: id("res"),
            client: id("cli_us"),
            approval: ApprovalId(Origin::parse("https://nobody.test").unwrap()).to_string(),
        }
    }
}

/// Makes things in a place, as somebody who may.
#[derive(Clone)]
pub(super) struct Maker<'a> {
    pub(super) region: &'a Region,
    pub(super) token: String,
    pub(super) organization: String,
    pub(super) subscription: String,
}

impl Maker<'_> {
    /// One of everything.
    pub(super) async fn furnish(&self, number: usize) -> Place {
        let mut place = Place {
            organization: self.organization.clone(),
            subscription: self.subscription.clone(),
            approval: self.approval(number).await,
            ..Place::nowhere()
        };
        for noun in [
            "service-accounts",
            "users",
            "roles",
            "applications",
            "resources",
            "clients",
        ] {
            place.take(noun, &self.make(noun, number, json!({})).await);
        }
        place
    }

    /// The place with a new one of what an operation is about.
    pub(super) async fn afresh(&self, place: &Place, noun: &str, number: usize) -> Place {
        let mut fresh = place.clone();
        match noun {
            // There is no making another one, and edits do no harm.
            "organizations" | "subscriptions" => {}
            "oauth-approvals" => fresh.approval = self.approval(number).await,
            _ => fresh.take(noun, &self.make(noun, number, json!({})).await),
        }
        fresh
    }

    /// Throws away what `afresh` or a request has made.
    pub(super) async fn discard(&self, noun: &str, id: &str) {
        let asked = self.region.by(&self.token, "DELETE", &format!("/{noun}/{id}"));
        asked.send().await;
    }

    /// Makes one; `more` goes over the usual fields.
    pub(super) async fn make(&self, noun: &str, number: usize, more: Value) -> Value {
        let (name, subscription) = (format!("of place {number}"), &self.subscription);
        let url = format!("https://place{number}.test");
        let mut asked = match noun {
            "service-accounts" | "applications" => json!({"name": name, "subscription": subscription}),
            "users" => json!({
                "name": name, "email": format!("place{number}@example.test"), "user_type": "sales", "subscription": subscription,
            }),
            "roles" => json!({"name": name}),
            "resources" => {
                json!({"name": name, "subscription": subscription, "audience": url, "scopes": [{"name": "a"}]})
            }
            "clients" => json!({
                "name": name, "redirect_uris": [url], "token_endpoint_auth_method": "client_secret_basic",
            }),
            _ => panic!("the matrix cannot make {noun}"),
        };
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let asking = self.region.by(&self.token, "POST", &format!("/{noun}")).json(&asked);
        asking.send().await.is(201).json()
    }

    /// A request for approval, as the authorize page makes one.
    async fn approval(&self, number: usize) -> String {
        let app = &self.region.running.app;
        let approval = Approval {
            organization: OrganizationId::parse(&self.organization).unwrap(),
            origin: Origin::parse(&format!("https://place{number}.test")).unwrap(),
            redirect_uri: format!("https://place{number}.test/cb"),
            client_name: "An app".to_owned(),
            client_id: "cli_us_000000000000".to_owned(),
            status: ApprovalStatus::Pending,
            requesters: Vec::new(),
            decisions: Vec::new(),
            epoch: 0,
            created_at: Timestamp::from_seconds(0),
            version: 1,
            revision: 1,
        };
        let write = app.store().create_approval(&approval).unwrap();
        app.store().commit(&[write]).await.unwrap().unwrap();
        approval.id().to_string()
    }
}

/// Those who make things in each place, with room for all they will make.
pub(super) async fn makers<'a>(region: &'a Region, other: &Organization) -> [Maker<'a>; 3] {
    let facts = &region.running.facts;
    let b = region.empty_subscription().await;
    let maker = |token: &str, organization: &str, subscription: &str| Maker {
        region,
        token: token.to_owned(),
        organization: organization.to_owned(),
        subscription: subscription.to_owned(),
    };
    let all = [
        maker(&facts.admin.token, &facts.organization, region.subscription()),
        maker(&facts.admin.token, &facts.organization, &b),
        maker(&other.token, &other.id, &other.subscription),
    ];
    for maker in &all {
        let path = format!("/subscriptions/{}", maker.subscription);
        let room = json!({"service_account_limit": 10_000});
        region.by(&maker.token, "PATCH", &path).json(&room).send().await.is(200);
    }
    all
}
