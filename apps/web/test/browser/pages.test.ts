import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { openCase, pageCases } from './page-cases.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'
import { walkByKeyboard } from './walk-by-keyboard.ts'

const browser = setUpBrowser()
/** The headings of the dialogs that were checked, because many pages have the same ones. The first page has the longest name. */
const seenDialogs = new Set<string | null>()

/** Finds layout faults at some widths, and fails on axe violations at others, in both colour schemes. */
async function look(page: Page, widths: readonly number[], axeWidths: readonly number[]): Promise<string[]> {
  const faults: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    faults.push(...(await findLayoutFaults(page)).map((fault) => `${width} pixels: ${fault}`))
  }
  for (const width of axeWidths) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectNoAxeViolations(page)
    }
  }
  return faults
}

it.each(pageCases)('looks right from 360 to 1920 pixels, light and dark, with its dialogs: $name', async (pageCase) => {
  const { page, path } = await openCase(browser, pageCase)
  await openHydrated(page, path)
  expect(await look(page, [360, 412, 768, 1024, 1280, 1920], [360, 1280])).toEqual([])

  for (const dialog of await page.locator('dialog[id]').all()) {
    const kind = (await dialog.locator('h2').first().textContent())?.replace(/“.*”/, '“…”') ?? null
    if (seenDialogs.has(kind)) continue
    seenDialogs.add(kind)
    await dialog.evaluate((element: HTMLDialogElement) => element.showModal())
    expect(await look(page, [360, 1280], [360])).toEqual([])
    await dialog.evaluate((element: HTMLDialogElement) => element.close())
  }
})

it.each(pageCases)('is reachable with the keyboard, and shows the focus: $name', async (pageCase) => {
  const { page, path } = await openCase(browser, pageCase)
  await page.goto(path)
  const { unreached, unmarked } = await walkByKeyboard(page)
  expect({ unreached, unmarked }).toEqual({ unreached: [], unmarked: [] })
})
