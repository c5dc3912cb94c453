// openid-client's code flow: PKCE, `state` and `iss` checked by the library, the token used, the
// refresh token rotated. As a public client, and as confidential ones. Facts come as JSON on stdin.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import * as client from 'openid-client'

import { Person } from './person.mjs'

const facts = JSON.parse(await text(process.stdin))
const verify = new URL(facts.verify)
verify.search = new URLSearchParams({ resource: facts.resource, scope: 'read:me' })
// Nobody listens there: a browser would end at this URL, and so does the person.
const redirect_uri = 'https://app.example/callback'

const authentications = {
  none: () => client.None(),
  client_secret_basic: (secret) => client.ClientSecretBasic(secret),
  client_secret_post: (secret) => client.ClientSecretPost(secret),
}

async function goesTheWholeWay(person, method) {
  const registered = await person.api('POST', '/clients', {
    name: 'Openid <b>client</b>',
    redirect_uris: [redirect_uri],
    token_endpoint_auth_method: method,
  })
  const config = await client.discovery(
    new URL(facts.issuer),
    registered.client_id,
    undefined,
    authentications[method](registered.client_secret),
    { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
  )
  assert.equal(config.serverMetadata().authorization_response_iss_parameter_supported, true)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const asked = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'read:me',
    resource: facts.resource,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })
  const landed = await person.allow(asked, (page) => {
    assert.ok(page.includes('Openid &lt;b&gt;client') && page.includes('app.example'), page)
  })
  assert.equal(landed.origin + landed.pathname, 'https://app.example/callback')
  assert.equal(landed.searchParams.get('iss'), facts.issuer)

  // An answer of another server, or to another request, is not taken.
  for (const [name, value] of [['iss', 'https://evil.example'], ['state', 'other']]) {
    const forged = new URL(landed)
    forged.searchParams.set(name, value)
    await assert.rejects(client.authorizationCodeGrant(config, forged, { pkceCodeVerifier, expectedState }))
  }
  const first = await client.authorizationCodeGrant(config, landed, { pkceCodeVerifier, expectedState })
  assert.equal(first.token_type, 'bearer')
  assert.equal(first.scope, 'read:me')
  assert.ok(first.refresh_token && first.expires_in > 0)
  await accepted(config, first, registered.client_id)

  const second = await client.refreshTokenGrant(config, first.refresh_token)
  assert.notEqual(second.refresh_token, first.refresh_token)
  assert.notEqual(second.access_token, first.access_token)
  await accepted(config, second, registered.client_id)

  await client.tokenRevocation(config, second.refresh_token)
  const refused = await client.refreshTokenGrant(config, second.refresh_token).catch((error) => error)
  assert.equal(refused.error, 'invalid_grant', String(refused))
  await assert.rejects(
    client.fetchProtectedResource(config, second.access_token, verify, 'GET'),
    client.WWWAuthenticateChallengeError,
  )
}

async function accepted(config, tokens, client_id) {
  const identity = await client.fetchProtectedResource(config, tokens.access_token, verify, 'GET')
  assert.equal(identity.status, 200)
  assert.equal(identity.headers.get('x-auth-client-id'), client_id)
  assert.match(identity.headers.get('x-auth-subject'), /^usr_/)
}

const person = new Person(facts)
for (const method of Object.keys(authentications)) {
  await goesTheWholeWay(person, method)
}
