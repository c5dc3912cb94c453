// An admin walks through the console, page by page: what it says when there is nothing, what a form
// says when something is wrong, what is revealed once, what asks before it destroys.
// Facts come as JSON on stdin; `scripts` says whether the browsers run JavaScript.

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'

import { launch } from './chromium.mjs'
import { invited, letterTo, section, signIn } from './steps.mjs'

const facts = JSON.parse(await text(process.stdin))
const admin = { email: facts.admin.email, password: facts.admin.password }
const browser = await launch(facts, {})
const ada = await browser.person('Ada')

await nothingYet()
await anAccount()
await itsCredentials()
await people()
await clients()
await trail()
await settings()
await herself()
await forgotten()
await wrongTurns()
await browser.finish()

// Each section says what it is for while it is empty.
async function nothingYet() {
  await ada.goto('/console')
  await signIn(ada, admin)
  await ada.reads('No service accounts yet')
  await ada.sees('service-accounts-empty')
  await section(ada, /OAuth approvals/)
  await ada.reads('There is nothing to approve')
  await ada.sees('approvals-empty')
  await section(ada, 'Clients')
  await ada.sees('clients-empty')
  await section(ada, 'Connected apps')
  await ada.sees('connected-apps-empty')
}

// She creates an account; the form keeps what she typed when something is wrong.
async function anAccount() {
  await section(ada, 'Service accounts')
  await ada.link('Create service account').first().click()
  await ada.field('Name').fill('nightly-export')
  await ada.field(/^Description/).fill('Copies the ledger every night')
  await ada.page.getByRole('group', { name: 'Roles' }).getByRole('checkbox').first().check()
  await ada.sees('service-account-new')
  await ada.button('Create service account').click()
  await revealed('service-account-revealed')

  await section(ada, 'Service accounts')
  await ada.sees('service-accounts')
  await ada.link('Create service account').first().click()
  await ada.field('Name').fill('Nightly-Export')
  await ada.button('Create service account').click()
  await ada.page.getByRole('alert').waitFor()
  assert.equal(await ada.field('Name').inputValue(), 'Nightly-Export')
  await ada.sees('service-account-refused')
}

// A secret is shown once: it can be copied, and it works.
async function revealed(picture) {
  await ada.reads('Copy the client secret now.')
  await ada.sees(picture)
  const [id, secret] = [ada.page.locator('#client-id'), ada.page.locator('#client-secret')]
  const shown = [await id.innerText(), await secret.innerText()]
  if (facts.scripts) {
    await ada.button('Copy Client secret').click()
    assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), shown[1])
  } else {
    assert.equal(await ada.button(/^Copy/).and(ada.page.locator(':visible')).count(), 0)
  }
  assert.equal(await tokenStatus(shown), 200)
  await ada.link(/saved these/).click()
  await ada.page.getByRole('heading', { level: 1 }).waitFor()
  assert.ok(!(await ada.page.content()).includes(shown[1]), 'a secret is shown twice')
  return shown
}

async function tokenStatus([id, secret]) {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${facts.issuer}/oauth/v1/token`, { method: 'POST', headers: { authorization }, body })
  return answer.status
}

// Another credential, a rotation that says what dies, a deletion that does too.
async function itsCredentials() {
  await section(ada, 'Service accounts')
  await ada.link('nightly-export').click()
  await ada.sees('service-account')
  await ada.link('Create credential').click()
  await ada.field('Name').fill('Claude on a laptop')
  await ada.sees('credential-new')
  await ada.button('Create credential').click()
  const first = await revealed('credential-revealed')

  await ada.link('Rotate Claude on a laptop').click()
  await ada.reads('every token obtained with it')
  await ada.sees('credential-rotate')
  await ada.button('Rotate secret').click()
  await revealed('credential-rotated')
  assert.equal(await tokenStatus(first), 401)

  await ada.link('Edit Claude on a laptop').click()
  await ada.field('Name').fill('Cursor')
  await ada.sees('credential-edit')
  await ada.button('Save changes').click()
  await ada.reads('Cursor')
  await ada.sees('credential-edited')

  await ada.page.getByRole('checkbox', { name: 'Select Cursor' }).check()
  await ada.button(/^Delete selected/).click()
  await ada.reads('This is for good.')
  await ada.sees('credential-delete')
  await ada.button('Delete credential').click()
  await ada.page.locator('.toast').waitFor()
  assert.equal(await ada.link('Rotate Cursor').count(), 0)

  await ada.link('Edit').first().click()
  await ada.sees('service-account-edit')
}

// People: invited, edited; a program that would become a person loses its credentials, and says so.
async function people() {
  await section(ada, 'Users')
  await ada.sees('users')
  await ada.link('Invite person').click()
  await ada.field('Name').fill('Grace Hopper')
  await ada.field('E-mail').fill('grace@acme.test')
  await ada.page.getByRole('radio', { name: /licensed/i }).check()
  await ada.sees('user-invite')
  await ada.button('Send invitation').click()
  await ada.page.locator('.toast').waitFor()
  await section(ada, 'Users')
  await ada.reads('grace@acme.test')
  await ada.link('Grace Hopper').click()
  await ada.sees('user')

  await section(ada, 'Users')
  await ada.page.getByRole('row').filter({ hasText: 'nightly-export' }).getByRole('link').first().click()
  await ada.sees('user-service')
  await ada.page.getByRole('radio', { name: /licensed/i }).check()
  await ada.field(/^E-mail of the person/).fill('night@acme.test')
  await ada.button('Save changes').click()
  await ada.reads('at once and for good')
  await ada.sees('user-type-change')
  await ada.link('Cancel').click()

  await section(ada, 'Users')
  await ada.link('Grace Hopper').click()
  await ada.link('Delete').click()
  await ada.sees('user-delete')
  await ada.button('Delete user').click()
  await ada.page.locator('.toast').waitFor()
}

async function clients() {
  await section(ada, 'Clients')
  await ada.link('Register client').first().click()
  await ada.field('Name').fill('Ledger sync')
  await ada.field('Redirect URIs').fill('https://ledger.example/#fragment')
  await ada.page.getByRole('radio', { name: /confidential/i }).check()
  await ada.button('Register client').click()
  await ada.page.getByRole('alert').waitFor()
  await ada.sees('client-refused')
  await ada.field('Redirect URIs').fill('https://ledger.example/callback\nhttp://127.0.0.1/callback')
  await ada.page.getByRole('radio', { name: /confidential/i }).check()
  await ada.button('Register client').click()
  await ada.page.locator('#client-secret').waitFor()
  await ada.sees('client-revealed')
  await ada.link(/saved these/).click()
  await ada.sees('client')
  await ada.link('Rotate secret').click()
  await ada.sees('client-rotate')
  await ada.link('Cancel').click()
  await ada.link('Edit').click()
  await ada.sees('client-edit')
  await section(ada, 'Clients')
  await ada.sees('clients')
  await ada.link('Ledger sync').click()
  await ada.link('Delete').click()
  await ada.sees('client-delete')
  await ada.button('Delete client').click()
  await ada.page.locator('.toast').waitFor()
}

// The trail knows all of it, in the reader's own time.
async function trail() {
  await section(ada, 'Audit trail')
  await ada.reads('credential.rotated')
  await ada.sees('audit-trail')
  await ada.field('Action').selectOption('credential.rotated')
  await ada.button('Filter').click()
  await ada.page.waitForURL(/action=/)
  assert.equal(await ada.page.getByRole('table').getByText('user.created').count(), 0)
  await ada.sees('audit-trail-filtered')
  const time = ada.page.locator('main time').first()
  const [said, at] = [await time.innerText(), new Date(await time.getAttribute('datetime'))]
  // The browser is in Tokyo; without scripts the page says UTC.
  const hours = (zone) => at.toLocaleTimeString('en-US', { timeZone: zone, hour: 'numeric', minute: '2-digit' })
  const zone = facts.scripts ? 'Asia/Tokyo' : 'UTC'
  assert.ok(said.includes(hours(zone).replace(/\s/g, ' ')), `${said} is not ${hours(zone)} in ${zone}`)
}

async function settings() {
  await section(ada, 'Settings')
  await ada.sees('settings')
  await ada.field('Name').first().fill('Acme & Daughters <Ltd>')
  await ada.button('Save changes').first().click()
  await ada.page.locator('.toast').waitFor()
  await ada.reads('Acme & Daughters <Ltd>')
  await ada.page.getByRole('link', { name: /production/ }).first().click()
  await ada.sees('settings-subscription')
}

async function herself() {
  const elsewhere = await browser.person('Ada on her phone')
  await elsewhere.goto('/sign-in')
  await signIn(elsewhere, admin)
  await elsewhere.page.waitForURL(/\/console/)
  await section(ada, 'Sessions')
  await ada.sees('sessions')
  await ada.button('End all others').click()
  await ada.page.locator('.toast').waitFor()
  await elsewhere.goto('/console')
  await elsewhere.page.waitForURL(/\/sign-in/)
}

async function forgotten() {
  const grace = await browser.person('Grace')
  const account = await invited(grace, facts, { name: 'Grace Hopper', email: 'grace@acme.example' })
  await grace.sees('console-of-a-person')
  await grace.button('Sign out').click()
  await grace.link(/forgot/i).click()
  await grace.sees('forgot-password')
  await grace.field('E-mail').fill(account.email)
  await grace.button('Send the link').click()
  await grace.sees('forgot-password-sent')
  const link = await letterTo(grace, account.email, /password/i, 'mail-password')
  await grace.goto(link)
  await grace.field('New password').fill('short')
  await grace.button('Set password').click()
  await grace.sees('password-refused')
  await grace.field('New password').fill('another battery another horse')
  await grace.button('Set password').click()
  await grace.page.waitForURL(/\/console/)
  await grace.page.context().clearCookies()
  await grace.goto(link)
  await grace.sees('password-link-used')
}

// Whatever goes wrong is a page that says so, and where to go.
async function wrongTurns() {
  await ada.goto('/console/nothing')
  await ada.sees('console-not-found')
  await ada.goto('/oauth/v1/authorize')
  await ada.sees('authorize-unreadable')
  await ada.goto('/oauth/v1/authorize?client_id=cli_us_000000000000&redirect_uri=https://notes.example/')
  await ada.sees('authorize-unknown-app')
  await section(ada, 'Sessions')
  await ada.link(/change .*password/i).first().click().catch(() => ada.goto('/console/password'))
  await ada.sees('password-change')
  await ada.button('Sign out').click()
  await ada.page.waitForURL(/\/sign-in/)
  await ada.sees('signed-out')
}
