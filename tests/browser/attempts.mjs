// What a page may try at a listener that it knows nothing of: everything that any listener of a
// region answers, in every way in which a browser lets a page ask.

import http from 'node:http'

// In whatever a page tries to write.
export const MARK = 'stranger-was-here'

// Endpoints that any page may be allowed to read: they tell nothing for which somebody had to sign in.
const PUBLIC = ['/oauth/v1/token', '/oauth/v1/revoke', '/oauth/v1/introspect', '/oauth/v1/register', '/verify']

export function isPublic(path) {
  const [bare] = path.split('?')
  return PUBLIC.includes(bare) || bare.startsWith('/.well-known/')
}

// For a region of the label `us`, whose names anybody can guess.
export function attempts(facts) {
  const table = { TableName: 'regent-us' }
  const key = { pk: { S: MARK }, sk: { S: MARK } }
  const secret = { SecretId: 'regent/us/signing-key' }
  const token = '11111111-1111-1111-1111-111111111111'
  const entry = { Source: MARK, DetailType: MARK, Detail: '{}' }
  const letter = Buffer.from(`From: a@x.test\r\nTo: b@x.test\r\nSubject: ${MARK}\r\n\r\n`).toString('base64')
  const account = { name: MARK, subscription: facts.subscription, roles: [facts.roles[0]], applications: [] }
  const form = { email: facts.admin.email, password: facts.admin.password, name: MARK, client_name: MARK }
  const gets = [
    '/',
    '/health',
    '/_local/mail',
    '/_local/mail/1',
    '/_local/mail/1/html',
    '/_local/mail/style.css',
    '/_local/events',
    '/_local/dead-letters',
    '/_local/rotate',
    '/acme/me',
    '/api/v1/users',
    '/api/v1/service-accounts',
    '/api/v1/openapi.json',
    '/console/service-accounts',
    '/console/users',
    '/sign-in',
    '/oauth/v1/authorize',
    '/verify?resource=x',
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
  ]
  return [
    ...gets.map((path) => ({ method: 'GET', path, headers: { accept: 'application/json' } })),
    aws('DynamoDB_20120810.Scan', table),
    aws('DynamoDB_20120810.GetItem', { ...table, Key: key }),
    aws('DynamoDB_20120810.PutItem', { ...table, Item: key }),
    aws('DynamoDB_20120810.DescribeTable', table),
    aws('DynamoDB_20120810.DeleteTable', table),
    aws('secretsmanager.GetSecretValue', secret),
    aws('secretsmanager.PutSecretValue', { ...secret, SecretString: MARK, ClientRequestToken: token }),
    aws('secretsmanager.RotateSecret', { ...secret, ClientRequestToken: token }),
    aws('AWSEvents.PutEvents', { Entries: [entry] }),
    aws('none', { Content: { Raw: { Data: letter } } }, '/v2/email/outbound-emails'),
    post('/_local/rotate', '{}', 'application/json'),
    post('/_local/rotate?drop=all', '{}', 'application/json'),
    post('/api/v1/service-accounts', JSON.stringify(account), 'application/json'),
    ...['/sign-in', '/sign-out', '/forgot-password', '/console/users/new', '/console/service-accounts/new'].map((path) =>
      post(path, String(new URLSearchParams(form)), 'application/x-www-form-urlencoded'),
    ),
    post('/oauth/v1/token', 'grant_type=client_credentials', 'application/x-www-form-urlencoded'),
  ]
}

function post(path, body, type) {
  return { method: 'POST', path, body, headers: { 'content-type': type } }
}

// As the AWS SDK asks, but for the credentials.
function aws(target, asked, path = '/') {
  const attempt = post(path, JSON.stringify(asked), 'application/x-amz-json-1.0')
  const scope = '20260312/us-east-1/dynamodb/aws4_request'
  attempt.headers['x-amz-target'] = target
  attempt.headers['x-amz-date'] = '20260312T000000Z'
  attempt.headers.authorization = `AWS4-HMAC-SHA256 Credential=local/${scope}, SignedHeaders=host, Signature=00`
  return attempt
}

// Runs in the page. Returns whatever the page could read: how, where, and what.
export async function attack({ base, attempts }) {
  const read = []
  const tell = (how, attempt, status, text) =>
    read.push({ how, method: attempt.method, path: attempt.path, status, text: text.slice(0, 300) })

  async function fetched(attempt, mode, credentials, headers) {
    try {
      const { method, body, path } = attempt
      const answer = await fetch(base + path, { method, body, headers, mode, credentials, redirect: 'follow' })
      if (answer.type !== 'opaque') tell(mode, attempt, answer.status, await answer.text())
    } catch {
      // The browser keeps the answer from the page, or did not ask at all.
    }
  }

  const done = (element, ...events) =>
    new Promise((resolve) => events.forEach((event) => element.addEventListener(event, resolve, { once: true })))

  async function submitted(attempt, enctype) {
    const name = `hole-${attempts.indexOf(attempt)}-${enctype}`
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { name }))
    const form = document.body.appendChild(document.createElement('form'))
    Object.assign(form, { method: 'post', action: base + attempt.path, target: name, enctype })
    const field = form.appendChild(document.createElement('input'))
    // As plain text it reads {"…": "…="}: JSON to whoever does not look at the type.
    field.name = enctype === 'text/plain' ? attempt.body.replace(/}$/, ',"ignored":"') : 'body'
    field.value = enctype === 'text/plain' ? '"}' : attempt.body
    const loaded = done(frame, 'load')
    form.submit()
    await loaded
    const text = frame.contentDocument?.body?.innerText
    if (text) tell(`form ${enctype}`, attempt, 0, text)
    frame.remove()
    form.remove()
  }

  async function made(attempt) {
    // With cookies; without them, which is all that a listener open to everybody allows; blindly.
    await fetched(attempt, 'cors', 'include', {})
    await fetched(attempt, 'cors', 'omit', attempt.headers)
    await fetched(attempt, 'no-cors', 'include', {})
    if (attempt.method === 'POST') {
      await submitted(attempt, 'text/plain')
      await submitted(attempt, 'application/x-www-form-urlencoded')
      return
    }
    const image = new Image()
    const tried = done(image, 'load', 'error')
    image.src = base + attempt.path
    if ((await tried).type === 'load') tell('image', attempt, 0, `${image.naturalWidth} pixels`)
    const source = new EventSource(base + attempt.path, { withCredentials: true })
    if ((await done(source, 'open', 'error')).type === 'open') tell('events', attempt, 0, 'opened')
    source.close()
  }

  await Promise.all(attempts.map(made))
  return read
}

// A server of a page's friend: answers everything and lets any page read it. What is read there
// shows that the attempts are made as they should be.
export async function accomplice(page) {
  const came = []
  const server = http.createServer((request, response) => {
    came.push({ method: request.method, type: request.headers['content-type'], origin: request.headers.origin })
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '')
    response.setHeader('content-type', request.url === '/page' ? 'text/html' : 'application/json')
    response.end(request.url === '/page' ? page : '{}')
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { port: server.address().port, came, close: () => server.closeAllConnections() ?? server.close() }
}
