//! Whom a good token speaks for, as the API behind it is told.

use regent::acts::Verified;

/// The identity, by the name it has in an authorizer's context and in a header.
pub(crate) fn identity(verified: &Verified) -> [(&'static str, &'static str, String); 6] {
    let claims = &verified.claims;
    let applications: Vec<String> = claims.applications.iter().map(ToString::to_string).collect();
    [
        ("subject", "x-auth-subject", claims.sub.clone()),
        ("client_id", "x-auth-client-id", claims.client_id.clone()),
        ("organization", "x-auth-organization", claims.organization.to_string()),
        (
            "subscription",
            "x-auth-subscription",
            claims.subscription.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("scope", "x-auth-scope", claims.scope.to_string()),
        ("applications", "x-auth-applications", applications.join(" ")),
    ]
}
