import type { Page } from 'playwright-core'
import type { Keyring } from 'routekey'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Session } from '#test/support/create-session.ts'
import { createTestKeyring } from '#test/support/create-test-keyring.ts'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser()

let keyring: Keyring
let session: Session
beforeAll(async () => {
  keyring = createTestKeyring(browser.stack)
  session = await browser.createSession()
})

const createKey = (name: string) => keyring.create({ owner: session.id, name, scopes: ['account:read'] })

async function call(path: string, key: string): Promise<number> {
  const answer = await fetch(`${browser.stack.webUrl}/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` } })
  return answer.status
}

const chart = (page: Page) => page.getByRole('region', { name: 'Requests' })
const trail = (page: Page) => page.getByRole('region', { name: 'Audit trail' })
const picture = (page: Page, name: string) => chart(page).getByRole('img', { name })

describe.each(['desktop', 'phone'] as const)('the page of a key, on a %s', (device) => {
  it('shows the requests that were sent, allowed and refused', async () => {
    const { key, record } = await createKey('Nightly report')
    const page = await browser.openPage({ device, session })
    await page.goto(`/keys/${record.id}`)
    await chart(page).getByText('No requests yet').first().waitFor()

    const statuses = [await call('whoami', key), await call('whoami', key), await call('customer', key)]
    expect(statuses).toEqual([200, 200, 403])
    await expect
      .poll(async () => {
        await page.reload()
        return picture(page, 'Last 24 hours: 2 allowed, 1 refused').count()
      })
      .toBe(1)
    expect(await picture(page, 'Last 24 hours').locator('title').last().textContent()).toMatch(
      /: 2 allowed, 1 refused$/,
    )
    expect(await page.getByText(/^(?:just now|\d+ minutes? ago)$/).count()).toBe(1)
  })

  it('changes the range with the keyboard and with a click', async () => {
    const { record } = await createKey('Keyboard')
    const page = await browser.openPage({ device, session })
    await page.goto(`/keys/${record.id}`)
    const [day, month] = ['Last 24 hours', 'Last 30 days'].map((name) => picture(page, name))
    await day!.waitFor()
    expect(await month!.isVisible()).toBe(false)

    const radio = chart(page).getByRole('radio', { name: '24 hours' })
    await radio.focus()
    await page.keyboard.press('ArrowRight')
    await month!.waitFor()
    expect(await day!.isVisible()).toBe(false)
    expect(await chart(page).getByRole('row').count()).toBe(31)

    await chart(page).getByText('24 hours', { exact: true }).click()
    await day!.waitFor()
    expect(await chart(page).getByRole('row').count()).toBe(25)
  })

  it('adds each change to the audit trail without a reload', async () => {
    const { record } = await keyring.create({
      owner: session.id,
      name: 'Old',
      scopes: ['account:read'],
      actor: 'support',
    })
    const page = await browser.openPage({ device, session })
    await openHydrated(page, `/keys/${record.id}`)
    await trail(page).getByText('support created the key').waitFor()
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    const act = async (button: string) => {
      await page.getByRole('main').getByRole('button', { name: button, exact: true }).first().click()
      return page.getByRole('dialog')
    }

    const renaming = await act('Rename')
    await renaming.getByLabel('Name').fill('New')
    await renaming.getByRole('button', { name: 'Rename key' }).click()
    await page.getByRole('heading', { level: 1, name: 'New' }).waitFor()
    await trail(page).getByText('You renamed the key').waitFor()
    expect(await trail(page).getByRole('listitem').first().textContent()).toContain('Name: Old →to New')

    const limiting = await act('Change limit')
    await limiting.getByLabel('Limit').selectOption('requests per hour')
    await limiting.getByLabel('Requests').fill('0')
    await limiting.getByRole('button', { name: 'Change limit' }).click()
    await limiting.getByText('Enter a whole number from 1 to 1,000,000.').waitFor()
    await limiting.getByLabel('Requests').fill('250')
    await limiting.getByRole('button', { name: 'Change limit' }).click()
    await page.getByRole('region', { name: 'Limits' }).getByText('250 requests per hour').waitFor()

    const disabling = await act('Disable')
    await disabling.getByRole('button', { name: 'Disable key' }).click()
    await trail(page).getByText('You disabled the key').waitFor()
    const enabling = await act('Enable')
    await enabling.getByRole('button', { name: 'Enable key' }).click()
    await trail(page).getByText('You enabled the key').waitFor()

    const rotating = await act('Rotate')
    await rotating.getByRole('button', { name: 'Rotate key' }).click()
    await rotating.getByRole('button', { name: 'Done' }).click()
    await trail(page).getByText('You rotated the key').waitFor()
    await page.getByRole('region', { name: 'Details' }).getByText('Works until').waitFor()

    const revoking = await act('Revoke')
    await revoking.getByRole('button', { name: 'Revoke key' }).click()
    await trail(page).getByText('You revoked the key').waitFor()
    await page.getByRole('button', { name: 'Rename', exact: true }).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Change limit', exact: true }).count()).toBe(0)
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
  })
})

describe.each(['desktop', 'phone'] as const)('an old key that still works, on a %s', (device) => {
  it('is shown with its end, and ends now', async () => {
    const { key, record } = await createKey('Leaked')
    const rotated = await keyring.rotate(record.id, { owner: session.id, graceSeconds: 86_400 })
    const page = await browser.openPage({ device, session })
    await openHydrated(page, `/keys/${record.id}`)
    const details = page.getByRole('region', { name: 'Details' })
    await details.getByText('Works until').waitFor()
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)

    await details.getByRole('button', { name: 'End now' }).click()
    const dialog = page.getByRole('dialog')
    await expectNoAxeViolations(page)
    expect(await findLayoutFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'End old key' }).click()
    await page.getByRole('status').getByText('Old key ended.').waitFor()
    await details.getByText('Works until').waitFor({ state: 'detached' })
    await trail(page).getByText('You ended the old key').waitFor()
    expect([await call('whoami', key), await call('whoami', rotated!.key)]).toEqual([401, 200])
    await expectNoAxeViolations(page)
  })

  it('can end with the rotation', async () => {
    const { key, record } = await createKey('Leaked')
    const page = await browser.openPage({ device, session })
    await openHydrated(page, `/keys/${record.id}`)
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Old key expires').waitFor()
    await dialog.getByLabel('End the old key now').check()
    expect(await dialog.getByLabel('Old key expires').isVisible()).toBe(false)
    expect(await findLayoutFaults(page)).toEqual([])
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Rotate key' }).click()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await trail(page).getByText('You rotated the key').waitFor()
    expect(await page.getByRole('region', { name: 'Details' }).getByText('Works until').count()).toBe(0)
    expect(await call('whoami', key)).toBe(401)
  })
})

it('shows the not-found page for the key of another user', async () => {
  const { record } = await createKey('Not for strangers')
  const page = await browser.openPage({
    session: await browser.createSession(),
    expectedComplaint: /status of 404/,
  })
  const response = await page.goto(`/keys/${record.id}`)
  expect(response?.status()).toBe(404)
  await page.getByRole('heading', { name: 'Page not found' }).waitFor()
  expect(await page.title()).toBe('Not found · Routekey')
  await expectNoAxeViolations(page)
})
