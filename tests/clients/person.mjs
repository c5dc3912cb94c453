// The person in front of the authorize page: a browser without JavaScript that keeps cookies, follows
// redirects within the region, and fills in forms with their hidden fields.

import assert from 'node:assert/strict'

// Facts of the region: issuer, api, and admin with email, password and token.
export class Person {
  #cookies = new Map()

  constructor(facts) {
    this.facts = facts
  }

  // Signs in, has the domain approved if it must be, allows. Returns the URL that the app's browser
  // tab ends at; `offered` is called with the text of the page that asks.
  async allow(authorization, offered = () => {}) {
    let page = await this.#open(authorization)
    if (page.forms.some((form) => form.action === '/sign-in')) {
      const { email, password } = this.facts.admin
      page = await this.#submit(page, { email, password }, '/sign-in')
    }
    if (page.html.includes('value="request"')) {
      await this.#submit(page, { action: 'request' })
      await this.#approveAll()
      page = await this.#open(authorization)
    }
    assert.ok(page.html.includes('value="allow"'), page.html)
    offered(page.html)
    const answer = await this.#submit(page, { action: 'allow' })
    assert.ok(answer.leaves, answer.html)
    return answer.leaves
  }

  // The admin's part, by API.
  async #approveAll() {
    const { items } = await this.api('GET', '/oauth-approvals?status=pending')
    assert.equal(items.length, 1)
    await this.api('PATCH', `/oauth-approvals/${items[0].id}`, { status: 'approved' })
  }

  async api(method, path, body) {
    const answer = await fetch(this.facts.api + path, {
      method,
      headers: { authorization: `Bearer ${this.facts.admin.token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    const said = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${said}`)
    return said && JSON.parse(said)
  }

  async #open(url, request = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...request.headers, ...(cookie && { cookie }) }
    const answer = await fetch(new URL(url, this.facts.issuer), { ...request, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=')
      this.#cookies.set(name, value)
    }
    const next = answer.headers.get('location')
    if (!next) {
      const html = await answer.text()
      return { url, html, forms: forms(html) }
    }
    assert.equal(answer.status, 303)
    const target = new URL(next, this.facts.issuer)
    return target.origin === new URL(this.facts.issuer).origin ? this.#open(next) : { leaves: target }
  }

  // A form of a page with its own fields: the one that goes to `action`, or the page's.
  #submit(page, typed, action) {
    const form = page.forms.find((form) => form.method === 'post' && (!action || form.action === action))
    assert.ok(form, page.html)
    return this.#open(form.action || page.url, {
      method: 'POST',
      headers: { origin: new URL(this.facts.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ ...form.fields, ...typed }),
    })
  }
}

function forms(html) {
  return [...html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag, inner]) => ({
    action: attribute(tag, 'action'),
    method: attribute(tag, 'method'),
    fields: Object.fromEntries(
      [...inner.matchAll(/<input([^>]*)>/g)]
        .filter(([, input]) => attribute(input, 'type') === 'hidden')
        .map(([, input]) => [attribute(input, 'name'), attribute(input, 'value')]),
    ),
  }))
}

function attribute(tag, name) {
  const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? ''
  return found.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
