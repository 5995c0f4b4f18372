import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFaultProxy } from '#test/support/fault-proxy.ts'
import { password, signUp } from '#test/support/stack.ts'
import { devices } from './devices.ts'
import { holdScripts } from './hold-scripts.ts'
import { openCase, pageCases } from './page-cases.ts'
import { setUpBrowser } from './set-up-browser.ts'
import { waitUntilHydrated } from './wait-until-hydrated.ts'

const browser = setUpBrowser()
let proxy: Awaited<ReturnType<typeof startFaultProxy>>

// The streamed parts arrive late enough that their placeholders are visible first.
beforeAll(async () => {
  const { stack } = browser
  proxy = await startFaultProxy(stack.env['NEXT_PUBLIC_SUPABASE_URL'] ?? '', {
    slow: /\/rpc\/(list|read)_|\/api_key\?/,
    delayMs: 400,
  })
  stack.env['NEXT_PUBLIC_SUPABASE_URL'] = proxy.url
  await stack.restartWeb()
})
afterAll(() => proxy?.stop())

/** Records the layout shifts of the page. */
function watchShifts(): void {
  const shifts: string[] = []
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] = Reflect.get(
        entry,
        'sources',
      )
      for (const { node, previousRect, currentRect } of sources)
        shifts.push(`${node?.textContent} from ${previousRect.y} to ${currentRect.y}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

// On the desktop, only streamed parts can move; the start page represents the pages without any.
const cases = pageCases
  .filter(({ isMissing }) => isMissing !== true)
  .flatMap((pageCase) => [
    { ...pageCase, device: 'phone' as const },
    ...(pageCase.visitor === 'owner of keys' || pageCase.path === '/'
      ? [{ ...pageCase, device: 'desktop' as const }]
      : []),
  ])

it.each(cases)('is readable before its scripts arrive, and nothing moves then: $name, $device', async (pageCase) => {
  const { page, path } = await openCase(browser, pageCase, { device: pageCase.device })
  // So tall that every shift is visible: only elements in the window count.
  await page.setViewportSize({ width: devices[pageCase.device].viewport.width, height: 2400 })
  await page.addInitScript(watchShifts)
  const release = await holdScripts(page)
  await page.goto(path, { waitUntil: 'commit' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => page.locator('main [aria-busy=true], main [data-slot=skeleton]').count()).toBe(0)
  release()
  await waitUntilHydrated(page)
  await page.waitForLoadState('networkidle')
  expect(await page.evaluate(() => Reflect.get(window, 'shifts'))).toEqual([])
})

describe('before scripts arrive', () => {
  it('signs in with a form that the browser posts', async () => {
    const page = await browser.openPage()
    const release = await holdScripts(page)
    const { email } = await signUp(browser.stack)
    await page.goto('/login', { waitUntil: 'commit' })
    await page.getByLabel('Email', { exact: true }).fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor()
    release()
    expect(new URL(page.url()).pathname).toBe('/account')
  })
})
