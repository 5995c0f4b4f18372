import { useId } from 'react'
import type { UsageBucket } from 'routekey'
import { Card, CardContent, CardTitle } from '#ui/card.tsx'
import { lastDay, lastMonth, usageBars, usageTotal, type UsageRange } from './usage-bars.ts'
import { UsagePlot } from './usage-plot.tsx'
import { bucketName, countsText, countText, shareText } from './usage-text.ts'

const ranges = [
  { range: lastDay, name: 'Last 24 hours', label: '24 hours', panel: 'group-has-[[value=hour]:checked]/usage:flex' },
  { range: lastMonth, name: 'Last 30 days', label: '30 days', panel: 'group-has-[[value=day]:checked]/usage:flex' },
] as const

/**
 * Shows the allowed and refused requests of the last 24 hours and the last 30 days. The server draws both ranges, and CSS
 * switches between them.
 *
 * @param props.hours the usage of 30 days, in hours; gaps count as zero
 * @param props.now the end of both ranges
 */
export function UsageChart({ hours, now }: { hours: readonly UsageBucket[]; now: Date }) {
  const title = useId()
  const { allowed, refused } = usageTotal(usageBars(hours, lastMonth, now))
  const isUnused = allowed + refused === 0
  return (
    <Card aria-labelledby={title} className="group/usage">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-5 pt-5 sm:px-6">
        <CardTitle id={title}>Requests</CardTitle>
        <RangeSwitch />
      </div>
      <CardContent>
        {ranges.map(({ range, name, panel }) => (
          <div key={name} className={`hidden flex-col gap-5 ${panel}`}>
            <RangePanel
              bars={usageBars(hours, range, now)}
              range={range}
              name={name}
              emptyText={isUnused ? 'No requests yet' : `No requests in the ${name.toLowerCase()}`}
            />
          </div>
        ))}
      </CardContent>
    </Card>
  )
}

/** Radio buttons that look like tabs. The arrow keys switch between them without scripts. */
function RangeSwitch() {
  const name = useId()
  return (
    <fieldset className="flex rounded-lg bg-muted p-0.5 text-sm">
      <legend className="sr-only">Range</legend>
      {ranges.map(({ range, label }, index) => (
        <label
          key={label}
          className="relative cursor-pointer rounded-md px-3 py-1 text-muted-foreground transition-colors select-none hover:text-foreground has-checked:bg-card has-checked:text-foreground has-checked:shadow-xs has-focus-visible:ring-[3px] has-focus-visible:ring-ring/50"
        >
          <input type="radio" name={name} value={range.unit} defaultChecked={index === 0} className="sr-only" />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

function RangePanel(props: { bars: readonly UsageBucket[]; range: UsageRange; name: string; emptyText: string }) {
  const { bars, range, name, emptyText } = props
  const total = usageTotal(bars)
  const all = total.allowed + total.refused
  const busiest = bars.reduce((most, bar) => (sum(bar) > sum(most) ? bar : most))
  return (
    <>
      <dl className="flex flex-wrap gap-x-10 gap-y-3">
        <Figure term="Allowed" part="allowed" count={total.allowed} />
        <Figure
          term="Refused"
          part="refused"
          count={total.refused}
          note={total.refused > 0 ? shareText(total.refused, all) : undefined}
        />
      </dl>
      <UsagePlot bars={bars} range={range} label={`${name}: ${countsText(total)}`} emptyText={emptyText} />
      <p className="min-h-8 text-xs text-muted-foreground sm:min-h-4">
        {all === 0
          ? `${counted[range.unit]} counts in UTC.`
          : `Busiest ${range.unit}: ${bucketName(busiest.startsAt, range.unit)}, ${countText(sum(busiest))} ${sum(busiest) === 1 ? 'request' : 'requests'}. ${counted[range.unit]} counts in UTC.`}
      </p>
      <UsageTable bars={bars} unit={range.unit} name={name} />
    </>
  )
}

const counted = { hour: 'Hourly', day: 'Daily' }

const sum = ({ allowed, refused }: UsageBucket) => allowed + refused

const swatches = {
  allowed: 'bg-allowed',
  // Hatched like the bars.
  refused: 'bg-[repeating-linear-gradient(-45deg,var(--refused)_0_2px,transparent_2px_4px)] bg-refused/30',
}

function Figure(props: { term: string; part: 'allowed' | 'refused'; count: number; note?: string | undefined }) {
  return (
    <div className="flex flex-col gap-0.5">
      <dt className="flex items-center gap-2 text-sm text-muted-foreground">
        <span aria-hidden className={`size-2.5 rounded-[3px] forced-color-adjust-none ${swatches[props.part]}`} />
        {props.term}
      </dt>
      <dd className="flex items-baseline gap-2 text-2xl font-semibold tracking-tight tabular-nums">
        {countText(props.count)}
        {props.note !== undefined && (
          <span className="text-sm font-normal tracking-normal text-muted-foreground">{props.note}</span>
        )}
      </dd>
    </div>
  )
}

/** The same numbers for screen readers. */
function UsageTable({ bars, unit, name }: { bars: readonly UsageBucket[]; unit: UsageRange['unit']; name: string }) {
  return (
    <div className="sr-only">
      <table>
        <caption>{`Requests per ${unit}, ${name.toLowerCase()}`}</caption>
        <thead>
          <tr>
            <th scope="col">{unit === 'hour' ? 'Hour' : 'Day'}</th>
            <th scope="col">Allowed</th>
            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ startsAt, allowed, refused }) => (
            <tr key={startsAt.getTime()}>
              <th scope="row">{bucketName(startsAt, unit)}</th>
              <td>{countText(allowed)}</td>
              <td>{countText(refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
