// The whole story: a third-party app, a person who wants to connect it, an admin who decides.
// Facts come as JSON on stdin; `scripts` says whether the people's browsers run JavaScript.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import { App } from './app.mjs'
import { launch } from './chromium.mjs'
import { decide, invited, letterTo, section, signIn } from './steps.mjs'

const facts = JSON.parse(await text(process.stdin))
const admin = { email: facts.admin.email, password: facts.admin.password }

const notes = await App.onTheWeb('Field Notes', 'notes.example')
const cursor = await App.onTheDevice('Cursor', 'cursor://anysphere.cursor-mcp/oauth/callback')
const tool = await App.onLoopback('Shell helper')
const browser = await launch(facts, { 'notes.example': notes.port })
for (const app of [notes, cursor, tool]) {
  app.resource = facts.resource
  await app.register(facts.issuer)
}
const api = async (path, token, asked = {}) =>
  fetch(`${facts.issuer}${path}`, { ...asked, headers: { authorization: `Bearer ${token}`, ...asked.headers } })
const me = async (token) => (await api('/acme/me', token)).status
const subscription = await (await api(`/api/v1/subscriptions/${facts.subscription}`, facts.admin.token)).json()
const at = (host) => (url) => url.hostname === host
const approvals = async () => (await (await api('/api/v1/oauth-approvals', facts.admin.token)).json()).items

const grace = await browser.person('Grace')
const ada = await browser.person('Ada')
await firstVisit()
await returning()
await asking()
await deciding()
const tokens = await allowing()
await declining()
await everyKindOfApp()
await rejecting(tokens)

for (const app of [notes, cursor, tool]) app.close()
await browser.finish()

// Grace is invited and sets her password; the app sends her to sign in.
async function firstVisit() {
  grace.account = await invited(grace, facts, { name: 'Grace Hopper', email: 'grace@acme.test' })
  await grace.page.context().clearCookies()

  await grace.page.goto(notes.home)
  await grace.link('Connect').click()
  await grace.page.waitForURL(/\/sign-in\?/)
  await grace.sees('sign-in')
  await signIn(grace, { ...grace.account, password: 'not the password' })
  await grace.page.getByRole('alert').waitFor()
  await grace.sees('sign-in-wrong')
  assert.equal(await grace.field('E-mail').inputValue(), grace.account.email)
  await signIn(grace, grace.account)
}

// Nobody asked for the domain yet. Going back tells the app, and nobody else.
async function returning() {
  await grace.button('Request approval').waitFor()
  await grace.reads('Field Notes')
  await grace.reads('notes.example')
  await grace.sees('authorize-never-requested')
  assert.equal(await grace.button('Allow').count(), 0)
  await grace.link('Return to app').click()
  await grace.page.waitForURL(at('notes.example'))
  assert.equal((await notes.answer()).get('error'), 'access_denied')
  assert.deepEqual(await approvals(), [])
}

// She requests approval. The request stays, whatever happens to her tab.
async function asking() {
  await grace.page.goto(notes.home)
  await grace.link('Connect').click()
  const request = grace.page.url()
  await grace.button('Request approval').click()
  await grace.button('Check status').waitFor()
  await grace.sees('authorize-pending')
  await grace.button('Check status').click()
  await grace.reads(/Still pending as of [A-Z][a-z]+ \d+, \d{4} at \d+:\d\d [AP]M\b/)
  await grace.sees('authorize-still-pending')
  await grace.page.goto('about:blank')
  await grace.page.goto(request)
  await grace.button('Check status').waitFor()
  assert.equal(await grace.button('Request approval').count(), 0)
  const [approval, ...others] = await approvals()
  assert.deepEqual(others, [])
  assert.equal(approval.status, 'pending')
}

// Ada has mail, follows its link, signs in and approves.
async function deciding() {
  const link = await letterTo(ada, admin.email, /asks for access/, 'mail-approval')
  await ada.goto(link)
  await signIn(ada, admin)
  await ada.page.waitForURL(/\/console\/oauth-approvals/)
  await ada.reads('notes.example')
  await ada.sees('console-approvals-pending')
  assert.match(await decide(ada, 'notes.example', 'approved'), /notes\.example/)
  await ada.sees('console-approvals-approved')
  assert.equal((await approvals())[0].status, 'approved')
}

// Grace's page goes on by itself, or when she asks. She allows, and the app is in.
async function allowing() {
  if (facts.scripts) {
    // As if she had just looked at the tab again.
    await grace.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  } else {
    await grace.button('Check status').click()
  }
  await grace.button('Allow').waitFor()
  for (const said of ['Field Notes', 'notes.example', 'read:me', subscription.name]) await grace.reads(said)
  await grace.sees('authorize-consent')
  await grace.button('Allow').click()
  await grace.page.waitForURL(at('notes.example'))
  assert.match(await grace.page.title(), /^Connected$/)
  const tokens = await connected(notes)
  const again = await notes.refresh(tokens.refresh_token)
  assert.equal(again.status, 200, JSON.stringify(again))
  assert.notEqual(again.refresh_token, tokens.refresh_token)
  assert.equal(await me(again.access_token), 200)
  return again
}

// The app has a code: it becomes a token that the API accepts.
async function connected(app) {
  const answer = await app.answer()
  const tokens = await app.redeem(answer.get('code'))
  assert.equal(tokens.status, 200, JSON.stringify(tokens))
  assert.equal(tokens.token_type, 'Bearer')
  assert.equal(await me(tokens.access_token), 200)
  return tokens
}

// Deny is a link: the app hears of it, and nothing is kept. An error takes the same way, also when
// a sign-in is between the request and the app.
async function declining() {
  await grace.goto(notes.authorizeUrl())
  await grace.link('Deny').click()
  await grace.page.waitForURL(at('notes.example'))
  assert.equal((await notes.answer()).get('error'), 'access_denied')

  await grace.page.context().clearCookies()
  await grace.goto(notes.authorizeUrl({ scope: 'no:such' }))
  await signIn(grace, grace.account)
  await grace.page.waitForURL(at('notes.example'))
  assert.equal((await notes.answer()).get('error'), 'invalid_scope')
}

// A custom scheme and a program on the person's own machine go the same way.
async function everyKindOfApp() {
  for (const [app, origin, name] of [
    [cursor, 'cursor:', 'authorize-consent-scheme'],
    [tool, 'http://localhost', 'authorize-consent-loopback'],
  ]) {
    const request = app.authorizeUrl()
    await grace.goto(request)
    await grace.button('Request approval').click()
    await grace.button('Check status').waitFor()
    await section(ada, /OAuth approvals/)
    await decide(ada, origin, 'approved')
    await grace.goto(request)
    await grace.button('Allow').waitFor()
    await grace.sees(name)
    const handed = app === cursor && grace.page.waitForEvent('requestfailed', (one) => one.url().startsWith('cursor:'))
    await grace.button('Allow').click({ noWaitAfter: true })
    if (app === cursor) {
      const url = new URL((await handed).url())
      assert.equal(url.href.split('?')[0], app.redirectUri)
      app.receive(url.searchParams)
    } else {
      await grace.page.waitForURL(/\/callback/)
    }
    await connected(app)
    // A page that handed over to an app takes no more clicks: the person opens another tab.
    await grace.renews()
  }
}

// Ada changes her mind: everything that came of the domain is dead at once.
async function rejecting(tokens) {
  assert.equal(await me(tokens.access_token), 200)
  await section(ada, /OAuth approvals/)
  await ada.sees('console-approvals')
  const said = await decide(ada, 'notes.example', 'rejected')
  assert.match(said, /notes\.example/)
  assert.match(said, /\b1\b|\bone\b/i, 'how many connections ended')
  await ada.sees('console-approvals-rejected')
  assert.equal(await me(tokens.access_token), 403)
  const refused = await notes.refresh(tokens.refresh_token)
  assert.deepEqual([refused.status, refused.error], [400, 'invalid_grant'])
  await grace.goto(notes.authorizeUrl())
  await grace.link('Return to app').waitFor()
  await grace.sees('authorize-rejected')
  assert.equal(await grace.page.getByRole('button', { name: /allow|request|check/i }).count(), 0)
}
