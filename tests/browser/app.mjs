// A third-party app: somebody else's program, on this machine, that wants to act for people.
// It knows the issuer and nothing else of the region.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const random = () => randomBytes(32).toString('base64url')

export class App {
  // What came back to the redirect URI, in order.
  returned = []
  #server
  #asked
  #heard = []

  // A program on the person's own machine: http on loopback, a port as it comes.
  static async onLoopback(name) {
    const app = new App(name)
    await app.#listen(http.createServer((request, response) => app.#answer(request, response)))
    app.home = `http://127.0.0.1:${app.port}/`
    app.redirectUri = `http://127.0.0.1:${app.port}/callback`
    return app
  }

  // A web site, which Chromium finds at `port`.
  static async onTheWeb(name, host) {
    const app = new App(name)
    const tls = certificate(host)
    await app.#listen(https.createServer(tls, (request, response) => app.#answer(request, response)))
    app.home = `https://${host}/`
    app.redirectUri = `https://${host}/oauth/callback`
    return app
  }

  // An app on the person's device, which the system opens by its scheme.
  static async onTheDevice(name, redirectUri) {
    const app = await App.onLoopback(name)
    app.redirectUri = redirectUri
    return app
  }

  constructor(name) {
    this.name = name
  }

  async #listen(server) {
    this.#server = server
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    this.port = server.address().port
  }

  close() {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  // Reads the metadata and registers itself (RFC 7591), as an MCP client does.
  async register(issuer) {
    const discovered = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
    this.server = await discovered.json()
    assert.equal(this.server.issuer, issuer)
    assert.deepEqual(this.server.code_challenge_methods_supported, ['S256'])
    const registered = await fetch(this.server.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: this.name,
        redirect_uris: [this.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      }),
    })
    const client = await registered.json()
    assert.equal(registered.status, 201, JSON.stringify(client))
    this.clientId = client.client_id
  }

  // The authorization request of a new attempt.
  authorizeUrl(more = {}) {
    const verifier = random()
    this.#asked = { verifier, state: random() }
    const url = new URL(this.server.authorization_endpoint)
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      scope: 'read:me',
      resource: this.resource,
      state: this.#asked.state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    })
    return url.href
  }

  #answer(request, response) {
    const url = new URL(request.url, this.home)
    const page = (title, body) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(`<!doctype html><html lang="en"><title>${title}</title><main><h1>${title}</h1>${body}</main>`)
    }
    if (url.pathname === '/') {
      page(this.name, '<p><a href="/connect">Connect</a></p>')
    } else if (url.pathname === '/connect') {
      response.writeHead(303, { location: this.authorizeUrl(this.asks) }).end()
    } else if (url.href.startsWith(this.redirectUri)) {
      this.receive(url.searchParams)
      page(url.searchParams.has('code') ? 'Connected' : 'Not connected', '')
    } else {
      response.writeHead(404).end()
    }
  }

  receive(parameters) {
    this.returned.push(parameters)
    this.#heard.shift()?.(parameters)
  }

  // The next answer; those that nobody waited for count.
  async answer() {
    if (!this.returned.length) await new Promise((heard) => this.#heard.push(heard))
    const parameters = this.returned.shift()
    // RFC 9207, RFC 6749 §4.1.2: each exactly once.
    assert.deepEqual(parameters.getAll('iss'), [this.server.issuer])
    assert.deepEqual(parameters.getAll('state'), [this.#asked.state])
    return parameters
  }

  // Trades a code for tokens.
  redeem(code) {
    return this.#token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      code_verifier: this.#asked.verifier,
      resource: this.resource,
    })
  }

  refresh(token) {
    return this.#token({ grant_type: 'refresh_token', refresh_token: token })
  }

  async #token(fields) {
    const response = await fetch(this.server.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.clientId, ...fields }),
    })
    assert.equal(response.headers.get('cache-control'), 'no-store')
    return { status: response.status, ...(await response.json()) }
  }
}

// One that nobody vouches for: the browser is told not to mind.
function certificate(host) {
  const folder = mkdtempSync(join(tmpdir(), 'regent-browser-'))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name))
  const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', [...asked, '-subj', `/CN=${host}`, '-keyout', key, '-out', cert, '-days', '1'], {
    stdio: 'ignore',
  })
  const tls = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return tls
}
