import type { Page } from 'playwright-core'

/**
 * Returns the layout faults of the page as sentences: a page wider than its window, text that is cut off, text or controls that
 * overlap. Text that ends in an ellipsis is cut on purpose, and content that scrolls can be longer than its box. If a dialog is
 * open, only the dialog is checked.
 */
export async function findLayoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tolerance = 2
    const faults = new Set<string>()
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) faults.add(`the page is ${scrollWidth} pixels wide in a window of ${clientWidth}`)

    const root = document.querySelector('dialog:modal') ?? document.body
    const { left, right } = root.getBoundingClientRect()
    if (left < 0 || right > clientWidth)
      faults.add(`the dialog goes from ${left} to ${right} in a window of ${clientWidth}`)
    const texts: { name: string; node: Node; box: DOMRect }[] = []
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const node = walker.currentNode
      const text = node.textContent?.trim() ?? ''
      const element = node.parentElement
      if (text === '' || element?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) !== true)
        continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const box of range.getClientRects()) {
        const shown = visiblePart(element, box)
        if (shown === 'hidden') continue
        if (shown === 'cut') faults.add(`"${text}" is cut off`)
        // A font's box is taller than its letters, and overlaps the lines above and below if they are close.
        const inset = box.height / 5
        const letters = new DOMRect(box.x, box.y + inset, box.width, box.height - 2 * inset)
        if (shown === 'whole') texts.push({ name: `"${text}"`, node, box: letters })
      }
    }
    const controls = [...root.querySelectorAll('a, button, input, select, textarea, summary')]
      .filter((control) => control.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map((node) => ({
        name: `<${node.localName}> "${node.textContent?.trim()}"`,
        node,
        box: node.getBoundingClientRect(),
      }))
      .filter(({ node, box }) => visiblePart(node, box) === 'whole')
    for (const layer of [texts, controls]) {
      for (const [index, one] of layer.entries()) {
        for (const other of layer.slice(index + 1)) {
          if (one.node.contains(other.node) || other.node.contains(one.node)) continue
          if (overlap(one.box, other.box)) faults.add(`${one.name} lies over ${other.name}`)
        }
      }
    }
    return [...faults]

    function overlap(one: DOMRect, other: DOMRect): boolean {
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left)
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
      return width > tolerance && height > tolerance
    }

    /** What the boxes around an element leave to be seen of it. */
    function visiblePart(element: Element, box: DOMRect): 'whole' | 'cut' | 'scrolled' | 'hidden' {
      for (let around: Element | null = element; around !== null && around !== root; around = around.parentElement) {
        const { overflowX, overflowY, textOverflow, position } = getComputedStyle(around)
        // Elements far outside the window, or in a box of one pixel, are for screen readers.
        const frame = around.getBoundingClientRect()
        if (frame.width <= 1 || frame.height <= 1) return 'hidden'
        if (position === 'fixed') return 'scrolled'
        if ([overflowX, overflowY].some((overflow) => overflow === 'auto' || overflow === 'scroll')) return 'scrolled'
        const isCut =
          (overflowX !== 'visible' && (box.left < frame.left - tolerance || box.right > frame.right + tolerance)) ||
          (overflowY !== 'visible' && (box.top < frame.top - tolerance || box.bottom > frame.bottom + tolerance))
        if (isCut) return textOverflow === 'ellipsis' ? 'scrolled' : 'cut'
      }
      return 'whole'
    }
  })
}
