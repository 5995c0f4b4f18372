import { randomUUID } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import { z } from 'zod'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { password, signUp } from '../stack.ts'
import { setUpBrowser } from './set-up-browser.ts'

const browser = setUpBrowser({ sweepIntervalMs: 1_000 })
let page: Page
let context: BrowserContext

beforeEach(async () => {
  page = await browser.openPage()
  context = page.context()
})

async function submit(email: string, secret: string, button: 'Create account' | 'Sign in'): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('main').getByRole('button', { name: button }).click()
}

async function textAt(label: string): Promise<string | null> {
  const id = await page.getByLabel(label).getAttribute('aria-describedby')
  return page.locator(`#${id}`).textContent()
}

const faultsUrl = () => `${browser.stack.env['STRIPE_API_BASE']}/_sandbox/faults`
const path = () => new URL(page.url()).pathname
const newAddress = () => `${randomUUID()}@example.com`

describe('signing up with e-mail and password', () => {
  it('leads to the account, where the Stripe customer appears without a reload', async () => {
    const email = newAddress()
    await page.goto('/login?mode=sign-up')
    await submit(email, password, 'Create account')
    await page.waitForURL('**/account')
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    const id = await page.getByText(/^cus_/).textContent()
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
    expect(await page.getByRole('main').textContent()).toContain(email)

    const { data } = await browser.stack.admin.from('profile').select('stripe_customer').eq('email', email).single()
    expect(data).toEqual({ stripe_customer: id })
  })

  it('keeps the session where no script reads it, and sends it nowhere else', async () => {
    await page.goto('/login?mode=sign-up')
    await submit(newAddress(), password, 'Create account')
    await page.waitForURL('**/account')
    const cookies = await context.cookies()
    expect(cookies.map(({ name }) => name)).toContain('routekey-session')
    for (const { httpOnly, sameSite } of cookies)
      expect({ httpOnly, sameSite }).toEqual({ httpOnly: true, sameSite: 'Lax' })
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  it('tells what is wrong at the field that is wrong, and keeps the address', async () => {
    await page.goto('/login?mode=sign-up')
    await submit('ada@example', 'short', 'Create account')
    const email = page.getByLabel('E-mail')
    await expect.poll(() => email.getAttribute('aria-invalid')).toBe('true')
    expect(await textAt('E-mail')).toMatch(/not an e-mail address/)
    expect(await textAt('Password')).toMatch(/at least 8 characters/)
    expect(await email.inputValue()).toBe('ada@example')
    // Checked in the browser, so nothing that was typed is lost.
    expect(await page.getByLabel('Password').inputValue()).toBe('short')
    expect(path()).toBe('/login')
  })

  it('says that an address is taken', async () => {
    const { email } = await signUp(browser.stack)
    await page.goto('/login?mode=sign-up')
    await submit(email, password, 'Create account')
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toContain('There is an account with this address. Sign in instead.')
  })

  it('works before scripts arrive', async () => {
    page = await browser.openPage({ javaScriptEnabled: false })
    await page.goto('/login?mode=sign-up')
    await submit('ada', password, 'Create account')
    expect(await page.getByRole('alert').textContent()).toContain('This is not an e-mail address.')
    await submit(newAddress(), password, 'Create account')
    expect(path()).toBe('/account')
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(path()).toBe('/')
  })
})

describe('signing in', () => {
  it('brings a known user back to their account', async () => {
    const { email } = await signUp(browser.stack)
    await page.goto('/account')
    expect(path()).toBe('/login')
    await submit(email, password, 'Sign in')
    await page.waitForURL('**/account')
    expect(await page.getByRole('main').textContent()).toContain(email)
    await page.goto('/login')
    expect(path()).toBe('/account')
  })

  it.each([
    ['a wrong password', async () => (await signUp(browser.stack)).email],
    ['an unknown address', async () => newAddress()],
  ])('refuses %s in the same words', async (_name, address) => {
    await page.goto('/login')
    await submit(await address(), 'wrong', 'Sign in')
    await page.getByText('The e-mail address or the password is wrong.').waitFor()
    expect(await context.cookies()).toEqual([])
  })

  it.each(['//example.com', 'https://example.com', '/\\example.com', '/\t/example.com'])(
    'follows no address out of the application: %s',
    async (next) => {
      const { email } = await signUp(browser.stack)
      await page.goto(`/login?next=${encodeURIComponent(next)}`)
      await submit(email, password, 'Sign in')
      await page.waitForURL(({ pathname }) => pathname !== '/login')
      expect(new URL(page.url()).origin).toBe(browser.stack.webUrl)
    },
  )

  it('works with GitHub, and the customer appears without a reload', async () => {
    await page.goto('/login')
    await page.getByRole('link', { name: 'Continue with GitHub' }).click()
    await page.getByRole('button', { name: 'ada@example.com' }).click()
    await page.waitForURL('**/account')
    await page.getByText(/^cus_/).waitFor()
    expect(await page.getByRole('main').textContent()).toContain('ada@example.com')
  })

  it.each([
    ['error=access_denied', 'You did not allow the sign-in.'],
    ['code=made-up', 'This sign-in link is used up'],
    ['', 'This sign-in link is used up'],
  ])('says why a sign-in did not end well: %s', async (query, text) => {
    await page.goto(`/auth/callback?${query}`)
    expect(path()).toBe('/login')
    expect((await page.getByRole('alert').allTextContents()).join(' ')).toContain(text)
  })
})

describe('a session', () => {
  beforeEach(async () => {
    const { email } = await signUp(browser.stack)
    await page.goto('/login')
    await submit(email, password, 'Sign in')
    await page.waitForURL('**/account')
  })

  it('ends with signing out', async () => {
    const [session] = await context.storageState().then(({ cookies }) => cookies)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${browser.stack.webUrl}/`)
    expect(await context.cookies()).toEqual([])
    await context.addCookies([session!])
    await page.goto('/account')
    expect(path()).toBe('/login')
  })

  it('is refreshed when its token is old, and the new one reaches the browser', async () => {
    const [cookie] = await context.cookies()
    const encoded = cookie!.value.replace('base64-', '')
    const session = z
      .looseObject({ expires_at: z.int() })
      .parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()))
    const old = { ...session, expires_at: Math.floor(Date.now() / 1000) - 60 }
    const value = `base64-${Buffer.from(JSON.stringify(old)).toString('base64url')}`
    await context.addCookies([{ ...cookie!, value }])

    const response = await page.goto('/account')
    expect(path()).toBe('/account')
    expect(await response!.headerValue('cache-control')).toContain('no-store')
    const [refreshed] = await context.cookies()
    expect(refreshed).toMatchObject({ name: cookie!.name, httpOnly: true, sameSite: 'Lax' })
    expect([value, cookie!.value]).not.toContain(refreshed!.value)
  })

  it('is not believed when it was tampered with', async () => {
    const [cookie] = await context.cookies()
    await context.addCookies([{ ...cookie!, value: `${cookie!.value.slice(0, -200)}${'A'.repeat(200)}` }])
    await page.goto('/account')
    expect(path()).toBe('/login')
  })
})

describe('while Stripe fails', () => {
  afterEach(async () => {
    await fetch(faultsUrl(), { method: 'DELETE' })
  })

  it('the account says that it is tried again, and shows the customer once it is there', async () => {
    await fetch(faultsUrl(), {
      method: 'POST',
      body: JSON.stringify({ kind: 'rate_limit', retryAfterSeconds: 4, path: '/v1/customers', method: 'POST' }),
    })
    await page.goto('/login?mode=sign-up')
    await submit(newAddress(), password, 'Create account')
    await page.waitForURL('**/account')
    await page.getByText(/Trying again in \d s\./).waitFor()
    await page.getByText(/^cus_/).waitFor({ timeout: 20_000 })
    expect(await page.getByText('Retrying').count()).toBe(0)
  })
})
