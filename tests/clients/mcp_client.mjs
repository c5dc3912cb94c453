// The MCP TypeScript SDK's client: from a bare 401 to a tool's answer, by discovery alone. With a
// metadata document for a client ID, registered by itself, and with a service account's credentials.
// Facts come as JSON on stdin.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

import { SCOPES, start } from './mcp_server.mjs'
import { Person } from './person.mjs'

const facts = JSON.parse(await text(process.stdin))
const person = new Person(facts)
const server = await start(facts)

// The API owner makes the server known to Regent.
const { id: resource } = await person.api('POST', '/resources', {
  name: 'MCP server',
  subscription: facts.subscription,
  audience: server.resource,
  scopes: SCOPES.map((name) => ({ name, description: `Scope ${name}` })),
})

// What a desktop app keeps. Any port of its machine will do.
class App {
  redirectUrl = 'http://127.0.0.1:39117/callback'
  clientMetadata = {
    client_name: 'MCP desktop app',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  #kept = {}

  constructor(clientInformation) {
    this.#kept.client = clientInformation
  }
  clientInformation = () => this.#kept.client
  saveClientInformation = (client) => void (this.#kept.client = client)
  tokens = () => this.#kept.tokens
  saveTokens = (tokens) => void (this.#kept.tokens = tokens)
  codeVerifier = () => this.#kept.verifier
  saveCodeVerifier = (verifier) => void (this.#kept.verifier = verifier)
  redirectToAuthorization = (url) => void (this.authorization = url)
}

async function calls(provider) {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(server.resource), { authProvider: provider })
  try {
    await client.connect(transport)
    const { content } = await client.callTool({ name: 'whoami' })
    await client.close()
    const [subject, client_id, scope] = content.map((part) => part.text)
    assert.deepEqual(scope.split(' ').sort(), SCOPES)
    return { subject, client_id }
  } catch (error) {
    if (error instanceof UnauthorizedError) {
      error.transport = transport
    }
    throw error
  }
}

// A person's app: refused, sent to the authorize page, allowed, served, and served again by refresh.
async function connects(app) {
  const refused = server.refused.length
  const unauthorized = await calls(app).catch((error) => error)
  assert.ok(unauthorized instanceof UnauthorizedError, String(unauthorized))
  const challenge = server.refused[refused]
  assert.ok(challenge.includes(`resource_metadata="${server.resource.replace('/mcp', '')}/.well-known/`), challenge)
  assert.ok(challenge.includes(`scope="${SCOPES.join(' ')}"`), challenge)

  const asked = app.authorization.searchParams
  assert.equal(asked.get('resource'), server.resource)
  assert.equal(asked.get('code_challenge_method'), 'S256')
  const landed = await person.allow(app.authorization, (page) => {
    assert.ok(page.includes('MCP desktop app') && page.includes('Scope tools:call'), page)
  })
  assert.equal(landed.origin + landed.pathname, app.redirectUrl)
  assert.equal(landed.searchParams.get('iss'), facts.issuer)
  await unauthorized.transport.finishAuth(landed.searchParams.get('code'))

  const { subject, client_id } = await calls(app)
  assert.match(subject, /^usr_/)
  assert.equal(client_id, app.clientInformation().client_id)

  // The access token dies; the SDK refreshes by itself, and nobody is asked again.
  const before = app.tokens()
  assert.ok(before.refresh_token)
  app.saveTokens({ ...before, access_token: 'dead' })
  app.authorization = undefined
  assert.equal((await calls(app)).subject, subject)
  assert.notEqual(app.tokens().refresh_token, before.refresh_token)
  assert.equal(app.authorization, undefined)
  return client_id
}

// Registers itself, as the SDK does when it has nothing better.
assert.match(await connects(new App()), /^cli_/)

// A metadata document. The SDK's own `clientMetadataUrl` wants https, which nobody has on loopback:
// so the client ID is given to it as it would have chosen it.
const url = server.publish('/client.json', (client_id) => ({ client_id, ...new App().clientMetadata }))
assert.equal(await connects(new App({ client_id: url, issuer: facts.issuer })), url)

// A service account: nobody is asked.
const role = await person.api('POST', '/roles', { name: 'MCP caller', scopes: [{ resource, scopes: SCOPES }] })
const account = await person.api('POST', '/service-accounts', {
  name: 'mcp-agent',
  subscription: facts.subscription,
  roles: [role.id],
})
const { client_id: clientId, client_secret: clientSecret } = account.credential
const scope = SCOPES.join(' ')
const agent = new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: facts.issuer, scope })
assert.equal((await calls(agent)).client_id, clientId)

server.close()
