"""Authlib's OAuth2Session: token, use, introspect, revoke, refused. Facts come as JSON on stdin."""

import json
import sys

from authlib.integrations.requests_client import OAuth2Session

facts = json.load(sys.stdin)
issuer = facts["issuer"]
demand = {"resource": facts["resource"], "scope": "read:me"}


def session(method):
    return OAuth2Session(
        facts["client_id"],
        facts["client_secret"],
        scope="read:me",
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )


def goes_the_whole_way(method):
    client = session(method)
    token = client.fetch_token(f"{issuer}/oauth/v1/token", grant_type="client_credentials")
    assert token["token_type"] == "Bearer", token
    assert token["scope"] == "read:me", token
    assert 0 < token["expires_in"] <= 86_400 and not token.is_expired(), token
    assert token["service_account"]["subscription"] == facts["subscription"], token

    me = client.get(facts["sample"])
    assert me.status_code == 200 and me.json()["client_id"] == facts["client_id"], me.text
    identity = client.get(facts["verify"], params=demand)
    assert identity.status_code == 200, identity.headers
    assert identity.headers["X-Auth-Subject"] == facts["client_id"], identity.headers
    assert identity.headers["X-Auth-Scope"] == "read:me", identity.headers

    told = client.introspect_token(f"{issuer}/oauth/v1/introspect", token=token["access_token"]).json()
    assert told["active"] is True and told["client_id"] == facts["client_id"], told

    revoked = client.revoke_token(
        f"{issuer}/oauth/v1/revoke", token=token["access_token"], token_type_hint="access_token"
    )
    assert revoked.status_code == 200, revoked.text
    assert client.get(facts["sample"]).status_code == 403
    refused = client.get(facts["verify"], params=demand)
    assert refused.status_code == 401, refused.headers
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"], refused.headers
    told = client.introspect_token(f"{issuer}/oauth/v1/introspect", token=token["access_token"]).json()
    assert told == {"active": False}, told
    return token["access_token"]


first = goes_the_whole_way("client_secret_basic")
second = goes_the_whole_way("client_secret_post")
assert first != second, "a revoked token was given out again"

basic, post = (
    session(method).fetch_token(f"{issuer}/oauth/v1/token", grant_type="client_credentials")
    for method in ("client_secret_basic", "client_secret_post")
)
assert basic["access_token"] == post["access_token"], "one secret, one scope, two tokens"
