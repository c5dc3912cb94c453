// openid-client: discovery, token, use, introspect, revoke, refused; and oauth4webapi's validator
// of RFC 9068 tokens, which is the strictest there is. Facts come as JSON on stdin.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'

const facts = JSON.parse(await text(process.stdin))
const sample = new URL(facts.sample)
const verify = new URL(facts.verify)
verify.search = new URLSearchParams({ resource: facts.resource, scope: 'read:me' })
const asked = { scope: 'read:me', resource: facts.resource }

// http, because the region is on loopback.
const discovered = (authentication, algorithm) =>
  client.discovery(new URL(facts.issuer), facts.client_id, undefined, authentication, {
    algorithm,
    execute: [client.allowInsecureRequests],
  })

async function goesTheWholeWay(authentication, algorithm) {
  const config = await discovered(authentication, algorithm)
  assert.equal(config.serverMetadata().issuer, facts.issuer)
  const token = await client.clientCredentialsGrant(config, asked)
  assert.equal(token.token_type, 'bearer')
  assert.equal(token.scope, 'read:me')
  assert.ok(token.expires_in > 0 && token.expiresIn() > 0)

  const me = await client.fetchProtectedResource(config, token.access_token, sample, 'GET')
  assert.equal(me.status, 200)
  assert.equal((await me.json()).client_id, facts.client_id)
  const identity = await client.fetchProtectedResource(config, token.access_token, verify, 'GET')
  assert.equal(identity.status, 200)
  assert.equal(identity.headers.get('x-auth-organization'), facts.organization)

  const told = await client.tokenIntrospection(config, token.access_token)
  assert.equal(told.active, true)
  assert.equal(told.sub, facts.client_id)

  const claims = await validated(config, token.access_token)
  assert.equal(claims.sub, facts.client_id)
  assert.equal(claims.scope, 'read:me')

  await client.tokenRevocation(config, token.access_token)
  assert.deepEqual(await client.tokenIntrospection(config, token.access_token), { active: false })
  const forbidden = await client.fetchProtectedResource(config, token.access_token, sample, 'GET')
  assert.equal(forbidden.status, 403)
  // The library reads our challenge.
  await assert.rejects(client.fetchProtectedResource(config, token.access_token, verify, 'GET'), (error) => {
    assert.ok(error instanceof client.WWWAuthenticateChallengeError, String(error))
    assert.equal(error.status, 401)
    assert.equal(error.cause[0].scheme, 'bearer')
    assert.equal(error.cause[0].parameters.error, 'invalid_token')
    return true
  })
  return token.access_token
}

// As an API would that checks tokens by itself, with the published keys.
function validated(config, token) {
  const request = new Request(facts.sample, { headers: { authorization: `Bearer ${token}` } })
  return oauth.validateJwtAccessToken(config.serverMetadata(), request, facts.resource, {
    [oauth.allowInsecureRequests]: true,
  })
}

const first = await goesTheWholeWay(client.ClientSecretBasic(facts.client_secret), 'oauth2')
const second = await goesTheWholeWay(client.ClientSecretPost(facts.client_secret), 'oidc')
assert.notEqual(first, second)

const wrong = await discovered(client.ClientSecretBasic(facts.wrong_secret), 'oauth2')
await assert.rejects(client.clientCredentialsGrant(wrong, asked), (error) => {
  assert.equal(error.status, 401)
  assert.equal(error.code, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', String(error))
  return true
})
const right = await discovered(client.ClientSecretPost(facts.client_secret), 'oauth2')
await assert.rejects(client.clientCredentialsGrant(right, { scope: 'no:such' }), (error) => {
  assert.equal(error.error, 'invalid_scope', String(error))
  return true
})
