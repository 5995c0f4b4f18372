import type { AuditAction, AuditEntry, JsonValue } from 'routekey'
import { z } from 'zod'
import { describeLimit } from './describe-limit.ts'

/** A described entry of the audit trail. */
export interface DescribedEntry {
  readonly id: string
  readonly at: Date
  readonly actor: string
  readonly action: string
  /** The changed properties, in the order of the page. */
  readonly changes: readonly { readonly property: string; readonly from: string; readonly to: string }[]
}

const actions: Record<AuditAction, string> = {
  created: 'created the key',
  updated: 'changed the key',
  rotated: 'rotated the key',
  disabled: 'disabled the key',
  enabled: 'enabled the key',
  revoked: 'revoked the key',
}

const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const instantSchema = z.coerce.date()
const textsSchema = z.array(z.string())
const limitsSchema = z.array(z.object({ quota: z.number(), windowSeconds: z.number() }))

const list = (items: readonly string[], none: string) => (items.length === 0 ? none : items.join(', '))
const time = (none: string) => (value: JsonValue) =>
  value === null ? none : `${moment.format(instantSchema.parse(value))} UTC`

/** The properties that are shown. The others repeat the action or are not for readers. */
const properties: readonly {
  name: string
  label: string
  write: (value: JsonValue) => string
  /** What an update of only this property is called. */
  update?: string
}[] = [
  { name: 'name', label: 'Name', write: (value) => z.string().parse(value), update: 'renamed the key' },
  { name: 'start', label: 'Key', write: (value) => `${z.string().parse(value)}…` },
  { name: 'scopes', label: 'Scopes', write: (value) => list(textsSchema.parse(value), 'none') },
  { name: 'limits', label: 'Limits', write: (value) => list(limitsSchema.parse(value).map(describeLimit), 'none') },
  { name: 'allowedIps', label: 'Allowed IPs', write: (value) => list(textsSchema.parse(value), 'any') },
  { name: 'expiresAt', label: 'Expires', write: time('never') },
  { name: 'graceEndsAt', label: 'Old key works until', write: time('not set'), update: 'ended the old key' },
]

/**
 * Describes an entry of the audit trail for the owner of the key.
 *
 * @param owner the reader, whose own actions are by "You"
 * @throws ZodError if a changed property has an unexpected shape
 */
export function describeAuditEntry(entry: AuditEntry, owner: string): DescribedEntry {
  const changes = properties.flatMap(({ name, label, write }) => {
    const change = entry.changes[name]
    return change === undefined ? [] : [{ property: label, from: write(change.from), to: write(change.to) }]
  })
  const [changed] = changes.length === 1 && entry.action === 'updated' ? changes : []
  return {
    id: entry.id,
    at: entry.at,
    actor: entry.actor === owner ? 'You' : (entry.actor ?? 'The application'),
    action: properties.find(({ label }) => label === changed?.property)?.update ?? actions[entry.action],
    changes,
  }
}
