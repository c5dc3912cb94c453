// A headless Chromium with people at it. Whatever the browser complains of is a fault, and so is
// every violation that axe-core finds: `finish` fails with all of them.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// The packages of tests/clients.
const require = createRequire(new URL('../clients/', import.meta.url))
const { chromium } = require('playwright-core')
const axe = require('axe-core').source

const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 375, height: 812 }
const LOOKS = [
  ['desktop', DESKTOP, 'light'],
  ['desktop-dark', DESKTOP, 'dark'],
  ['phone', PHONE, 'light'],
]
// Far more than any page takes, on a machine that is building something else.
const PATIENCE = 30_000

// Starts it. `facts` are the region's, with `chromium`, `screenshots` and `scripts` besides.
// `hosts` maps names of the web to ports of this machine: { 'notes.example': 4321 }; `here` are names
// that lead to this machine at any port, and which this browser, as older and other ones, lets ask there.
export async function launch(facts, hosts, here = []) {
  const rules = Object.entries(hosts).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`)
  rules.push(...here.map((host) => `MAP ${host} 127.0.0.1`))
  const browser = await chromium.launch({
    executablePath: facts.chromium,
    args: [
      `--host-resolver-rules=${[...rules, 'MAP *.example ~NOTFOUND'].join(', ')}`,
      ...(here.length ? ['--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests'] : []),
    ],
  })
  await mkdir(facts.screenshots, { recursive: true })
  return new Browser(browser, facts)
}

class Browser {
  faults = []
  #browser
  #auditor

  constructor(browser, facts) {
    this.#browser = browser
    this.facts = facts
  }

  // Somebody with a browser profile of their own.
  async person(who) {
    const page = await this.#page(this.facts.scripts)
    return new Person(who, page, this)
  }

  async #page(javaScriptEnabled) {
    const context = await this.#browser.newContext({
      javaScriptEnabled,
      ignoreHTTPSErrors: true,
      viewport: DESKTOP,
      locale: 'en-US',
      timezoneId: 'Asia/Tokyo',
    })
    context.setDefaultTimeout(PATIENCE)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: this.facts.issuer })
    return context.newPage()
  }

  // A page where scripts run, for judging markup that was made for a browser without any.
  async auditor() {
    this.#auditor ??= await this.#page(true)
    return this.#auditor
  }

  async finish() {
    await this.#browser.close()
    assert.deepEqual(this.faults, [])
  }
}

class Person {
  // Custom-scheme addresses that the browser was sent to, and would have handed to an app.
  handed = []
  // A status that a page of the server may have although it is no success.
  excused = undefined

  constructor(who, page, browser) {
    this.who = who
    this.page = page
    this.browser = browser
    this.origin = browser.facts.issuer
    this.#watch()
  }

  #watch() {
    const { page, browser } = this
    const fault = (what) => browser.faults.push(`${this.who} at ${page.url()}: ${what}`)
    const own = (request) => request.url().startsWith(browser.facts.issuer)
    page.on('console', (message) => {
      if (/content security policy|violates/i.test(message.text())) fault(message.text())
    })
    page.on('pageerror', (error) => fault(error.stack ?? String(error)))
    page.on('request', (request) => {
      if (!/^(https?|data|blob):/.test(request.url())) this.handed.push(request.url())
      // No page of ours asks another server for anything.
      const from = request.frame().url()
      if (!request.isNavigationRequest() && from.startsWith(browser.facts.issuer) && !own(request)) {
        if (!request.url().startsWith('data:')) fault(`asks for ${request.url()}`)
      }
    })
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText
      if (own(request) && why !== 'net::ERR_ABORTED') fault(`${request.url()} failed: ${why}`)
    })
    page.on('response', (response) => {
      const request = response.request()
      if (own(request) && response.status() >= 500 && response.status() !== this.excused) fault(`${request.url()} answers ${response.status()}`)
      if (own(request) && !request.isNavigationRequest() && response.status() >= 400) {
        fault(`${request.url()} answers ${response.status()}`)
      }
    })
  }

  // Another tab of the same browser instead of this one.
  async renews() {
    const page = await this.page.context().newPage()
    await this.page.close()
    this.page = page
    this.#watch()
  }

  async goto(url) {
    await this.page.goto(new URL(url, this.origin).href)
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  link(name) {
    return this.page.getByRole('link', { name, exact: typeof name === 'string' })
  }

  field(name) {
    return this.page.getByLabel(name, { exact: typeof name === 'string' })
  }

  // What the page says, its white space made single spaces.
  async text() {
    return (await this.page.locator('body').innerText()).replace(/\s+/g, ' ')
  }

  // Waits until the page says something.
  async reads(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor()
  }

  // Looks closely at the page: it is accessible in light and dark, fits a phone, and its pictures
  // are kept for somebody to look at.
  async sees(name) {
    const { page, browser } = this
    await page.waitForLoadState('load')
    assert.match(await page.title(), /\S/, `${name} has no title`)
    // Without scripts it is the same style: its colours were judged with them.
    const looks = browser.facts.scripts ? LOOKS : LOOKS.filter(([kind]) => kind !== 'desktop-dark')
    for (const [kind, viewport, colorScheme] of looks) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) browser.faults.push(`${name} (${kind}) is ${wide} pixels too wide`)
      await page.screenshot({ path: join(browser.facts.screenshots, `${name}.${kind}.png`), fullPage: true })
      await this.#judge(name, kind, viewport, colorScheme)
    }
    await page.setViewportSize(DESKTOP)
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
  }

  async #judge(name, kind, viewport, colorScheme) {
    const { page, browser } = this
    const judged = browser.facts.scripts ? page : await this.#copy(viewport, colorScheme)
    const { violations } = await judged.evaluate(
      `${axe};axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))`,
    )
    for (const { id, help, nodes } of violations) {
      browser.faults.push(`${name} (${kind}): ${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`)
    }
  }

  // The page as it stands, without its scripts, where axe-core can run.
  async #copy(viewport, colorScheme) {
    const auditor = await this.browser.auditor()
    const url = this.page.url()
    const body = (await this.page.content()).replace(/<script.*?<\/script>|<\/?noscript>/gs, '')
    const document = (route) =>
      route.request().isNavigationRequest() ? route.fulfill({ contentType: 'text/html', body }) : route.continue()
    await auditor.setViewportSize(viewport)
    await auditor.emulateMedia({ colorScheme })
    await auditor.route('**/*', document)
    await auditor.goto(url)
    await auditor.unroute('**/*', document)
    return auditor
  }
}
