import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readMailedLinks } from '#test/support/read-mailed-links.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser({ sweepIntervalMs: 3_600_000 })
const newAddress = () => `${crypto.randomUUID()}@example.com`

async function sectionText(page: Page, name: string): Promise<string> {
  return (await page.getByRole('region', { name }).textContent()) ?? ''
}

async function openLink(page: Page, address: string): Promise<void> {
  await expect.poll(() => readMailedLinks(browser.stack, address)).toHaveLength(1)
  const [link = ''] = await readMailedLinks(browser.stack, address)
  await page.goto(link)
  await page.getByRole('button', { name: 'Confirm email address' }).click()
  await page.waitForURL('**/account?notice=email-changed')
}

describe.each(['desktop', 'phone'] as const)('on a %s', (device) => {
  it('shows the profile and the Stripe customer, and copies the user ID', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await openHydrated(page, '/account')
    const profile = await sectionText(page, 'Profile')
    for (const text of [session.email, session.id, 'Email and password']) expect(profile).toContain(text)
    await page.getByText(/^cus_/).waitFor()
    await page.getByRole('button', { name: 'Copy user ID' }).click()
    await page.getByText('Copied').waitFor({ state: 'attached' })
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(session.id)
  })

  it('changes the email address with the link in the email', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session })
    await openHydrated(page, '/account')
    const field = page.getByLabel('New email address')
    await field.fill('ada@example')
    await page.getByRole('button', { name: 'Change email' }).click()
    await page.getByText('Enter a valid email address').waitFor()
    expect(await field.inputValue()).toBe('ada@example')

    const email = newAddress()
    await field.fill(email)
    // Pressed twice, sent once.
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.getByText('Check your email').waitFor()
    expect(await sectionText(page, 'Profile')).toContain(session.email)

    await openLink(page, email)
    await page.getByText('Your email address was changed.').waitFor()
    expect(await sectionText(page, 'Profile')).toContain(email)
    expect(page.url()).not.toContain('token')
  })

  it('deletes the account after its address was typed, and signs out', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session })
    await openHydrated(page, '/account')
    await page.getByRole('button', { name: 'Delete account' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
    await dialog.getByLabel(/^Type/).fill('yes')
    await dialog.getByRole('button', { name: 'Delete permanently' }).click()
    await dialog.getByText('This does not match.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Delete account' }).click()
    expect(await dialog.getByLabel(/^Type/).inputValue()).toBe('')
    await dialog.getByLabel(/^Type/).fill(session.email)
    await dialog.getByRole('button', { name: 'Delete permanently' }).click()
    await page.waitForURL('**/login?notice=account-deleted')
    await page.getByText('Your account and its data were deleted').waitFor()
    expect(await page.context().cookies()).toEqual([])
    expect(await page.getByRole('banner').getByText('Sign in').isVisible()).toBe(true)

    await page.goBack()
    await page.waitForURL('**/login?**')
    expect(await page.getByRole('main').textContent()).not.toContain(session.email)
  })

  it('does the same before scripts arrive', async () => {
    const session = await browser.createSession()
    const page = await browser.openPage({ device, session, javaScriptEnabled: false })
    await page.goto('/account')
    await page.getByLabel('New email address').fill(session.email)
    await page.getByRole('button', { name: 'Change email' }).click()
    await page.getByText('This is already your email address.').waitFor()
    const email = newAddress()
    await page.getByLabel('New email address').fill(email)
    await page.getByRole('button', { name: 'Change email' }).click()
    await page.getByText('Check your email').waitFor()
    await openLink(page, email)
    expect(await sectionText(page, 'Profile')).toContain(email)

    await page.getByRole('button', { name: 'Delete account' }).click()
    await page.getByLabel(/^Type/).fill('yes')
    await page.getByRole('button', { name: 'Delete permanently' }).click()
    // Still open, with the typed text.
    await page.getByText('This does not match.').waitFor()
    expect(await page.getByLabel(/^Type/).inputValue()).toBe('yes')
    await page.getByLabel(/^Type/).fill(email)
    await page.getByRole('button', { name: 'Delete permanently' }).click()
    await page.getByText('Your account and its data were deleted').waitFor()
    expect(await page.context().cookies()).toEqual([])
  })
})

it('signs out the whole page at the next click after the account was deleted elsewhere', async () => {
  const session = await browser.createSession()
  const page = await browser.openPage({ session, expectedComplaint: /status of 401/ })
  await openHydrated(page, '/')
  await browser.stack.admin.rpc('delete_account', { user_id: session.id })
  await page.getByRole('banner').getByRole('link', { name: 'Account' }).click()
  await page.waitForURL('**/login?**')
  await page.getByText('Your session has ended.').waitFor()
  expect(await page.getByText('Sign out').count()).toBe(0)
  expect(await page.context().cookies()).toEqual([])
})

it('signs out the whole page when a form is sent after the account was deleted elsewhere', async () => {
  const session = await browser.createSession()
  const page = await browser.openPage({ session })
  await openHydrated(page, '/account')
  await browser.stack.admin.rpc('delete_account', { user_id: session.id })
  await page.getByLabel('New email address').fill(newAddress())
  await page.getByRole('button', { name: 'Change email' }).click()
  await page.waitForURL('**/login?**')
  await page.getByText('Your session has ended.').waitFor()
  expect(await page.getByText('Sign out').count()).toBe(0)
})

it('creates a new account and customer for a GitHub user who deleted theirs', async () => {
  const page = await browser.openPage()
  const signIn = async () => {
    await page.goto('/login')
    await page.getByRole('link', { name: 'Continue with GitHub' }).click()
    await page.getByRole('button', { name: 'ada@example.com' }).click()
    await page.waitForURL('**/account')
    expect(await sectionText(page, 'Profile')).toContain('GitHub')
    return (await page.getByText(/^cus_/).textContent()) ?? ''
  }
  const first = await signIn()
  await page.getByRole('button', { name: 'Delete account' }).click()
  await page.getByLabel(/^Type/).fill('ada@example.com')
  await page.getByRole('button', { name: 'Delete permanently' }).click()
  await page.waitForURL('**/login?notice=account-deleted')
  const retrieve = async () => (await browser.stack.stripe.customers.retrieve(first)).deleted
  await expect.poll(retrieve).toBe(true)
  expect(await signIn()).not.toBe(first)
})
