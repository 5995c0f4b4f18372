import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Page, Response } from 'playwright-core'
import type { Keyring } from 'routekey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { openBrowser } from './open-browser.ts'
import { type PageOptions, setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser()
const keyShape = /rk_user_[A-Za-z0-9]{30,}/

let keyring: Keyring
beforeAll(() => {
  keyring = createTestKeyring(browser.stack)
})

/**
 * Opens the keys of a user. `countSent` counts the responses to the browser that contain a text, and `urls` lists their URLs.
 */
async function openKeys(options: PageOptions = {}) {
  const session = options.session ?? (await browser.createSession())
  const page = await browser.openPage({ ...options, session })
  const documents: string[] = []
  const urls: string[] = []
  const bodies: string[] = []
  await page.route('**/*', async (route) => {
    urls.push(route.request().url())
    // The server may close an idle connection while the request is on its way. A browser tries again by itself.
    const maxRetries = route.request().method() === 'GET' ? 3 : 0
    const response = await route.fetch({ maxRedirects: 0, maxRetries })
    if (route.request().resourceType() === 'document') documents.push(response.url())
    bodies.push(await response.text())
    await route.fulfill({ response })
  })
  const countSent = async (text: string) => {
    await page.unrouteAll({ behavior: 'wait' })
    return bodies.filter((body) => body.includes(text)).length
  }
  await openHydrated(page, '/keys')
  return { page, owner: session.id, documents, urls, countSent }
}

const dialog = (page: Page) => page.getByRole('dialog')
const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

async function fillIn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create key' }).first().click()
  await dialog(page).getByLabel('Name').fill(name)
}

/** Sends the form, and returns the key that it shows. */
async function send(page: Page, button: string): Promise<string> {
  await dialog(page).getByRole('button', { name: button }).click()
  await dialog(page).getByRole('heading', { name: 'Save your API key' }).waitFor()
  // If the browser posted the page itself, the heading arrives before the key.
  await page.waitForLoadState('domcontentloaded')
  return keyShape.exec(await dialog(page).innerText())?.[0] ?? ''
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('button', { name: action, exact: true }).click()
  await dialog(page).waitFor()
}

const whoami = async (key: string) => {
  const headers = { authorization: `Bearer ${key}` }
  return (await fetch(`${browser.stack.webUrl}/api/v1/whoami`, { headers })).status
}

/** Waits until nothing on the page, in its URL or in its storage contains the key. */
async function expectForgotten(page: Page, key: string): Promise<void> {
  const held = () =>
    page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        location.href,
        JSON.stringify([localStorage, sessionStorage, history.state]),
      ].join(),
    )
  await expect.poll(held).not.toContain(key)
}

describe.each(['desktop', 'phone'] as const)('on a %s', (device) => {
  it('creates, shows, copies, tries and lists a key without a reload', async () => {
    const { page, owner, documents, urls, countSent } = await openKeys({ device })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByText('No keys yet').waitFor()
    await fillIn(page, ' ')
    await dialog(page).getByRole('button', { name: 'Create key' }).click()
    await dialog(page).getByText('Enter a name.').waitFor()
    await dialog(page).getByLabel('Name').fill('CI')
    await dialog(page).getByLabel('customer:read').check()
    await dialog(page).getByLabel('Limit').selectOption('hour')
    await dialog(page).getByLabel('Requests').fill('50')
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)

    const key = await send(page, 'Create key')
    await expectNoAxeViolations(page)
    expect(await findLayoutFaults(page)).toEqual([])
    expect(await dialog(page).innerText()).toContain('You won’t see it again.')
    await page.getByRole('button', { name: 'Copy API key' }).click()
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(clipboard).toBe(key)
    await page.getByRole('button', { name: 'Copy Try it in a terminal' }).click()
    await expect.poll(clipboard).toContain('curl')
    const command = await clipboard()
    expect(command).not.toContain(key)
    // Asynchronous, because the database runs in this process.
    const run = promisify(execFile)('bash', ['-c', command.replace('-i', '--silent')])
    run.child.stdin?.end(`${key}\n`)
    expect(JSON.parse((await run).stdout)).toMatchObject({
      owner,
      key: { name: 'CI', scopes: ['account:read', 'customer:read'] },
    })

    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.mouse.click(3, 3)
    await expect.poll(() => dialog(page).innerText()).toContain(key)
    await page.getByRole('button', { name: 'Done' }).click()
    await row(page, 'CI').waitFor()
    await expectForgotten(page, key)
    expect(documents).toHaveLength(1)
    expect(await countSent(key)).toBe(1)
    expect(urls.filter((url) => url.includes(key))).toEqual([])
    expect(browser.stack.web.output()).not.toContain(key)
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)
  })

  it('renames, rotates and revokes a key without a reload', async () => {
    const session = await browser.createSession()
    const { key: old, record } = await keyring.create({ owner: session.id, name: 'CI' })
    const { page, documents, urls, countSent } = await openKeys({ device, session })
    await choose(page, 'CI', 'Rename')
    await dialog(page).getByLabel('Name').fill('Staging')
    await dialog(page).getByRole('button', { name: 'Rename key' }).click()
    await row(page, 'Staging').waitFor()
    await page.getByRole('status').getByText('Key renamed.').waitFor()

    await choose(page, 'Staging', 'Rotate')
    await dialog(page).getByLabel('Old key expires').selectOption('in 1 hour')
    const key = await send(page, 'Rotate key')
    expect([await whoami(old), await whoami(key)]).toEqual([200, 200])
    await page.getByRole('button', { name: 'Done' }).click()
    await row(page, 'Staging')
      .getByText(/Old key expires in \d+ minutes/)
      .waitFor()
    await expectForgotten(page, key)
    expect(await findLayoutFaults(page)).toEqual([])

    await choose(page, 'Staging', 'Revoke')
    await expectNoAxeViolations(page)
    await dialog(page).getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('No keys yet').waitFor()
    await page.getByRole('status').getByText('Key revoked.').waitFor()
    // The focus is on the list, and not lost with the row.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/^In use/)
    expect([await whoami(old), await whoami(key)]).toEqual([401, 401])
    await page.getByRole('link', { name: 'Revoked or expired' }).click()
    await row(page, 'Staging').getByText('Revoked').waitFor()
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)
    expect(await countSent(key)).toBe(1)
    expect(urls.filter((url) => url.includes(key))).toEqual([])
    expect(browser.stack.web.output()).not.toContain(key)
    expect(documents).toHaveLength(1)
    expect((await keyring.get(record.id))?.name).toBe('Staging')
  })

  it('creates a key before scripts arrive', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session, expectedComplaint: /ERR_FAILED/ })
    await page.route('**/*.js', (route) => route.abort())
    await page.goto('/keys')
    await fillIn(page, 'CI')
    const key = await send(page, 'Create key')
    expect(await whoami(key)).toBe(200)
    await page.getByRole('link', { name: 'Done' }).click()
    await row(page, 'CI').waitFor()
    await expectForgotten(page, key)
  })
})

describe('a new key', () => {
  it('is gone after navigation, the Back button and a reload', async () => {
    const { page } = await openKeys()
    await page.getByRole('link', { name: 'Account' }).click()
    await page.waitForURL('**/account')
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.waitForURL('**/keys')
    await fillIn(page, 'CI')
    const key = await send(page, 'Create key')
    await page.goBack()
    await page.getByRole('heading', { name: 'Account', exact: true }).waitFor()
    await expectForgotten(page, key)
    await page.goForward()
    await row(page, 'CI').waitFor()
    await expectForgotten(page, key)
    expect(await dialog(page).count()).toBe(0)
    await page.reload()
    await row(page, 'CI').waitFor()
    await expectForgotten(page, key)
  })

  it('is gone even if the browser keeps the page for its Back button', async () => {
    const session = await browser.createSession()
    const keeping = await openBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    try {
      const context = await keeping.newContext({ baseURL: browser.stack.webUrl })
      const url = browser.stack.webUrl
      await context.addCookies([...session.cookies].map(([name, value]) => ({ name, value, url })))
      const page = await context.newPage()
      await openHydrated(page, '/keys')
      await fillIn(page, 'CI')
      const key = await send(page, 'Create key')
      expect(key).toMatch(keyShape)
      // The browser sends this event before it stores the page.
      await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
      await expectForgotten(page, key)
      await page.goto('/login')
      await page.goBack()
      await row(page, 'CI').waitFor()
      await expectForgotten(page, key)
    } finally {
      await keeping.close()
    }
  })
})

describe('the page', () => {
  it('responds 404 to an action on the key of another user', async () => {
    const [owner, stranger] = await Promise.all([browser.createSession(), browser.createSession()])
    const { record } = await keyring.create({ owner: owner.id, name: 'Hers' })
    await keyring.create({ owner: stranger.id, name: 'Own' })
    const page = await browser.openPage({ session: stranger, expectedComplaint: /404/ })
    await openHydrated(page, '/keys')
    await choose(page, 'Own', 'Revoke')
    await dialog(page)
      .locator('input[name=id]')
      .evaluate((input, id) => input.setAttribute('value', id), record.id)
    const answer = page.waitForResponse((response) => response.request().method() === 'POST')
    await dialog(page).getByRole('button', { name: 'Revoke key' }).click()
    expect((await answer).status()).toBe(404)
    await page.getByText('Page not found').waitFor()
    expect(await keyring.get(record.id)).toEqual(record)
  })

  it('works with the keyboard alone, and returns the focus', async () => {
    const { page } = await openKeys()
    const opener = page.getByRole('button', { name: 'Create key' }).first()
    await opener.focus()
    await page.keyboard.press('Enter')
    await dialog(page).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => opener.evaluate((button) => document.activeElement === button)).toBe(true)
    await page.keyboard.press('Enter')
    await page.keyboard.type('CI')
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('heading', { name: 'Save your API key' }).waitFor()
    // On the copy button, where a second Enter does no harm.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Copy API key')
    await page.getByRole('button', { name: 'Done' }).focus()
    await page.keyboard.press('Enter')
    await row(page, 'CI').waitFor()
    await page.getByRole('button', { name: 'Actions for CI' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog(page).getByLabel('Name').waitFor()
    await page.keyboard.press('Escape')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Actions for CI')
  })

  it('opens the page of the key if a dialog cannot be loaded', async () => {
    const session = await browser.createSession()
    const { record } = await keyring.create({ owner: session.id, name: 'CI' })
    const page = await browser.openPage({ session, expectedComplaint: /ERR_FAILED/ })
    await openHydrated(page, '/keys')
    await page.route('**/*.js', (route) => route.abort())
    await page.getByRole('button', { name: 'Actions for CI' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'CI' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/keys/${record.id}`)
  })

  it('loads at most 150 kB of script', async () => {
    const page = await browser.openPage({ session: await browser.createSession() })
    const scripts: Response[] = []
    page.on('response', (response) => {
      const request = response.request()
      if (request.resourceType() === 'script' && !('sec-purpose' in request.headers())) scripts.push(response)
    })
    await page.goto('/keys', { waitUntil: 'networkidle' })
    const sizes = await Promise.all(
      scripts.map(async (response) => gzipSync(await response.body(), { level: 9 }).length),
    )
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    expect(sizes.length).toBeGreaterThan(3)
    expect(total).toBeLessThanOrEqual(150_000)
  })
})

describe('while the database fails', () => {
  let isFailing = false
  let supabase: Awaited<ReturnType<typeof startFaultProxy>>
  beforeAll(async () => {
    const { stack } = browser
    class Failing extends Set<string> {
      override has = (path: string) => isFailing && /^\/rest\/v1\/rpc\/(?:list_api_keys|create_api_key)$/.test(path)
    }
    supabase = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL']!, { failing: new Failing() })
    stack.env['NEXT_PUBLIC_SUPABASE_URL'] = supabase.url
    await stack.restartWeb()
  })
  afterAll(() => supabase?.stop())

  it('says that the page could not be loaded, and loads it again on request', async () => {
    const session = await browser.createSession()
    await keyring.create({ owner: session.id, name: 'CI' })
    isFailing = true
    const page = await browser.openPage({ session, expectedComplaint: /error #(?:419|441)|Server Components render/ })
    await page.goto('/keys')
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
    expect(await page.getByRole('main').innerText()).not.toContain('out of order')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectNoAxeViolations(page)
    }
    isFailing = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await row(page, 'CI').waitFor()
  })

  it('keeps the fields of the form if the key cannot be created, offline or because the database fails', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ session, expectedComplaint: /ERR_INTERNET_DISCONNECTED/ })
    await openHydrated(page, '/keys')
    await fillIn(page, 'CI')
    await dialog(page).getByLabel('customer:read').check()
    await dialog(page).getByLabel('Expires').selectOption('never')
    await dialog(page).getByLabel('Limit').selectOption('hour')
    await dialog(page).getByLabel('Requests').fill('50')
    await page.context().setOffline(true)
    await dialog(page).getByRole('button', { name: 'Create key' }).click()
    await dialog(page).getByText('You are offline, so nothing was sent.').waitFor()
    await page.context().setOffline(false)
    isFailing = true
    await dialog(page).getByRole('button', { name: 'Create key' }).click()
    await dialog(page).getByText('we don’t know whether your change was saved').waitFor()
    isFailing = false
    await send(page, 'Create key')
    expect(await keyring.list({ owner: session.id })).toMatchObject([
      {
        name: 'CI',
        expiresAt: null,
        limits: [{ quota: 50, windowSeconds: 3600 }],
        scopes: ['account:read', 'customer:read'],
      },
    ])
  })
})
