//! An organization, a person, and a request.

use std::collections::BTreeMap;

use regent::app::{App, Clock, Rng, environment};
use regent::config::Config;
use regent::domain::{
    Action, Actor, ActorKind, AuditEvent, Email, EventId, Issuer, Name, Organization, OrganizationId, Person,
    RegionLabel, Seat, Target, Timestamp, User, UserId, UserKind,
};

pub(super) fn app() -> App {
    let (region, issuer) = (RegionLabel::parse("us"), Issuer::parse("https://us.regent.example"));
    let config = Config::new(region.unwrap(), issuer.unwrap(), "table".to_owned());
    let clock = Clock::manual(Timestamp::from_seconds(1_800_000_000));
    App::new(config, &environment(), clock, Rng::system()).unwrap()
}

pub(super) fn organization(name: &str) -> Organization {
    let mut organization: Organization = serde_json::from_value(serde_json::json!({
        "id": OrganizationId::from_random([1; 12]), "name": "Acme", "roles": {}, "subscriptions": {}, "admins": 1,
        "clients": 0, "dynamic_registration_enabled": true, "metadata_documents_enabled": true,
        "created_at": 0, "version": 1, "revision": 1,
    }))
    .unwrap();
    organization.name = Name::parse(name).unwrap();
    organization
}

pub(super) fn ada(name: &str) -> User {
    User {
        id: UserId::from_random([2; 12]),
        organization: OrganizationId::from_random([1; 12]),
        name: Name::parse(name).unwrap(),
        email: Email::parse("ada@acme.test").unwrap(),
        roles: [].into(),
        kind: UserKind::Person(Person {
            seat: Seat::Licensed,
            subscription: None,
            password: None,
        }),
        epoch: 0,
        grants_epoch: 0,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
        version: 1,
        revision: 1,
    }
}

pub(super) fn requested(origin: &str, client: &str) -> AuditEvent {
    let details = [
        ("origin", origin),
        ("redirect_uri", "https://claude.ai/api/mcp/auth_callback"),
        ("client_name", client),
        ("client_id", "cli_us_000000000000"),
        ("requester", "grace@acme.test"),
    ];
    AuditEvent {
        id: EventId::from_random([3; 12]),
        organization: OrganizationId::from_random([1; 12]),
        subscription: None,
        at: Timestamp::from_seconds(1_800_000_000),
        actor: Actor {
            kind: ActorKind::Person,
            id: None,
            name: "grace@acme.test".to_owned(),
        },
        action: Action::ApprovalRequested,
        target: Target {
            id: "apr_aHR0cHM6Ly9jbGF1ZGUuYWk".to_owned(),
            name: origin.to_owned(),
        },
        source_ip: Some("192.0.2.1".to_owned()),
        request_id: Some("JKJaXmPLvHcESHA=".to_owned()),
        details: BTreeMap::from(details.map(|(name, value)| (name.to_owned(), value.to_owned()))),
    }
}
