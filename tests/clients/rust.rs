//! The oauth2 crate.

use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, RequestTokenError, RevocationUrl,
    Scope, StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};

use super::region::{Account, Region};

/// The crate's HTTP client is the caller's. It refuses to revoke over plain HTTP, so it gets an
/// https address for that, and this plays the TLS terminator in front of the region.
async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let url = request.uri().to_string().replace("https://", "http://");
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let (parts, body) = request.into_parts();
    let sent = client.request(parts.method, url).headers(parts.headers).body(body);
    let answer = sent.send().await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}

async fn goes_the_whole_way(region: &Region, account: &Account, authentication: AuthType) -> String {
    let at = |path: &str| format!("{}{path}", region.fact("issuer"));
    let revocation = at("/oauth/v1/revoke").replace("http://", "https://");
    let client = BasicClient::new(ClientId::new(account.client_id.clone()))
        .set_client_secret(ClientSecret::new(account.secret.clone()))
        .set_auth_type(authentication)
        .set_token_uri(TokenUrl::new(at("/oauth/v1/token")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(at("/oauth/v1/introspect")).unwrap())
        .set_revocation_url(RevocationUrl::new(revocation).unwrap());

    let asked = client
        .exchange_client_credentials()
        .add_scope(Scope::new("read:me".to_owned()));
    let token = asked.request_async(&send).await.unwrap();
    assert!(token.expires_in().is_some_and(|left| !left.is_zero()));
    assert_eq!(token.scopes(), Some(&vec![Scope::new("read:me".to_owned())]));
    assert!(token.refresh_token().is_none());
    let bearer = token.access_token().secret().clone();

    let sample = async || region.http.get("/acme/me").bearer(&bearer).send().await;
    let verified = async || {
        let demand = [("resource", region.fact("resource")), ("scope", "read:me")];
        region.http.get("/verify").query(&demand).bearer(&bearer).send().await
    };
    assert_eq!(sample().await.is(200).text("/subject"), account.client_id);
    assert_eq!(
        verified().await.is(200).header("x-auth-subject"),
        Some(account.client_id.as_str())
    );

    let told = client
        .introspect(token.access_token())
        .request_async(&send)
        .await
        .unwrap();
    assert!(told.active());
    assert_eq!(told.client_id().map(|id| id.as_str()), Some(account.client_id.as_str()));
    assert_eq!(told.iss(), Some(region.fact("issuer")));

    let revocable = StandardRevocableToken::AccessToken(token.access_token().clone());
    client
        .revoke_token(revocable)
        .unwrap()
        .request_async(&send)
        .await
        .unwrap();
    sample().await.is(403);
    verified().await.is(401);
    let told = client
        .introspect(token.access_token())
        .request_async(&send)
        .await
        .unwrap();
    assert!(!told.active());
    bearer
}

#[tokio::test]
async fn the_oauth2_crate_gets_uses_introspects_and_revokes_a_token() {
    let region = Region::start().await;
    let account = region.account("oauth2 crate", 0).await;
    let first = goes_the_whole_way(&region, &account, AuthType::BasicAuth).await;
    let second = goes_the_whole_way(&region, &account, AuthType::RequestBody).await;
    assert_ne!(first, second);
    region.stop().await;
}

#[tokio::test]
async fn the_oauth2_crate_understands_a_refusal() {
    let region = Region::start().await;
    let (account, other) = (region.account("right", 0).await, region.account("wrong", 0).await);
    let token = TokenUrl::new(format!("{}/oauth/v1/token", region.fact("issuer"))).unwrap();
    let client = BasicClient::new(ClientId::new(account.client_id))
        .set_client_secret(ClientSecret::new(other.secret))
        .set_token_uri(token);
    let refused = client
        .exchange_client_credentials()
        .request_async(&send)
        .await
        .unwrap_err();
    let RequestTokenError::ServerResponse(answer) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(answer.error().to_string(), "invalid_client");
    assert!(answer.error_description().is_some());
    region.stop().await;
}
