// The table does not answer while a domain is checked: the page says so, and trying again goes on.
// Facts come as JSON on stdin, with a `session` and the `path` of a request.

import { text } from 'node:stream/consumers'

import { launch } from './chromium.mjs'

const facts = JSON.parse(await text(process.stdin))
const browser = await launch(facts, {})
const ada = await browser.person('Ada')
const cookie = { name: '__Host-regent', value: facts.session, url: facts.issuer, secure: true, httpOnly: true }
await ada.page.context().addCookies([{ ...cookie, sameSite: 'Lax' }])

ada.excused = 503
await ada.goto(facts.path)
await ada.reads('could not be checked')
await ada.link('Return to app').waitFor()
await ada.sees('authorize-unchecked')
await ada.link('Try again').click()
await ada.button('Allow').waitFor()
await browser.finish()
