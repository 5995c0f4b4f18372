import type { UsageBucket } from 'routekey'
import { drawingHeight, drawUsage } from './draw-usage.ts'
import type { UsageRange } from './usage-bars.ts'
import { countText } from './usage-text.ts'

/**
 * Shows the bars of one range.
 *
 * @param props.label for screen readers
 * @param props.emptyText shown in the middle if there is no usage
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
  const { markup, maximum } = drawUsage(bars, range)
  const isEmpty = bars.every(({ allowed, refused }) => allowed + refused === 0)
  return (
    <div className="flex gap-3 text-xs text-muted-foreground tabular-nums">
      <div aria-hidden className="flex h-44 flex-col justify-between text-right leading-4">
        {[maximum, maximum / 2, 0].map((value) => (
          <span key={value}>{(!isEmpty || value === 0) && countText(value, 'short')}</span>
        ))}
      </div>
      <div className="relative min-w-0 flex-1">
        <svg
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> could not use the page's colours
          role="img"
          aria-label={label}
          width="100%"
          height={drawingHeight}
          className="block"
          // oxlint-disable-next-line react/no-danger -- contains only numbers and dates; drawUsage says why it is a string
          dangerouslySetInnerHTML={{ __html: markup }}
        />
        {isEmpty && (
          <p className="absolute inset-x-0 top-22 -translate-y-1/2 text-center text-sm">
            <span className="bg-card px-2">{emptyText}</span>
          </p>
        )}
      </div>
    </div>
  )
}
