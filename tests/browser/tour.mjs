// README's "A person connects an app", word for word: its commands in bash, the rest in a browser.
// Facts come as JSON on stdin, with the two blocks of commands as `blocks`.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import readline from 'node:readline'
import { text } from 'node:stream/consumers'

import { launch } from './chromium.mjs'
import { decide, letterTo, signIn } from './steps.mjs'

const facts = JSON.parse(await text(process.stdin))
const admin = { email: facts.admin.email, password: facts.admin.password }
writeFileSync(join(facts.folder, 'region.json'), JSON.stringify(facts))
const [before, after] = facts.blocks
assert.match(after, /^CODE=/)
// The reader puts the code in where it says so.
const commands = `set -euo pipefail\n${before}\n${after.replace(/^CODE=.*/, 'read -r CODE')}`
const shell = spawn('bash', ['-c', commands], {
  cwd: facts.folder,
  env: { ...process.env, ISSUER: facts.issuer },
  stdio: ['pipe', 'pipe', 'inherit'],
})
const lines = readline.createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
const address = (await lines.next()).value

const browser = await launch(facts, {})
const ada = await browser.person('Ada')
await ada.goto(address)
await signIn(ada, admin)
await ada.button('Request approval').click()
await ada.button('Check status').waitFor()
await ada.goto(await letterTo(ada, admin.email, /asks for access/, 'mail'))
await decide(ada, 'http://127.0.0.1', 'approved')
await ada.goto(address)
const back = ada.page.waitForEvent('request', (request) => request.url().startsWith('http://127.0.0.1:49999/'))
await ada.button('Allow').click({ noWaitAfter: true })
const code = new URL((await back).url()).searchParams.get('code')
shell.stdin.end(`${code}\n`)

const said = []
for await (const line of lines) said.push(line)
const [token, me] = said.join('\n').split(/(?<=^\})\n/m).map((one) => JSON.parse(one))
assert.equal(token.scope, 'read:me')
assert.ok(token.refresh_token)
assert.match(me.subject, /^usr_/)
await browser.finish()
