import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser({ sweepIntervalMs: 1000 })
const refused = /status of 401/

const step = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title })
/** The place of an element on its page, independent of scrolling. */
const placeOf = (locator: Locator) =>
  locator.evaluate((element) => {
    const { top, height } = element.getBoundingClientRect()
    return { top: top + scrollY, height }
  })
const call = (page: Page) => page.getByRole('button', { name: 'Call it without a key' }).click()

describe.each(['desktop', 'phone'] as const)('the path, on a %s', (device) => {
  it('shows the response of the route to a request without a key, and nothing moves', async () => {
    const page = await browser.openPage({ device, expectedComplaint: refused })
    await openHydrated(page, '/')
    const last = step(page, 'Stripe has one customer')
    const before = await placeOf(last)
    await call(page)
    const route = step(page, 'The database calls the route')
    await route.getByText('401 Unauthorized').waitFor()
    const text = await route.innerText()
    expect(text).toMatch(/www-authenticate: Bearer realm="api"[^]*content-type: application\/problem\+json/)
    expect(text).toContain('"detail": "A valid key is required."')
    expect(await placeOf(last)).toEqual(before)
    expect(await step(page, 'Someone signs up').getByRole('link', { name: 'Sign up' }).getAttribute('href')).toContain(
      'mode=sign-up',
    )
    expect(await last.innerText()).toContain('Your customer ID appears here')
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)
  })

  it('shows the user’s own profile, and the customer without a reload', async () => {
    const { stack } = browser
    const faults = `${stack.env['STRIPE_API_BASE']}/_sandbox/faults`
    // Stripe refuses until the page has shown that.
    const fault = { kind: 'rate_limit', retryAfterSeconds: 1, path: '/v1/customers', method: 'POST', count: 'always' }
    await fetch(faults, { method: 'POST', body: JSON.stringify(fault) })
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session })
    await page.goto('/')
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    expect(await step(page, 'Someone signs up').innerText()).toMatch(/Profile created \w+ \d+, \d{4}/)
    await page.getByText('Retrying').waitFor()
    await fetch(faults, { method: 'DELETE' })
    const customer = await page.getByText(/^cus_\w{8,}$/).textContent()
    const { data } = await stack.admin.from('profile').select('stripe_customer').eq('id', session.id).single()
    expect(data).toEqual({ stripe_customer: customer })
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
  })
})

describe('the path', () => {
  it('says that the browser is offline', async () => {
    const page = await browser.openPage({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ })
    await openHydrated(page, '/')
    await page.context().setOffline(true)
    await call(page)
    const answer = step(page, 'The database calls the route').locator('output')
    await expect.poll(() => answer.textContent()).toBe('You are offline. Try again when you are connected.')
  })

  it('calls the route without scripts', async () => {
    const page = await browser.openPage({ javaScriptEnabled: false, expectedComplaint: refused })
    await page.goto('/')
    expect(await page.getByRole('main').innerText()).toContain('the route should respond 401')
    const answer = page.waitForResponse('**/api/create-stripe-customer')
    await call(page)
    expect((await answer).status()).toBe(401)
  })

  it('is animated during the work, unless the visitor prefers reduced motion', async () => {
    const page = await browser.openPage({ session: await browser.createSession() })
    await page.goto('/')
    await page.getByText(/^cus_\w{8,}$/).waitFor()
    const motion = (status: string) =>
      page.evaluate((value) => {
        document.querySelector('[data-status]')?.setAttribute('data-status', value)
        return [...document.querySelectorAll('ol svg[width="2"] line')].map(
          (line) => getComputedStyle(line).animationName,
        )
      }, status)
    expect(await motion('done')).toEqual(['none', 'none'])
    expect(await motion('pending')).toEqual(['flow', 'flow'])
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await motion('pending')).toEqual(['none', 'none'])
  })
})

it('says so if the page has no clipboard', async () => {
  const page = await browser.openPage()
  await page.setViewportSize({ width: 360, height: 800 })
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  await openHydrated(page, '/')
  const code = page.getByRole('figure').filter({ hasText: 'npx routekey generate' })
  await code.getByRole('button', { name: 'Copy Terminal' }).click()
  await code.getByRole('status').getByText('Select the text and copy it yourself.').waitFor()
  expect(await findLayoutFaults(page)).toEqual([])
})

describe('the header', () => {
  it('fits the smallest phone, and marks the current page', async () => {
    const page = await browser.openPage()
    await page.setViewportSize({ width: 360, height: 800 })
    const header = page.getByRole('navigation', { name: 'Main' })
    for (const [path, name] of [
      ['/try', 'Try it'],
      ['/login', 'Sign in'],
      ['/login?mode=sign-up', 'Sign up'],
    ] as const) {
      await page.goto(path)
      expect(await header.getByRole('link').allTextContents()).toEqual(['Try it', 'Sign in', 'Sign up'])
      expect(await header.locator('[aria-current=page]').allTextContents()).toEqual([name])
      expect(await findLayoutFaults(page)).toEqual([])
    }
  })

  it('has a menu on a phone, which the keyboard opens and navigation closes', async () => {
    const page = await browser.openPage({ device: 'phone', session: await browser.createSession() })
    await openHydrated(page, '/account')
    const menu = page.getByRole('navigation', { name: 'Main' })
    expect(await menu.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Menu' }).focus()
    await page.keyboard.press('Enter')
    expect(await menu.locator('a, button').allTextContents()).toEqual(['Keys', 'Try it', 'Account', 'Sign out'])
    expect(await menu.locator('[aria-current=page]').allTextContents()).toEqual(['Account'])
    expect(await findLayoutFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await menu.isVisible()).toBe(false)

    await page.keyboard.press('Enter')
    await menu.getByRole('link', { name: 'Try it' }).click()
    await page.waitForURL('**/try')
    expect(await menu.isVisible()).toBe(false)
    await page.setViewportSize({ width: 768, height: 800 })
    expect(await menu.locator('[aria-current=page]').innerText()).toBe('Try it')
    expect(await page.getByRole('button', { name: 'Menu' }).isVisible()).toBe(false)
  })

  it('opens its menu without scripts', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device: 'phone', session, javaScriptEnabled: false })
    await page.goto('/')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click()
    expect(new URL(page.url()).pathname).toBe('/account')
  })
})
