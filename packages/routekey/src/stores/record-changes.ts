import type { AuditEntry, JsonValue, KeyRecord } from '../keyring/model/key-record.ts'
import type { KeyUpdate } from '../keyring/model/key-store.ts'

// As the audit trail shows values: dates as ISO text, everything as JSON.
const toJson = (record: KeyRecord): Record<string, JsonValue> => JSON.parse(JSON.stringify(record))

/** Lists the properties that differ between two states of a record. */
export function recordChanges(before: KeyRecord, after: KeyRecord): AuditEntry['changes'] {
  const [from, to] = [toJson(before), toJson(after)]
  const names = Object.keys(to).filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
  return Object.fromEntries(names.map((name) => [name, { from: from[name] ?? null, to: to[name] ?? null }]))
}

/** Applies an update. An earlier `disabledAt` or `revokedAt` stays, so that a second call does not move the time. */
export function updateRecord(record: KeyRecord, { disabledAt, revokedAt, ...set }: KeyUpdate): KeyRecord {
  return {
    ...record,
    ...set,
    ...(disabledAt !== undefined && { disabledAt: disabledAt && (record.disabledAt ?? disabledAt) }),
    ...(revokedAt !== undefined && { revokedAt: record.revokedAt ?? revokedAt }),
  }
}
