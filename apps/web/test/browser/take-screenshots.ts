// npm run screenshots: takes the screenshots for the README from the built application, with realistic data.
import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Session } from '#test/support/create-session.ts'
import { type SeededKeys, seedKeys } from '#test/support/seed-keys.ts'
import type { Device } from './devices.ts'
import { setUpBrowser } from './set-up-browser.ts'

const directory = fileURLToPath(new URL('../../../../docs/images/', import.meta.url))
const colorSchemes = ['light', 'dark'] as const
const maximumBytes = 200_000

const browser = setUpBrowser()
let session: Session
let keys: SeededKeys

beforeAll(async () => {
  await mkdir(directory, { recursive: true })
  session = await browser.createSession('ada@example.com')
  keys = await seedKeys(browser.stack, session.id)
})

interface Shot {
  readonly name: string
  readonly path: string
  readonly height: number
  readonly device?: Device
  readonly isSignedIn?: boolean
  /** Runs before the screenshot. */
  readonly act?: (page: Page) => Promise<void>
}

const inBothColours: Shot[] = [
  { name: 'start', path: '/', height: 640 },
  { name: 'path', path: '/', height: 810, isSignedIn: true, act: callWithoutKey },
  { name: 'keys', path: '/keys', height: 940, isSignedIn: true },
  { name: 'key', path: '/keys/[busy]', height: 1190, isSignedIn: true },
  { name: 'try', path: '/try', height: 1380, isSignedIn: true, act: tryKey },
]
const inLight: Shot[] = [
  { name: 'created', path: '/keys', height: 900, isSignedIn: true, act: createKey },
  { name: 'account', path: '/account', height: 1120, isSignedIn: true, act: waitForCustomer },
  { name: 'start-phone', path: '/', height: 860, device: 'phone' },
  { name: 'keys-phone', path: '/keys', height: 915, device: 'phone', isSignedIn: true },
]

describe.each(colorSchemes)('in %s', (colorScheme) => {
  it.each(inBothColours)('$name', async (shot) => {
    expect(await take(shot, colorScheme, `${shot.name}-${colorScheme}`)).toBeLessThan(maximumBytes)
  })
})

it.each(inLight)('$name', async (shot) => {
  expect(await take(shot, 'light', shot.name)).toBeLessThan(maximumBytes)
})

/** @returns the size of the picture in bytes */
async function take(shot: Shot, colorScheme: (typeof colorSchemes)[number], name: string): Promise<number> {
  const { device = 'desktop', isSignedIn = false, height } = shot
  const page = await browser.openPage({
    device,
    colorScheme,
    // As sharp as the size limit allows.
    deviceScaleFactor: device === 'phone' ? 1.5 : 1.25,
    expectedComplaint: /status of 401/,
    ...(isSignedIn ? { session } : {}),
  })
  await page.setViewportSize({ width: page.viewportSize()!.width, height })
  const path = shot.path.replace('[busy]', keys.busy)
  // Twice, because the first load can be without the fonts.
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.reload({ waitUntil: 'networkidle' })
  await shot.act?.(page)
  // Removes the focus ring from the last clicked element.
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
  const file = `${directory}${name}.png`
  await page.screenshot({ path: file, animations: 'disabled' })
  return statSync(file).size
}

async function callWithoutKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Call it without a key' }).click()
  await page.getByText('401').first().waitFor()
  await page.getByRole('heading', { name: 'See it work' }).evaluate((heading) => heading.scrollIntoView())
}

async function createKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Staging server')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByText('Copy this key now.').waitFor()
  // The key ends with this stack, but readers may try to copy it.
  for (const code of await dialog.locator('code').filter({ hasText: 'rk_user_' }).all())
    await code.evaluate((element) => {
      element.style.filter = 'blur(5px)'
    })
}

async function tryKey(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Your API key' }).fill(keys.busyKey)
  await page.getByRole('button', { name: 'Check route' }).click()
  await page.getByText('Secured').first().waitFor()
}

async function waitForCustomer(page: Page): Promise<void> {
  await page.getByText(/^cus_/).first().waitFor()
}
