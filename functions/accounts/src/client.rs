//! `/clients`: third-party apps that the organization's admins registered.

use crate::answer::{Answer, List, gone, list, make, one};
use crate::endpoints::Endpoints;
use crate::openapi::{Creating, Deleting, Editing, IdempotencyKey, Listing, Reading};
use crate::request::{Bearer, Edit, Id, IfMatch, New, Query, given};
use crate::view::{ClientView, RotatedClientView};
use axum::extract::State;
use regent::acts::client::{self, ClientChanges, NewClient};
use regent::acts::credential::FreshSecret;
use regent::acts::perform;
use regent::app::App;
use regent::domain::{Name, RedirectUri, RegisteredClientId, Seconds, SecretMethod};
use serde::Deserialize;
use utoipa::ToSchema;

pub(crate) fn endpoints<E: Endpoints>(listed: E) -> E {
    listed
        .with(__path_find, find)
        .with(__path_create, create)
        .with(__path_read, read)
        .with(__path_edit, edit)
        .with(__path_delete, delete)
        .with(__path_rotate, rotate)
}

/// List the clients that the organization's admins registered
///
/// Needs `clients:manage` in the whole organization. Apps that registered themselves, or publish a
/// metadata document, are nobody's and not listed.
#[utoipa::path(get, path = "/clients", operation_id = "list_clients", tag = "clients", params(Query),
    responses((status = 200, description = "A page", body = List<ClientView>), Listing))]
async fn find(State(app): State<App>, Bearer(caller): Bearer, query: Query) -> Answer {
    let page = client::list(&app, &caller, &query.paging()?).await?;
    Ok(list(page, |client| ClientView::of(&client, app.now())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateClient {
    /// What people are told it is called.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    name: Name<64>,
    /// Where codes may be sent: https, http on loopback (any port), or the app's own scheme.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20, example = json!(["https://app.example/callback"]))]
    redirect_uris: Vec<RedirectUri>,
    /// `none` for an app that can keep no secret: on a desktop, on a phone, in a browser.
    #[schema(value_type = String, default = "client_secret_basic", example = "none")]
    #[serde(default)]
    token_endpoint_auth_method: Method,
}

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Clone, Copy, Default, Deserialize)]
enum Method {
    #[serde(rename = "none")]
    None,
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    #[serde(rename = "client_secret_post")]
    Post,
}

impl Method {
    const fn of_secret(self) -> Option<SecretMethod> {
        match self {
            Self::None => None,
            Self::Basic => Some(SecretMethod::Basic),
            Self::Post => Some(SecretMethod::Post),
        }
    }
}

/// Register a client
///
/// Needs `clients:manage` in the whole organization. It serves the people of this organization
/// alone. The secret of a confidential one is shown in full this once.
#[utoipa::path(post, path = "/clients", operation_id = "create_client", tag = "clients", params(IdempotencyKey),
    request_body = CreateClient,
    responses((status = 201, description = "Created", body = ClientView, headers(("ETag" = String), ("Location" = String))), Creating))]
async fn create(State(app): State<App>, Bearer(caller): Bearer, request: New<CreateClient>) -> Answer {
    let once = request.once(&caller);
    let new = NewClient {
        name: request.body.name,
        redirect_uris: request.body.redirect_uris,
        method: request.body.token_endpoint_auth_method.of_secret(),
    };
    let fresh = FreshSecret::of_new_credential(&app);
    let view = |made: &_| Ok(ClientView::revealed(made, app.now()));
    make(&app, &caller, once, view, &client::Creation { new, fresh }).await
}

/// Read a client
///
/// Needs `clients:manage` in the whole organization.
#[utoipa::path(get, path = "/clients/{client_id}", operation_id = "read_client", tag = "clients", params(("client_id" = String, Path)),
    responses((status = 200, description = "As it is now", body = ClientView, headers(("ETag" = String))), Reading))]
async fn read(State(app): State<App>, Bearer(caller): Bearer, Id(id): Id<RegisteredClientId>) -> Answer {
    let found = client::read(&app, &caller, &id).await?;
    Ok(one(&ClientView::of(&found, app.now())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditClient {
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    #[serde(default, deserialize_with = "given")]
    name: Option<Name<64>>,
    /// All of them.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    #[serde(default, deserialize_with = "given")]
    redirect_uris: Option<Vec<RedirectUri>>,
}

/// Change a client's name or redirect URIs
///
/// Needs `clients:manage` in the whole organization.
#[utoipa::path(patch, path = "/clients/{client_id}", operation_id = "edit_client", tag = "clients", params(("client_id" = String, Path), IfMatch),
    request_body = EditClient,
    responses((status = 200, description = "As it is now", body = ClientView, headers(("ETag" = String))), Editing))]
async fn edit(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<RegisteredClientId>,
    IfMatch(version): IfMatch,
    Edit(body): Edit<EditClient>,
) -> Answer {
    let changes = ClientChanges {
        name: body.name,
        redirect_uris: body.redirect_uris,
    };
    let edited = perform(&app, async || client::edit(&app, &caller, &id, &changes, version).await).await?;
    Ok(one(&ClientView::of(&edited, app.now())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateClient {
    /// How long the old secret goes on working, at most a week. Not at all if left out.
    #[schema(minimum = 0, maximum = 604_800, default = 0)]
    overlap_seconds: Option<u32>,
}

/// Rotate a client's secret
///
/// Needs `clients:manage` in the whole organization. The client ID stays, and so does what people
/// allowed the client. The old secret stops at once. The new one is shown in full this once.
#[utoipa::path(post, path = "/clients/{client_id}/rotate", operation_id = "rotate_client", tag = "clients",
    params(("client_id" = String, Path), IdempotencyKey), request_body = Option<RotateClient>,
    responses((status = 200, description = "As it is now", body = ClientView, headers(("ETag" = String))), Creating))]
async fn rotate(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<RegisteredClientId>,
    request: New<RotateClient>,
) -> Answer {
    let once = request.once(&caller);
    let rotation = client::Rotation {
        fresh: client::fresh_secret(&app, &caller, &id).await?,
        client: id,
        overlap: Seconds(request.body.overlap_seconds.unwrap_or_default()),
    };
    let view = |made: &_| Ok(RotatedClientView(ClientView::revealed(made, app.now())));
    make(&app, &caller, once, view, &rotation).await
}

/// Delete a client
///
/// Needs `clients:manage` in the whole organization. What people allowed it, and its tokens, are
/// dead at once.
#[utoipa::path(delete, path = "/clients/{client_id}", operation_id = "delete_client", tag = "clients", params(("client_id" = String, Path), IfMatch),
    responses((status = 204, description = "Deleted"), Deleting))]
async fn delete(
    State(app): State<App>,
    Bearer(caller): Bearer,
    Id(id): Id<RegisteredClientId>,
    IfMatch(version): IfMatch,
) -> Answer {
    perform(&app, async || client::delete(&app, &caller, &id, version).await).await?;
    Ok(gone())
}
