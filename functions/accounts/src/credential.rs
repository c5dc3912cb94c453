//! `/service-accounts/{id}/credentials`: client IDs and secrets. A credential is named by its id or
//! by its full client ID.

use crate::answer::{Answer, List, Refusal, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, CredentialPath, Edit, Id, IfMatch, New, Query, credential as named, given};
use crate::view::{CredentialView, DeletedView, RotatedView};
use axum::extract::State;
use http::StatusCode;
use regent::acts::credential::{self, CredentialChanges, FreshSecret, NewCredential};
use regent::acts::{Caller, account, perform};
use regent::app::App;
use regent::domain::{ActError, CredentialId, FieldError, Invalid, Name, RedirectUri, Seconds, Timestamp, UserId};
use regent::web::json;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_create, create)
        .with(__path_read, read)
        .with(__path_edit, edit)
        .with(__path_delete, delete)
        .with(__path_rotate, rotate)
        .with(__path_delete_many, delete_many)
}

/// List the credentials of a service account, masked
///
/// Needs `service_accounts:read`.
#[utoipa::path(get, path = "/service-accounts/{id}/credentials", operation_id = "list_credentials", tag = "credentials",
    params(("id" = String, Path), Query),
    responses((status = 200, description = "A page", body = List<CredentialView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<UserId>, query: Query) -> Answer {
    let paging = query.paging()?;
    let user = account::read(&app, &caller, id).await?;
    let account = user.service().ok_or(ActError::NotFound)?;
    let page = paging.page(account.credentials.keys().copied().collect(), ToString::to_string);
    Ok(list(page, |id| CredentialView::of(&app, &user, id).ok()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateCredential {
    /// Where or how it is used.
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "Claude")]
    name: Name<64>,
    /// The host that will call: an https URL, or http on loopback.
    #[schema(value_type = Option<String>, format = "uri", max_length = 255)]
    redirect_uri: Option<RedirectUri>,
    /// When it stops working by itself; never if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
}

/// A time as callers write it: RFC 3339.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Time(Timestamp);

impl TryFrom<String> for Time {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Timestamp::parse_rfc3339(&text).map(Self)
    }
}

/// Create a credential
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. Client ID and
/// secret are shown in full this once.
#[utoipa::path(post, path = "/service-accounts/{id}/credentials", operation_id = "create_credential", tag = "credentials",
    params(("id" = String, Path), IdempotencyKey), request_body = CreateCredential,
    responses((status = 201, description = "Created", body = CredentialView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    request: New<CreateCredential>,
) -> Answer {
    let once = request.once(&caller);
    let body = request.body;
    let new = NewCredential {
        name: body.name,
        redirect_uri: body.redirect_uri,
        expires_at: body.expires_at.map(|time| time.0),
    };
    let view = |made: &_| CredentialView::revealed(&app, made);
    let creation = credential::Creation {
        account: id,
        new,
        fresh: FreshSecret::of_new_credential(&app),
    };
    make(&app, &caller, once, view, &creation).await
}

/// Read a credential, masked
///
/// Needs `service_accounts:read`. The `ETag` is the service account's.
#[utoipa::path(get, path = "/service-accounts/{id}/credentials/{credential}", operation_id = "read_credential", tag = "credentials",
    params(("id" = String, Path), ("credential" = String, Path, description = "Its id or its full client ID.")),
    responses((status = 200, description = "As it is now", body = CredentialView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, path: CredentialPath) -> Answer {
    let user = account::read(&app, &caller, path.account).await?;
    let credential = path.credential(&app, &caller)?;
    Ok(one(&CredentialView::of(&app, &user, credential)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditCredential {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// The host that will call; null for none.
    #[schema(value_type = Option<String>, format = "uri", max_length = 255)]
    #[serde(default, deserialize_with = "given")]
    #[expect(clippy::option_option, reason = "left out, null and a value are three things")]
    redirect_uri: Option<Option<RedirectUri>>,
}

/// Change a credential's name or redirect URI
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. The `ETag` is the
/// service account's.
#[utoipa::path(patch, path = "/service-accounts/{id}/credentials/{credential}", operation_id = "edit_credential", tag = "credentials",
    params(("id" = String, Path), ("credential" = String, Path, description = "Its id or its full client ID."), IfMatch),
    request_body = EditCredential,
    responses((status = 200, description = "As it is now", body = CredentialView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    path: CredentialPath,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditCredential>,
) -> Answer {
    let id = path.credential(&app, &caller)?;
    let changes = CredentialChanges {
        name: body.name,
        redirect_uri: body.redirect_uri,
    };
    let plan = async || credential::edit(&app, &caller, path.account, id, &changes, version).await;
    let edited = perform(&app, plan).await?;
    Ok(one(&CredentialView::of(&app, &edited, id)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateCredential {
    /// How long the old secret goes on working, at most a week. Not at all if left out.
    #[schema(minimum = 0, maximum = 604_800, default = 0)]
    overlap_seconds: Option<u32>,
}

/// Rotate a credential: a new secret under the same client ID
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. The old secret
/// and all tokens obtained with it are dead at once. The new one is shown in full this once.
#[utoipa::path(post, path = "/service-accounts/{id}/credentials/{credential}/rotate", operation_id = "rotate_credential", tag = "credentials",
    params(("id" = String, Path), ("credential" = String, Path, description = "Its id or its full client ID."), IdempotencyKey),
    request_body = Option<RotateCredential>,
    responses((status = 200, description = "As it is now", body = CredentialView, headers(("ETag" = String))), Creating))]
async fn rotate(
    State(app): State<App>,
    Bearer(caller): Bearer,
    path: CredentialPath,
    request: New<RotateCredential>,
) -> Answer {
    let once = request.once(&caller);
    let id = path.credential(&app, &caller)?;
    let view = |made: &_| CredentialView::revealed(&app, made).map(RotatedView);
    let rotation = credential::Rotation {
        account: path.account,
        fresh: FreshSecret::of(&app, id),
        overlap: Seconds(request.body.overlap_seconds.unwrap_or_default()),
    };
    make(&app, &caller, once, view, &rotation).await
}

/// Delete a credential
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. Its tokens are dead at once.
#[utoipa::path(delete, path = "/service-accounts/{id}/credentials/{credential}", operation_id = "delete_credential", tag = "credentials",
    params(("id" = String, Path), ("credential" = String, Path, description = "Its id or its full client ID.")),
    responses((status = 204, description = "Deleted"), Reading))]
async fn delete(State(app): State<App>, Bearer(caller): Bearer, path: CredentialPath) -> Answer {
    let doomed = BTreeSet::from([path.credential(&app, &caller)?]);
    perform(&app, async || {
        credential::delete(&app, &caller, path.account, &doomed).await
    })
    .await?;
    Ok(gone())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeleteCredentials {
    /// Their ids or full client IDs, each once.
    #[schema(min_items = 1, max_items = 10)]
    client_ids: Vec<String>,
}

impl DeleteCredentials {
    fn parse(&self, app: &App, caller: &Caller, account: UserId) -> Result<BTreeSet<CredentialId>, Refusal> {
        let refused = |index: usize, why| {
            ActError::Fields(vec![FieldError {
                pointer: format!("/client_ids/{index}"),
                why,
            }])
        };
        if !(1..=10).contains(&self.client_ids.len()) {
            return Err(ActError::field("client_ids", Invalid::new("must be 1 to 10 of them")).into());
        }
        let mut doomed = BTreeSet::new();
        for (index, text) in self.client_ids.iter().enumerate() {
            let id = named(app, caller, account, text).map_err(|why| refused(index, why))??;
            if !doomed.insert(id) {
                return Err(refused(index, Invalid::new("must not occur twice")).into());
            }
        }
        Ok(doomed)
    }
}

/// Delete several credentials, all or none
///
/// Needs `service_accounts:manage`, and everything that the account's roles hold. If one is not there,
/// none is deleted. Their tokens are dead at once.
#[utoipa::path(post, path = "/service-accounts/{id}/credentials/delete", operation_id = "delete_credentials", tag = "credentials",
    params(("id" = String, Path)), request_body = DeleteCredentials,
    responses((status = 200, description = "Deleted", body = DeletedView), Editing))]
async fn delete_many(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<UserId>,
    Edit(body): Edit<DeleteCredentials>,
) -> Answer {
    let doomed = body.parse(&app, &caller, id)?;
    let gone = perform(&app, async || credential::delete(&app, &caller, id, &doomed).await).await?;
    let deleted = gone.iter().map(|credential| credential.id).collect();
    Ok(json(StatusCode::OK, &DeletedView { deleted }))
}
