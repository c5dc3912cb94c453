// A developer works at a region and is signed in at its console. In the same browser a page of
// somebody else tries everything at every port where the region listens, and gets nothing.
// Facts come as JSON on stdin; `listeners` are the addresses on which the process listens.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import { accomplice, attack, attempts, isPublic } from './attempts.mjs'
import { launch } from './chromium.mjs'
import { signIn } from './steps.mjs'

const PAGE = '<!doctype html><title>Free kittens</title><body></body>'
// Both lead to this machine: a page's own name, and one that led elsewhere when it was loaded.
const [EVIL, REBOUND] = ['evil.example', 'rebound.example']

const facts = JSON.parse(await text(process.stdin))
const gateway = new URL(facts.issuer).host
assert.ok(facts.listeners.includes(gateway))

const browser = await launch(facts, {}, [EVIL, REBOUND])
const ada = await browser.person('Ada')
await ada.goto('/console')
await signIn(ada, facts.admin)
await ada.page.waitForURL(/\/console/)
// There is a mail to read, with a link that sets a password.
await somebodyIsInvited('first@acme.test')
const before = await state()

const friend = await accomplice(PAGE)
const bases = [...facts.listeners, `127.0.0.1:${friend.port}`]
const everything = attempts(facts)
const page = await ada.page.context().newPage()
// On another port of the same host, where cookies are the same; on another site.
for (const host of ['127.0.0.1', EVIL]) {
  await page.goto(`http://${host}:${friend.port}/page`)
  for (const address of bases) await tried(address, await page.evaluate(attack, asked(`http://${address}`)))
}
// DNS rebinding: the page's own name and port lead to the listener.
for (const address of bases) {
  const base = `http://${REBOUND}:${address.split(':')[1]}`
  await page.route(`${base}/page`, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }))
  await page.goto(`${base}/page`)
  await tried(address, await page.evaluate(attack, asked(base)))
}
await page.close()
for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/x-amz-json-1.0']) {
  assert.ok(friend.came.some((one) => one.method === 'POST' && one.type?.startsWith(type)), `no ${type} was sent`)
}
assert.ok(friend.came.some((one) => one.method === 'OPTIONS'), 'no preflight was sent')
friend.close()

// What happens now is told after whatever happened before.
const last = await somebodyIsInvited('last@acme.test')
assert.deepEqual(await state(last), before)
// And Ada is still signed in.
await ada.goto('/console/service-accounts')
await ada.reads('No service accounts yet')
await browser.finish()

function asked(base) {
  return { base, attempts: everything }
}

// Judges what a page could read at an address.
function tried(address, read) {
  if (address.endsWith(`:${friend.port}`)) {
    const answers = read.filter((one) => one.how === 'cors').length
    assert.equal(answers, 2 * everything.length, `a page at ${page.url()} cannot read what it may`)
    return
  }
  const refused = ({ how, status, text }) =>
    // A name that was bound anew is its own origin, which may read that it was refused.
    ([403, 421].includes(status) || how.startsWith('form')) && /^\{"(__type|message)":/.test(text)
  const wrong = read.filter((one) => !(address === gateway && isPublic(one.path)) && !refused(one))
  assert.deepEqual(wrong, [], `a page read this at ${address}`)
}

// An admin's program creates a person; waits until the region has told of it.
async function somebodyIsInvited(email) {
  const person = { name: 'Somebody', email, user_type: 'licensed', roles: ['viewer'], subscription: null }
  const answer = await fetch(`${facts.api}/users`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify(person),
  })
  const { id } = await answer.json()
  assert.equal(answer.status, 201)
  const told = async (path, words) => JSON.stringify(await items(path)).includes(words)
  const until = Date.now() + 20_000
  while (!((await told('/_local/mail', email)) && (await told('/_local/events', id)))) {
    assert.ok(Date.now() < until, `nobody was told of ${email}`)
    await ada.page.waitForTimeout(100)
  }
  return { id, email }
}

// All that a page could have changed, without one person.
async function state(person) {
  const known = (one) => !person || !Object.values(person).some((words) => JSON.stringify(one).includes(words))
  const all = {}
  for (const path of ['/_local/mail', '/_local/events', '/_local/dead-letters']) all[path] = (await items(path)).filter(known)
  for (const path of ['users', 'service-accounts', 'roles', 'clients', 'resources', 'applications']) {
    all[path] = (await items(`/api/v1/${path}?subscription=${facts.subscription}`)).filter(known)
  }
  const keys = await fetch(`${facts.issuer}/.well-known/jwks.json`)
  all.keys = await keys.json()
  return all
}

async function items(path) {
  const answer = await fetch(facts.issuer + path, { headers: { ...bearer(), accept: 'application/json' } })
  const body = await answer.json()
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(body)}`)
  return body.items
}

function bearer() {
  return { authorization: `Bearer ${facts.admin.token}` }
}
