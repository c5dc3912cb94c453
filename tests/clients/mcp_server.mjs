// A small MCP server (Streamable HTTP) as an API owner writes it: Regent's /verify decides about every
// request and its challenge is passed on as it is; the server's own RFC 9728 document says who that is.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'

const PATH = '/mcp'
const WELL_KNOWN = `/.well-known/oauth-protected-resource${PATH}`

export const SCOPES = ['tools:call', 'tools:list']

// Starts it on any free port; `asked` notes which paths were asked for without a good token.
export async function start(facts) {
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`
  const resource = origin + PATH
  const refused = []
  const published = new Map()

  async function serve(request, response) {
    if (published.has(request.url)) {
      return json(response, published.get(request.url))
    }
    if (request.url === WELL_KNOWN) {
      return json(response, {
        resource,
        authorization_servers: [facts.issuer],
        scopes_supported: SCOPES,
        bearer_methods_supported: ['header'],
      })
    }
    if (request.url !== PATH) {
      return response.writeHead(404).end()
    }
    const identity = await verified(request.headers.authorization)
    if (identity.status !== 200) {
      const challenge = identity.headers.get('www-authenticate')
      refused.push(challenge)
      return response.writeHead(identity.status, { 'www-authenticate': challenge }).end()
    }
    // Without sessions: a server and a transport for every request.
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    await tools(identity.headers).connect(transport)
    await transport.handleRequest(request, response)
  }

  // What a forward-authenticating proxy asks.
  function verified(authorization) {
    const url = new URL(facts.verify)
    url.search = new URLSearchParams({ resource, scope: SCOPES.join(' ') })
    return fetch(url, { headers: authorization ? { authorization } : {} })
  }

  return {
    resource,
    refused,
    // Serves a JSON document and returns its URL.
    publish(path, document) {
      const url = origin + path
      published.set(path, document(url))
      return url
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function tools(identity) {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who calls.' }, () => ({
    content: ['x-auth-subject', 'x-auth-client-id', 'x-auth-scope'].map((name) => {
      assert.ok(identity.get(name), name)
      return { type: 'text', text: identity.get(name) }
    }),
  }))
  return server
}

function json(response, document) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}
