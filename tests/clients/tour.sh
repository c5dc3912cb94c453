#!/usr/bin/env bash
# README's tour, word for word. In another terminal runs: cargo run -- --json >region.json
set -euo pipefail

ISSUER=$(jq -r .issuer region.json)
API=$(jq -r .api region.json)
ADMIN="Authorization: Bearer $(jq -r .admin.token region.json)"

# An admin creates a service account. Its client secret is shown this once.
jq '{name: "nightly-export", subscription, applications, roles: .roles[:1]}' region.json |
  curl -s "$API/service-accounts" -H "$ADMIN" --json @- | tee account.json | jq
ACCOUNT=$(jq -r .id account.json)
CLIENT_ID=$(jq -r .credential.client_id account.json)
CLIENT_SECRET=$(jq -r .credential.client_secret account.json)

# A program trades client ID and secret for a token. Asking again yields the same one.
curl -s "$ISSUER/oauth/v1/token" -u "$CLIENT_ID:$CLIENT_SECRET" \
  -d grant_type=client_credentials -d scope=read:me | tee token.json | jq
TOKEN=$(jq -r .access_token token.json)

# An API accepts the token: its gateway asks Regent, and tells the API who calls.
curl -s "$ISSUER/acme/me" -H "Authorization: Bearer $TOKEN" | jq

# What is this token, and is it still good?
curl -s "$ISSUER/oauth/v1/introspect" -u "$CLIENT_ID:$CLIENT_SECRET" -d token="$TOKEN" | jq

# The admin rotates the secret: same client ID, new secret.
curl -s -X POST "$API/service-accounts/$ACCOUNT/credentials/$CLIENT_ID/rotate" -H "$ADMIN" |
  tee credential.json | jq

# On the very next request the token is dead, and so is the old secret.
curl -s "$ISSUER/acme/me" -H "Authorization: Bearer $TOKEN" | jq
curl -s "$ISSUER/oauth/v1/token" -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials | jq

# The new secret works, until the account is deleted.
CLIENT_SECRET=$(jq -r .client_secret credential.json)
curl -s "$ISSUER/oauth/v1/token" -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials | jq
curl -s -X DELETE "$API/service-accounts/$ACCOUNT" -H "$ADMIN" -w '%{http_code}\n'
