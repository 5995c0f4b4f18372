import type { UsageBucket } from 'routekey'
import { axisMaximum, stackBar, type UsageRange } from './usage-bars.ts'
import { barName, tickIndexes, tickText } from './usage-text.ts'

/** Half a line of text above and below the bars, so that labels beside them can stand at the lines of the axis. */
const margin = 8
const height = 160
const tickHeight = 20

/** How high the bars are with their margins, and how high the drawing is with the names below the axis; in pixels. */
const plotHeight = height + 2 * margin
export const drawingHeight = plotHeight + tickHeight

const percent = (value: number) => `${Number(value.toFixed(3))}%`

/**
 * Draws the bars of a range as what stands inside an `<svg>`. Horizontal places are per cent and vertical ones pixels, so that
 * it fills any width and its text and corners keep their size.
 *
 * It is a text, not elements: React may send what is inside an `<svg>` later than the rest, in an element that it hides by a
 * style attribute, and the policy stops that. Only numbers and dates go into it, so nothing needs to be escaped.
 *
 * @returns the markup, and what the upper end of the axis stands for
 */
export function drawUsage(bars: readonly UsageBucket[], range: UsageRange): { markup: string; maximum: number } {
  const maximum = axisMaximum(Math.max(...bars.map(({ allowed, refused }) => allowed + refused)))
  const slot = 100 / bars.length
  const hatch = `refused-by-${range.unit}`

  const lines = [0, 0.5, 1].map((part) => {
    const y = margin + height * part
    const dashes = part === 1 ? '' : ' stroke-dasharray="3 4"'
    return `<line x1="0" x2="100%" y1="${y}" y2="${y}" class="stroke-border" shape-rendering="crispEdges"${dashes}/>`
  })
  const columns = bars.map((bar, index) => {
    const { allowed, refused } = stackBar(bar, { maximum, height })
    const column = `x="${percent((index + 0.16) * slot)}" width="${percent(0.68 * slot)}" rx="1.5"`
    const place = ({ y, height: size }: { y: number; height: number }) =>
      `${column} y="${Number((margin + y).toFixed(1))}" height="${Number(size.toFixed(1))}"`
    return [
      `<g><title>${barName(bar, range.unit)}</title>`,
      `<rect x="${percent(index * slot)}" width="${percent(slot)}" y="${margin}" height="${height}" class="fill-transparent in-[g:hover]:fill-accent"/>`,
      allowed && `<rect ${place(allowed)} class="fill-allowed"/>`,
      refused && `<rect ${place(refused)} fill="url(#${hatch})"/>`,
      '</g>',
    ]
  })
  const ticks = tickIndexes(range).map((index, position, all) => {
    const [x, anchor] =
      position === 0 ? [0, 'start'] : position === all.length - 1 ? [100, 'end'] : [(index + 0.5) * slot, 'middle']
    const text = tickText(bars[index]?.startsAt, range.unit)
    return `<text x="${percent(x)}" y="${plotHeight + 15}" text-anchor="${anchor}" class="fill-muted-foreground">${text}</text>`
  })
  return { markup: [hatching(hatch), ...lines, ...columns.flat(), ...ticks].filter(Boolean).join(''), maximum }
}

// Hatched, because red and green, or light and dark, look alike to some.
function hatching(id: string): string {
  const size = 'width="4" height="4"'
  return [
    `<defs><pattern id="${id}" ${size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`,
    `<rect ${size} class="fill-refused/30"/><rect width="2" height="4" class="fill-refused"/>`,
    '</pattern></defs>',
  ].join('')
}
