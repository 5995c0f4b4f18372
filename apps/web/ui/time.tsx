import { formatRelative } from './format-relative.ts'

const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const formats = {
  date: (at: Date) => date.format(at),
  'date-time': (at: Date) => `${dateTime.format(at)} UTC`,
}

/**
 * Shows an instant in UTC, because the server does not know the visitor's time zone. The tooltip has the seconds.
 *
 * @param props.as default `date`
 * @param props.relativeTo shows the distance from this instant instead: "3 hours ago"
 */
export function Time({ at, as = 'date', relativeTo }: { at: Date; as?: keyof typeof formats; relativeTo?: Date }) {
  return (
    <time dateTime={at.toISOString()} title={`${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`}>
      {relativeTo === undefined ? formats[as](at) : formatRelative(at, relativeTo)}
    </time>
  )
}
