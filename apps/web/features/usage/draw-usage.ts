import type { UsageBucket } from 'routekey'
import { axisMaximum, stackBar, type UsageRange } from './usage-bars.ts'
import { barName, tickIndexes, tickText } from './usage-text.ts'

/** Half a line of text above and below the bars, so that the labels beside them align with the lines of the axis. */
const margin = 8
const height = 160
const tickHeight = 20

const plotHeight = height + 2 * margin

/** The height of the drawing with its labels, in pixels. */
export const drawingHeight = plotHeight + tickHeight

const percent = (value: number) => `${Number(value.toFixed(3))}%`

/**
 * Draws the bars of a range as the content of an `<svg>`. Horizontal positions are percentages and vertical ones pixels, so
 * that it fills any width while text and corners keep their size.
 *
 * It returns a string and not elements, because React may stream the content of an `<svg>` inside an element that it hides with
 * a style attribute, which the content security policy blocks. It contains only numbers and dates, so nothing needs escaping.
 *
 * @returns the markup, and the value at the top of the axis
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

// Hatched, because some people cannot distinguish the colours.
function hatching(id: string): string {
  const size = 'width="4" height="4"'
  return [
    `<defs><pattern id="${id}" ${size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`,
    `<rect ${size} class="fill-refused/30"/><rect width="2" height="4" class="fill-refused"/>`,
    '</pattern></defs>',
  ].join('')
}
