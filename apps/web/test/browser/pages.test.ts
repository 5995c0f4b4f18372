import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { setUpBrowser } from './set-up-browser.ts'

const browser = setUpBrowser()

type Case = { path: string; signedIn?: boolean; isMissing?: boolean }

const cases: Case[] = [
  { path: '/' },
  { path: '/', signedIn: true },
  { path: '/login' },
  { path: '/login?mode=sign-up&error=denied' },
  { path: '/account', signedIn: true },
  { path: '/no-such-page', isMissing: true },
]

async function open({ path, signedIn = false, isMissing = false }: Case): Promise<Page> {
  const email = 'a.rather.long.name.for.an.address@subdomain.example.com'
  const page = await browser.openPage({
    ...(signedIn ? { session: await browser.createSession(`${crypto.randomUUID().slice(0, 8)}.${email}`) } : {}),
    ...(isMissing ? { expectedComplaint: /status of 404/ } : {}),
  })
  await page.goto(path)
  return page
}

describe('every page', () => {
  it.each(cases)('looks right at every width and in both colours: $path', async (look) => {
    const page = await open(look)
    const faults: string[] = []
    for (const width of [360, 412, 768, 1024, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      faults.push(...(await findLayoutFaults(page)).map((fault) => `${width}: ${fault}`))
    }
    expect(faults).toEqual([])
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await expectNoAxeViolations(page)
      }
    }
  })
})
