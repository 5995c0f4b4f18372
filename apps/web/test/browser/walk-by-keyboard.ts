/* oxlint-disable unicorn/consistent-function-scoping -- what runs in the page reaches nothing outside of it */
import type { Page } from 'playwright-core'

/** What a walk with the Tab key did not find right. */
export interface Walk {
  /** Controls that the focus did not come to. */
  readonly unreached: string[]
  /** Controls that look the same with and without the focus. */
  readonly unmarked: string[]
}

/**
 * Goes through the page with the Tab key, from its first control until the focus leaves it. Starts again if the controls of the page
 * were replaced during the walk, as React does when it takes over a form or a dialog arrives.
 */
export async function walkByKeyboard(page: Page): Promise<Walk> {
  for (let attempt = 1; ; attempt += 1) {
    await waitUntilHydrated(page)
    const { hasChanged, ...walk } = await walkOnce(page)
    if (!hasChanged || attempt === 5) return walk
    await page.reload()
  }
}

/** Waits until nothing is loading and React has taken over every control of the page. */
async function waitUntilHydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    // React adds hidden fields to forms for browsers without scripts, and leaves them alone.
    const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
    const isHydrated = (element: Element) => Object.keys(element).some((key) => key.startsWith('__reactProps$'))
    return document.querySelector('[aria-busy=true]') === null && controls.every(isHydrated)
  })
}

async function walkOnce(page: Page): Promise<Walk & { readonly hasChanged: boolean }> {
  await page.evaluate(() => {
    const lookOf = (element: Element) => {
      const { outlineStyle, outlineWidth, boxShadow, backgroundColor, clipPath } = getComputedStyle(element)
      const outline = outlineStyle === 'none' ? '' : outlineWidth
      return [outline, boxShadow, backgroundColor, clipPath, element.getBoundingClientRect().width].join(' ')
    }
    // What lies around an invisible radio button shows its focus.
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
