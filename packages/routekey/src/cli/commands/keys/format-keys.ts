import { type AuditEntry, type KeyRecord, type UsageBucket, keyStatus } from '../../../keyring/model/key-record.ts'

const time = (date: Date | null) => (date === null ? '-' : `${date.toISOString().slice(0, 16)}Z`)
const list = (items: readonly string[], none = '-') => (items.length === 0 ? none : items.join(' '))

/** Aligns rows in columns. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Formats keys as a table, one key per line. */
export function formatKeys(records: readonly KeyRecord[]): string {
  const rows = records.map((record) => [
    record.id,
    keyStatus(record),
    `${record.start}…`,
    record.owner,
    record.name,
    list(record.scopes),
    time(record.lastUsedAt),
  ])
  return formatTable([['ID', 'STATUS', 'KEY', 'OWNER', 'NAME', 'SCOPES', 'LAST USED'], ...rows])
}

/** Formats the properties and the audit trail of a key. */
export function formatKey(record: KeyRecord, trail: readonly AuditEntry[]): string {
  const properties = formatTable([
    ['id', record.id],
    ['status', keyStatus(record)],
    ['key', `${record.start}…`],
    ['owner', record.owner],
    ['name', record.name],
    ['scopes', list(record.scopes)],
    ['limits', list(record.limits.map(({ name, quota, windowSeconds }) => `${name}=${quota}/${windowSeconds}s`))],
    ['addresses', list(record.allowedIps, 'any')],
    ['metadata', JSON.stringify(record.metadata)],
    ['created', time(record.createdAt)],
    ['expires', time(record.expiresAt)],
    ['grace ends', time(record.graceEndsAt)],
    ['disabled', time(record.disabledAt)],
    ['revoked', time(record.revokedAt)],
    ['last used', time(record.lastUsedAt)],
  ])
  const entries = formatTable(
    trail.map(({ at, action, actor, changes }) => [
      time(at),
      action,
      `by ${actor ?? 'the application'}`,
      list(Object.keys(changes), ''),
    ]),
  )
  return `${properties}\n${entries}`
}

/** Formats usage as a table, one hour or day per line. */
export function formatUsage(buckets: readonly UsageBucket[]): string {
  const rows = buckets.map(({ startsAt, allowed, refused }) => [time(startsAt), String(allowed), String(refused)])
  return formatTable([['FROM', 'ALLOWED', 'REFUSED'], ...rows])
}
