"""requests-oauthlib's BackendApplicationClient: token, use, introspect, revoke, refused.

Facts come as JSON on stdin. OAUTHLIB_INSECURE_TRANSPORT is set: the region is on loopback.
"""

import json
import sys

from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

facts = json.load(sys.stdin)
issuer = facts["issuer"]
demand = {"resource": facts["resource"], "scope": "read:me"}
basic = HTTPBasicAuth(facts["client_id"], facts["client_secret"])


def session():
    return OAuth2Session(client=BackendApplicationClient(facts["client_id"], scope=["read:me"]))


def fetch(client, **how):
    return client.fetch_token(f"{issuer}/oauth/v1/token", **how)


client = session()
token = fetch(client, auth=basic)
assert token["token_type"] == "Bearer", token
assert token["scope"] == ["read:me"] and not token.scope_changed, token
in_the_body = fetch(session(), client_secret=facts["client_secret"], include_client_id=True)
assert token["access_token"] == in_the_body["access_token"], "one secret, one scope, two tokens"

me = client.get(facts["sample"])
assert me.status_code == 200 and me.json()["client_id"] == facts["client_id"], me.text
identity = client.get(facts["verify"], params=demand)
assert identity.status_code == 200, identity.headers
assert identity.headers["X-Auth-Client-Id"] == facts["client_id"], identity.headers

# The library has no introspection; a form with its session's credentials is one.
question = {"token": token["access_token"], "token_type_hint": "access_token"}
told = client.post(f"{issuer}/oauth/v1/introspect", data=question, auth=basic, withhold_token=True).json()
assert told["active"] is True and told["scope"] == "read:me", told

url, headers, body = client._client.prepare_token_revocation_request(
    f"{issuer}/oauth/v1/revoke", token["access_token"]
)
revoked = client.post(url, headers=headers, data=body, auth=basic, withhold_token=True)
assert revoked.status_code == 200, revoked.text
assert client.get(facts["sample"]).status_code == 403
refused = client.get(facts["verify"], params=demand)
assert refused.status_code == 401, refused.headers
assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"], refused.headers
assert fetch(session(), auth=basic)["access_token"] != token["access_token"], "a revoked token was given out again"

# The library reads our refusals, too.
try:
    fetch(session(), auth=HTTPBasicAuth(facts["client_id"], facts["wrong_secret"]))
except InvalidClientError as error:
    assert error.status_code == 401 and error.description, error
else:
    raise AssertionError("a wrong secret got a token")
