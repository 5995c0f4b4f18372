/* oxlint-disable unicorn/consistent-function-scoping -- functions that run in the page cannot use others */
import type { Page } from 'playwright-core'
import { waitUntilHydrated } from './wait-until-hydrated.ts'

/** The faults of a walk with the Tab key. */
export interface Walk {
  /** Controls that never got the focus. */
  readonly unreached: string[]
  /** Controls that look the same with and without the focus. */
  readonly unmarked: string[]
}

/**
 * Walks through the page with the Tab key, from its first control until the focus leaves the page. It waits for hydration,
 * because the focus is lost when React replaces its element, and starts again if controls were replaced during the walk.
 */
export async function walkByKeyboard(page: Page): Promise<Walk> {
  for (let attempt = 1; ; attempt += 1) {
    await waitUntilHydrated(page)
    const { hasChanged, ...walk } = await walkOnce(page)
    if (!hasChanged || attempt === 5) return walk
    await page.reload()
  }
}

async function walkOnce(page: Page): Promise<Walk & { readonly hasChanged: boolean }> {
  await page.evaluate(() => {
    const lookOf = (element: Element) => {
      const { outlineStyle, outlineWidth, boxShadow, backgroundColor, clipPath } = getComputedStyle(element)
      const outline = outlineStyle === 'none' ? '' : outlineWidth
      return [outline, boxShadow, backgroundColor, clipPath, element.getBoundingClientRect().width].join(' ')
    }
    // The label of an invisible radio button shows its focus.
    const look = (element: Element) => `${lookOf(element)} ${lookOf(element.closest('label') ?? element)}`
    const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element): element is HTMLElement => element instanceof HTMLElement && element.checkVisibility())
      .filter((element) => element.tabIndex >= 0 && !element.matches(':disabled, [type=hidden]'))
    const walk = new Map(controls.map((element) => [element, { without: look(element), with: '' }]))
    document.addEventListener('focusin', ({ target }) => {
      if (!(target instanceof HTMLElement)) return
      for (const animation of document.getAnimations())
        if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish()
      const seen = walk.get(target)
      if (seen !== undefined) seen.with = look(target)
    })
    Object.assign(window, { walk })
  })
  // After the last control, the focus leaves the page. Boxes that scroll take the focus too, although they are not controls.
  const isInPage = () => document.hasFocus() && document.activeElement !== document.body
  do await page.keyboard.press('Tab')
  while (await page.evaluate(isInPage))
  return page.evaluate(() => {
    const walk: unknown = Reflect.get(window, 'walk')
    if (!(walk instanceof Map)) throw new Error('The page was left during the walk.')
    const name = (element: HTMLElement) =>
      `<${element.localName}> ${element.ariaLabel ?? element.textContent.trim() ?? element.getAttribute('name')}`
    const entries: [HTMLElement, { without: string; with: string }][] = [...walk]
    // In a group of radio buttons, the arrow keys move the focus.
    const reached = new Set(entries.flatMap(([element, seen]) => (seen.with === '' ? [] : groupOf(element))))
    return {
      hasChanged: entries.some(([element]) => !element.isConnected),
      unreached: entries
        .filter(([element]) => !groupOf(element).some((group) => reached.has(group)))
        .map(([element]) => name(element)),
      unmarked: entries.filter(([, seen]) => seen.with === seen.without).map(([element]) => name(element)),
    }

    function groupOf(element: HTMLElement): [string | HTMLElement] {
      return [element instanceof HTMLInputElement && element.type === 'radio' ? `radio ${element.name}` : element]
    }
  })
}
