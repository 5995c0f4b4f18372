import type { Page } from 'playwright-core'

/**
 * Waits until nothing on the page is loading and React has hydrated every control. Before that, the browser sends forms and
 * follows links itself, which works but loads a new page.
 */
export async function waitUntilHydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // React adds hidden fields to forms for browsers without scripts, and does not hydrate them.
    const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
    const isLoading = document.querySelector('main [aria-busy=true], main [data-slot=skeleton]') !== null
    return (
      !isLoading && controls.every((element) => Object.keys(element).some((key) => key.startsWith('__reactProps$')))
    )
  })
}

/** Opens a path of the application and waits until it is hydrated. */
export async function openHydrated(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await waitUntilHydrated(page)
}
