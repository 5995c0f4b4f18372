import type { Page } from 'playwright-core'
import type { Keyring } from 'routekey'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { signUp } from '#test/support/stack.ts'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { holdScripts } from './hold-scripts.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser()
const refused = /status of 4(?:01|03|29)/

let keyring: Keyring
let owner: { id: string; email: string }
beforeAll(async () => {
  keyring = createTestKeyring(browser.stack)
  owner = await signUp(browser.stack)
})

const createKey = (options: Partial<Parameters<Keyring['create']>[0]> = {}) =>
  keyring.create({ owner: owner.id, name: 'CI', ...options })

async function openTry(options: Parameters<typeof browser.openPage>[0] = {}): Promise<{ page: Page; urls: string[] }> {
  const page = await browser.openPage({ expectedComplaint: refused, ...options })
  const urls: string[] = []
  page.on('request', (request) => urls.push(request.url()))
  await openHydrated(page, '/try')
  return { page, urls }
}

const keyField = (page: Page) => page.getByRole('textbox', { name: 'Your API key' })
const verdict = (page: Page) => page.locator('output', { hasText: /^(?:Secured|Open|Closed|No result)/ })
const panel = (page: Page, title: string) => page.getByRole('region', { name: title })

async function check(page: Page, key: string, route = 'whoami'): Promise<string> {
  await page.getByRole('radio', { name: route }).check()
  if (key !== '') await keyField(page).fill(key)
  await page.getByRole('button', { name: 'Check route' }).click()
  return (await verdict(page).textContent()) ?? ''
}

describe.each(['desktop', 'phone'] as const)('on a %s', (device) => {
  it('shows both responses, side by side if there is room', async () => {
    const { page } = await openTry({ device })
    const { key } = await createKey({
      scopes: ['account:read'],
      limits: [{ name: 'minute', quota: 9, windowSeconds: 60 }],
    })
    expect(await check(page, key)).toBe('Secured: 401 without a key, 200 with your key.')

    const without = await panel(page, 'Without a key').innerText()
    expect(without).toMatch(/401 Unauthorized[^]*\d+ ms[^]*www-authenticate\s+Bearer realm="api"/)
    expect(without).toContain('"detail": "A valid key is required."')
    const withKey = await panel(page, 'With your key').innerText()
    expect(withKey).toMatch(/200 OK[^]*ratelimit\s+"minute";r=8;t=\d+/)
    expect(withKey).toContain(`"owner": "${owner.id}"`)
    expect(withKey).toContain(`curl -i ${browser.stack.webUrl}/api/v1/whoami`)
    expect(withKey).toMatch(/^read -rs KEY &&$/m)

    const [first, second] = await Promise.all(
      ['Without a key', 'With your key'].map(async (title) => panel(page, title).boundingBox()),
    )
    expect(second!.y - first!.y).toBe(device === 'phone' ? first!.height + 16 : 0)
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)
  })
})

describe('the verdict', () => {
  it('names the scope that a key is missing', async () => {
    const { page } = await openTry()
    const { key } = await createKey({ scopes: ['account:read'] })
    expect(await check(page, key, '/api/v1/customer')).toContain(
      '403 with your key. The key is missing the scope customer:read.',
    )
    expect(await panel(page, 'With your key').innerText()).toContain('403 Forbidden')
  })

  it('distinguishes a revoked key from an open route', async () => {
    const { page } = await openTry()
    const { key, record } = await createKey()
    await keyring.revoke(record.id)
    expect(await check(page, key)).toContain('401 with your key. The key is unknown, expired, disabled or revoked.')
  })

  it('says that a limit was reached, and for how long', async () => {
    const { page } = await openTry()
    const { key } = await createKey({ limits: [{ name: 'day', quota: 1, windowSeconds: 86_400 }] })
    expect(await check(page, key)).toContain('200 with your key')
    await page.getByRole('button', { name: 'Check route' }).click()
    await expect
      .poll(() => verdict(page).textContent())
      .toMatch(/429 with your key\. The key has reached its limit\. Try again in \d+ s/)
    expect(await panel(page, 'With your key').innerText()).toMatch(/ratelimit-policy[^]*retry-after\s+\d+/)
  })

  it('needs no key, and accepts none for the route of the server', async () => {
    const { page, urls } = await openTry()
    expect(await check(page, '')).toBe('Secured: 401 without a key.')
    await page.getByRole('radio', { name: 'create-stripe-customer' }).check()
    expect(await keyField(page).isDisabled()).toBe(true)
    expect(await verdict(page).count()).toBe(0)
    await page.getByRole('button', { name: 'Check route' }).click()
    await verdict(page).waitFor()
    expect(urls.filter((url) => url.includes('/api/')).map((url) => new URL(url).pathname)).toEqual([
      '/api/v1/whoami',
      '/api/create-stripe-customer',
    ])
  })

  it('is missing while the browser is offline, and given afterwards', async () => {
    const { page } = await openTry({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|status of 401/ })
    await page.context().setOffline(true)
    expect(await check(page, '')).toBe('No result. You are offline. Try again when you are connected.')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Check route' }).click()
    await expect.poll(() => verdict(page).textContent()).toBe('Secured: 401 without a key.')
  })

  it('is usable with the keyboard alone', async () => {
    const { page } = await openTry()
    const { key } = await createKey({ scopes: ['customer:read'] })
    await page.getByRole('radio', { name: 'whoami' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.insertText(key)
    await page.keyboard.press('Enter')
    await verdict(page).waitFor()
    expect(await verdict(page).getAttribute('aria-live')).toBe('polite')
    expect(await panel(page, 'With your key').innerText()).toContain('"stripe_customer"')
    expect(await keyField(page).evaluate((field) => field === document.activeElement)).toBe(true)
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await keyField(page).evaluate((field) => getComputedStyle(field).outlineStyle)).toBe('solid')
  })
})

describe('the key', () => {
  it('is not sent if it is invalid, and another secret does not stay on the page', async () => {
    const { page, urls } = await openTry()
    const { key } = await createKey()
    for (const text of [browser.stack.apiRouteSecret, key.slice(0, -1)]) {
      await keyField(page).fill(text)
      await page.keyboard.press('Enter')
      await expect.poll(() => keyField(page).getAttribute('aria-invalid')).toBe('true')
    }
    expect(await page.getByRole('alert').allTextContents()).toContain(
      'This key is incomplete or mistyped, so it was not sent. Copy the whole key again.',
    )
    await keyField(page).fill(browser.stack.apiRouteSecret)
    await page.keyboard.press('Enter')
    await page.getByText('Never paste API_ROUTE_SECRET here.').waitFor()
    expect(await keyField(page).inputValue()).toBe('')
    expect(urls.filter((url) => url.includes('/api/'))).toEqual([])
  })

  it('is gone after leaving the page in any way, and was never in a URL or in storage', async () => {
    const { page, urls } = await openTry()
    const { key } = await createKey()
    const isHeld = () =>
      page.evaluate((text) => {
        const fields = [...document.querySelectorAll('input')].map(({ value }) => value)
        const stores = JSON.stringify([localStorage, sessionStorage, history.state, document.cookie])
        return [document.documentElement.outerHTML, stores, ...fields].some((held) => held.includes(text))
      }, key)

    await check(page, key)
    expect(await page.evaluate((text) => document.documentElement.outerHTML.includes(text), key)).toBe(false)

    await page.getByRole('link', { name: 'Routekey' }).click()
    await page.waitForURL(`${browser.stack.webUrl}/`)
    await expect.poll(isHeld).toBe(false)
    await page.goBack()
    await page.waitForURL('**/try')
    await expect.poll(isHeld).toBe(false)

    await check(page, key)
    await page.reload()
    await expect.poll(isHeld).toBe(false)

    await check(page, key)
    await page.goto('/login')
    await page.goBack()
    await page.waitForURL('**/try')
    await expect.poll(isHeld).toBe(false)

    // The browser sends this event before it stores a page for its Back button.
    await check(page, key)
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    await expect.poll(isHeld).toBe(false)
    await verdict(page).waitFor({ state: 'detached' })

    expect(urls.filter((url) => url.includes(key))).toEqual([])
  })

  it('is not sent before scripts arrive', async () => {
    const page = await browser.openPage()
    const { key } = await createKey()
    const urls: string[] = []
    page.on('request', (request) => urls.push(request.url()))
    const release = await holdScripts(page)
    await page.goto('/try', { waitUntil: 'commit' })
    await page.getByRole('radio', { name: 'customer:read' }).check()
    await keyField(page).fill(key)
    await page.keyboard.press('Enter')
    const button = page.getByRole('button', { name: 'Check route' })
    expect(await button.isDisabled()).toBe(true)
    release()
    await expect.poll(() => button.isDisabled()).toBe(false)
    // The text and the selection from the meantime are still there.
    expect(await keyField(page).inputValue()).toBe(key)
    expect(await page.getByText('/api/v1/customer').count()).toBeGreaterThan(1)
    expect(urls.filter((url) => url.includes('/api/') || url.includes(key))).toEqual([])
    expect(page.url()).toBe(`${browser.stack.webUrl}/try`)
  })

  it('needs scripts, and the page says so', async () => {
    const page = await browser.openPage({ javaScriptEnabled: false })
    await page.goto('/try')
    expect(await page.getByRole('main').innerText()).toContain('Use the commands below instead.')
    expect(await page.getByText('curl -i').count()).toBe(2)
  })
})

it('links to the page that creates keys, signed in or not', async () => {
  const { page } = await openTry()
  expect(await page.getByRole('link', { name: 'Sign up and create one' }).getAttribute('href')).toContain(
    'next=%2Fkeys',
  )
  const signedIn = await openTry({ session: await browser.createSession() })
  expect(await signedIn.page.getByRole('link', { name: 'Create one' }).getAttribute('href')).toBe('/keys')
})
