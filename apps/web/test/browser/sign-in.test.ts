import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readMailedPath } from '#test/support/read-mailed-links.ts'
import { password, signUp } from '#test/support/stack.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

// No sweep runs during the tests, so every customer comes from a notification.
const browser = setUpBrowser({ sweepIntervalMs: 3_600_000 })
const newAddress = () => `${randomUUID()}@example.com`
const pathOf = (page: Page) => new URL(page.url()).pathname

async function submit(page: Page, email: string, secret: string, button: 'Create account' | 'Sign in'): Promise<void> {
  await page.getByLabel('Email', { exact: true }).fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('main').getByRole('button', { name: button }).click()
}

/** Opens the link of the email, and presses its button. */
async function confirm(page: Page, email: string): Promise<void> {
  await page.getByText('Check your email').waitFor()
  await page.goto(await readMailedPath(browser.stack, email))
  await page.getByRole('button', { name: 'Confirm email address' }).click()
  await page.waitForURL('**/account')
}

async function descriptionOf(page: Page, label: string): Promise<string> {
  const id = await page.getByLabel(label).getAttribute('aria-describedby')
  return (await page.locator(`#${id}`).allTextContents()).join(' ')
}

describe.each(['desktop', 'phone'] as const)('on a %s', (device) => {
  it('signs up and shows the Stripe customer without a reload', async () => {
    const page = await browser.openPage({ device })
    const email = newAddress()
    await page.goto('/login?mode=sign-up')
    await submit(page, email, password, 'Create account')
    await confirm(page, email)
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    const id = await page.getByText(/^cus_/).textContent()
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
    expect(await page.getByRole('main').textContent()).toContain(email)
    const { data } = await browser.stack.admin.from('profile').select('stripe_customer').eq('email', email).single()
    expect(data).toEqual({ stripe_customer: id })

    const cookies = await page.context().cookies()
    expect(cookies.map(({ name }) => name)).toContain('routekey-session')
    for (const { httpOnly, sameSite } of cookies)
      expect({ httpOnly, sameSite }).toEqual({ httpOnly: true, sameSite: 'Lax' })
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  it('signs in a known user, and ends the session on sign-out', async () => {
    const page = await browser.openPage({ device })
    const { email } = await signUp(browser.stack)
    await page.goto('/account')
    expect(pathOf(page)).toBe('/login')
    await submit(page, email, password, 'Sign in')
    await page.waitForURL('**/account')
    expect(await page.getByRole('main').textContent()).toContain(email)
    await page.goto('/login')
    expect(pathOf(page)).toBe('/account')

    const cookies = await page.context().cookies()
    if (device === 'phone') await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${browser.stack.webUrl}/`)
    const left = (await page.context().cookies()).map(({ name }) => name)
    // The mark of a browser that this account has used before.
    expect(left.filter((name) => name !== 'routekey-device')).toEqual([])
    await page.context().addCookies(cookies)
    await page.goto('/account')
    expect(pathOf(page)).toBe('/login')
  })

  it('signs in with GitHub and shows the Stripe customer', async () => {
    const page = await browser.openPage({ device })
    await page.goto('/login')
    await page.getByRole('link', { name: 'Continue with GitHub' }).click()
    await page.getByRole('button', { name: 'ada@example.com' }).click()
    await page.waitForURL('**/account')
    await page.getByText(/^cus_/).waitFor()
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
  })
})

describe('the form', () => {
  it('shows errors at their fields, and keeps the input', async () => {
    const page = await browser.openPage()
    const email = page.getByLabel('Email', { exact: true })
    const submitInvalid = async () => {
      await openHydrated(page, '/login?mode=sign-up')
      await submit(page, 'ada@example', 'short', 'Create account')
      await expect.poll(() => email.getAttribute('aria-invalid')).toBe('true')
      return page.getByLabel('Password').inputValue()
    }
    // Checked in the browser once the parser is loaded, so that the password is not lost. The server checks before that.
    await expect.poll(submitInvalid).toBe('short')
    expect(await email.inputValue()).toBe('ada@example')
    expect(await descriptionOf(page, 'Email')).toMatch(/valid email address/)
    expect(await descriptionOf(page, 'Password')).toMatch(/at least 8 characters/)
    expect(pathOf(page)).toBe('/login')
  })

  it('does not say that an address is taken', async () => {
    const page = await browser.openPage()
    const { email } = await signUp(browser.stack)
    await page.goto('/login?mode=sign-up')
    await submit(page, email, password, 'Create account')
    await page.getByText('Check your email').waitFor()
    expect(await page.getByRole('main').textContent()).not.toMatch(/already|exists/)
  })

  it('explains to another browser that the address is confirmed', async () => {
    const { email } = await signUp(browser.stack)
    await browser.stack.visitor().auth.signUp({ email: `new-${email}`, password })
    const page = await browser.openPage()
    await page.goto(await readMailedPath(browser.stack, `new-${email}`))
    await page.getByRole('button', { name: 'Confirm email address' }).click()
    await page.getByText('Your email address is confirmed. Sign in.').waitFor()
    expect(await page.context().cookies()).toEqual([])
  })

  it('refuses a wrong password and an unknown address with the same message', async () => {
    const page = await browser.openPage()
    for (const email of [(await signUp(browser.stack)).email, newAddress()]) {
      await page.goto('/login')
      await submit(page, email, 'wrong', 'Sign in')
      await page.getByText('Wrong email address or password.').waitFor()
    }
    expect(await page.context().cookies()).toEqual([])
  })

  it('works before scripts arrive', async () => {
    const page = await browser.openPage({ javaScriptEnabled: false })
    await page.goto('/login?mode=sign-up')
    await submit(page, 'ada', password, 'Create account')
    expect(await page.getByRole('alert').textContent()).toContain('Enter a valid email address')
    const email = newAddress()
    await submit(page, email, password, 'Create account')
    await confirm(page, email)
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
    expect(pathOf(page)).toBe('/')
  })

  it('never redirects to another site', async () => {
    const page = await browser.openPage()
    const { email } = await signUp(browser.stack)
    await page.goto(`/login?next=${encodeURIComponent('/\\example.com')}`)
    await submit(page, email, password, 'Sign in')
    await page.waitForURL(`${browser.stack.webUrl}/account`)
    // A signed-in user is redirected at once.
    for (const next of ['//example.com', 'https://example.com', '/\\example.com', '/\t/example.com']) {
      await page.goto(`/login?next=${encodeURIComponent(next)}`)
      expect(page.url()).toBe(`${browser.stack.webUrl}/account`)
    }
  })

  it('says why a sign-in with GitHub failed', async () => {
    const page = await browser.openPage()
    for (const [query, text] of [
      ['error=access_denied', 'You didn’t authorize the sign-in.'],
      ['code=made-up', 'This sign-in was started in another browser'],
      ['', 'The sign-in did not work.'],
    ]) {
      await page.goto(`/auth/callback?${query}`)
      expect(pathOf(page)).toBe('/login')
      expect((await page.getByRole('alert').allTextContents()).join(' ')).toContain(text)
    }
  })
})

describe('a session', () => {
  it('is refreshed when its token has expired, and reaches the browser', async () => {
    const page = await browser.openPage({ session: await browser.createSession() })
    const [cookie] = await page.context().cookies()
    const encoded = cookie!.value.replace('base64-', '')
    const session = z
      .looseObject({ expires_at: z.int() })
      .parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()))
    const old = { ...session, expires_at: Math.floor(Date.now() / 1000) - 60 }
    const value = `base64-${Buffer.from(JSON.stringify(old)).toString('base64url')}`
    await page.context().addCookies([{ ...cookie!, value }])

    const response = await page.goto('/account')
    expect(pathOf(page)).toBe('/account')
    expect(await response!.headerValue('cache-control')).toContain('no-store')
    const [refreshed] = await page.context().cookies()
    expect(refreshed).toMatchObject({ name: cookie!.name, httpOnly: true, sameSite: 'Lax' })
    expect([value, cookie!.value]).not.toContain(refreshed!.value)
  })

  it('is refused if it was tampered with', async () => {
    const page = await browser.openPage({ session: await browser.createSession() })
    const [cookie] = await page.context().cookies()
    await page.context().addCookies([{ ...cookie!, value: `${cookie!.value.slice(0, -200)}${'A'.repeat(200)}` }])
    await page.goto('/account')
    expect(pathOf(page)).toBe('/login')
  })
})

it('shows on the account page that Stripe is retried, and then the customer', async () => {
  const page = await browser.openPage()
  const { webUrl, env } = browser.stack
  const faults = `${env['STRIPE_API_BASE']}/_sandbox/faults`
  const fault = { kind: 'rate_limit', retryAfterSeconds: 4, path: '/v1/customers', method: 'POST', count: 'always' }
  await fetch(faults, { method: 'POST', body: JSON.stringify(fault) })
  await page.goto('/login?mode=sign-up')
  const email = newAddress()
  await submit(page, email, password, 'Create account')
  await confirm(page, email)
  await page.getByText(/Next attempt (?:in \d s|soon)\./).waitFor()
  await fetch(faults, { method: 'DELETE' })
  const sweep = () =>
    fetch(`${webUrl}/api/sync-stripe-customers`, { headers: { authorization: `Bearer ${env['CRON_SECRET']}` } })
  await expect.poll(async () => sweep().then(() => page.getByText(/^cus_/).count()), { interval: 500 }).toBe(1)
  expect(await page.getByText('Retrying').count()).toBe(0)
})
