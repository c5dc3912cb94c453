// The table does not answer while a domain is checked: the page says so, and trying again goes on.
// Facts come as JSON on stdin, with the `path` of a request, and an address where the table answers:
// a browser sends one host's cookies to all of its ports.

import { text } from 'node:stream/consumers'

import { launch } from './chromium.mjs'
import { signIn } from './steps.mjs'

const facts = JSON.parse(await text(process.stdin))
const browser = await launch(facts, {})
const ada = await browser.person('Ada')
await ada.goto(facts.sign_in)
await signIn(ada, facts.admin)
await ada.page.waitForURL(/\/console/)

ada.excused = 503
await ada.goto(facts.path)
await ada.reads('could not be checked')
await ada.link('Return to app').waitFor()
await ada.sees('authorize-unchecked')
await ada.link('Try again').click()
await ada.button('Allow').waitFor()
await browser.finish()
