import type { UsageBucket } from 'routekey'
import { useId } from 'react'
import { axisMaximum, stackBar, type UsageRange } from '#lib/usage-bars.ts'
import { barName, countText, tickIndexes, tickText } from '#lib/usage-text.ts'

// Half a line of text above and below, so that the labels of the axis stand at their lines.
const margin = 8
const height = 160
const box = height + 2 * margin

const percent = (value: number) => `${value.toFixed(3)}%`

/**
 * Draws the bars of one range. Horizontal places are per cent and vertical ones pixels, so that it fills any width and its
 * text and corners keep their size.
 *
 * @param props.label what a screen reader reads in the place of the picture
 * @param props.emptyText stands in the middle when there is nothing to draw
 */
export function UsagePlot({
  bars,
  range,
  label,
  emptyText,
}: {
  bars: readonly UsageBucket[]
  range: UsageRange
  label: string
  emptyText: string
}) {
  const hatch = useId()
  const most = Math.max(...bars.map(({ allowed, refused }) => allowed + refused))
  const maximum = axisMaximum(most)
  const slot = 100 / bars.length

  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-3 text-xs text-muted-foreground tabular-nums">
      <div aria-hidden className="flex flex-col justify-between text-right leading-4">
        {[maximum, maximum / 2, 0].map((value) => (
          <span key={value}>{most === 0 && value > 0 ? '' : countText(value, 'short')}</span>
        ))}
      </div>
      <div className="relative min-w-0">
        {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> could not take the page's colours */}
        <svg role="img" aria-label={label} width="100%" height={box} className="block">
          <Hatch id={hatch} />
          {[0, 0.5, 1].map((part) => (
            <line
              key={part}
              x1="0"
              x2="100%"
              y1={margin + height * part}
              y2={margin + height * part}
              className="stroke-border"
              shapeRendering="crispEdges"
              strokeDasharray={part === 1 ? undefined : '3 4'}
            />
          ))}
          {bars.map((bar, index) => {
            const { allowed, refused } = stackBar(bar, { maximum, height })
            const column = { x: percent((index + 0.16) * slot), width: percent(0.68 * slot), rx: 1.5 }
            return (
              <g key={bar.startsAt.getTime()} className="group/bar">
                <rect
                  x={percent(index * slot)}
                  y={margin}
                  width={percent(slot)}
                  height={height}
                  className="fill-transparent group-hover/bar:fill-accent"
                />
                {allowed && (
                  <rect {...column} y={margin + allowed.y} height={allowed.height} className="fill-allowed" />
                )}
                {refused && <rect {...column} y={margin + refused.y} height={refused.height} fill={`url(#${hatch})`} />}
                <title>{barName(bar, range.unit)}</title>
              </g>
            )
          })}
        </svg>
        {most === 0 && (
          <p className="absolute inset-x-0 top-1/2 -translate-y-1/2 text-center text-sm text-pretty">
            <span className="bg-card px-2">{emptyText}</span>
          </p>
        )}
      </div>
      <svg aria-hidden width="100%" height="20" className="col-start-2 block fill-current">
        {tickIndexes(range).map((index, position, all) => (
          <text
            key={index}
            x={percent(position === 0 ? 0 : position === all.length - 1 ? 100 : (index + 0.5) * slot)}
            y="15"
            textAnchor={position === 0 ? 'start' : position === all.length - 1 ? 'end' : 'middle'}
          >
            {tickText(bars[index]?.startsAt, range.unit)}
          </text>
        ))}
      </svg>
    </div>
  )
}

/** Hatches what was refused, because red and green look alike to some. */
function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="4" height="4" className="fill-refused/30" />
        <rect width="2" height="4" className="fill-refused" />
      </pattern>
    </defs>
  )
}

/** Shows how a part of the bars is drawn. */
export function UsageSwatch({ part }: { part: 'allowed' | 'refused' }) {
  const hatch = useId()
  return (
    <svg aria-hidden width="10" height="10" className="shrink-0">
      {part === 'refused' && <Hatch id={hatch} />}
      <rect
        width="10"
        height="10"
        rx="2"
        {...(part === 'allowed' ? { className: 'fill-allowed' } : { fill: `url(#${hatch})` })}
      />
    </svg>
  )
}
