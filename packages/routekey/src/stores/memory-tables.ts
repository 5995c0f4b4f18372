import type { AuditEntry, KeyRecord } from '../keyring/model/key-record.ts'
import type { PruneReport } from '../keyring/model/key-store.ts'

export interface Secret {
  readonly id: string
  readonly isCurrent: boolean
  readonly graceEndsAt: Date | null
}

export interface Counts {
  allowed: number
  refused: number
}

/** The tables of `sql/tables.sql`, in memory. Audit entries are newest first. */
export interface MemoryTables {
  readonly records: Map<string, KeyRecord>
  /** The keys of each owner, oldest first. An owner without keys has no entry. */
  readonly idsByOwner: Map<string, Set<string>>
  readonly secrets: Map<string, Secret>
  /** By key, and then by the start of the hour in ms. */
  readonly usage: Map<string, Map<number, Counts>>
  readonly audit: Map<string, AuditEntry[]>
}

const dayMs = 86_400_000
const keptEndedKeys = 100

/** How many audit entries of a key are kept. */
export const keptAuditEntries = 1000

/** The keys of an owner, oldest first. */
export const recordsOf = ({ records, idsByOwner }: MemoryTables, owner: string): readonly KeyRecord[] =>
  [...(idsByOwner.get(owner) ?? [])].flatMap((id) => records.get(id) ?? [])

/** Deletes a key with everything that belongs to it. */
export function deleteKey({ records, idsByOwner, secrets, usage, audit }: MemoryTables, id: string): void {
  const owner = records.get(id)?.owner ?? ''
  idsByOwner.get(owner)?.delete(id)
  if (idsByOwner.get(owner)?.size === 0) idsByOwner.delete(owner)
  for (const table of [records, usage, audit]) table.delete(id)
  for (const [hash, secret] of secrets) if (secret.id === id) secrets.delete(hash)
}

const endOf = ({ revokedAt, expiresAt }: KeyRecord) =>
  Math.min(revokedAt?.getTime() ?? Infinity, expiresAt?.getTime() ?? Infinity)

/** Deletes up to `limit` keys of an owner that ended before the 100 that ended last. Returns their ids. */
export function deleteOldestEnded(tables: MemoryTables, owner: string, at: Date, limit: number): readonly string[] {
  const excess = recordsOf(tables, owner)
    .filter((record) => endOf(record) <= at.getTime())
    .toSorted((left, right) => endOf(right) - endOf(left))
    .slice(keptEndedKeys)
    .slice(0, limit)
    .map(({ id }) => id)
  for (const id of excess) deleteKey(tables, id)
  return excess
}

/** Deletes rows that are older than their time, at most `limit` of each kind. No owner is ever deleted in memory. */
export function deleteOutdated(
  { secrets, usage, audit }: MemoryTables,
  at: Date,
  limit: number,
): Omit<PruneReport, 'keys'> {
  const before = (days: number) => new Date(at.getTime() - days * dayMs)
  const oldSecrets = [...secrets].filter(([, { graceEndsAt }]) => graceEndsAt !== null && graceEndsAt < before(30))
  for (const [hash] of oldSecrets.slice(0, limit)) secrets.delete(hash)
  const oldHours = [...usage.values()].flatMap((hours) =>
    [...hours.keys()].filter((hour) => hour < before(90).getTime()).map((hour) => ({ hours, hour })),
  )
  for (const { hours, hour } of oldHours.slice(0, limit)) hours.delete(hour)
  const oldEntries = [...audit.values()].flatMap((entries) => entries.filter((entry) => entry.at < before(365)))
  const droppedEntries = new Set(oldEntries.slice(0, limit))
  for (const [id, entries] of audit) {
    audit.set(
      id,
      entries.filter((entry) => !droppedEntries.has(entry)),
    )
  }
  return {
    secrets: Math.min(oldSecrets.length, limit),
    auditEntries: droppedEntries.size,
    usageHours: Math.min(oldHours.length, limit),
  }
}
