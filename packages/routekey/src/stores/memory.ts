import type { AuditAction, AuditEntry, KeyRecord } from '../keyring/model/key-record.ts'
import type { ChangeRequest, KeyStore } from '../keyring/model/key-store.ts'
import {
  type Counts,
  type MemoryTables,
  deleteKey,
  deleteOldestEnded,
  deleteOutdated,
  keptAuditEntries,
  recordsOf,
} from './memory-tables.ts'
import { recordChanges, updateRecord } from './record-changes.ts'

const unitMs = { hour: 3_600_000, day: 86_400_000 } as const

const earlier = (left: Date | null, right: Date) => (left !== null && left < right ? left : right)

const isUsable = ({ revokedAt, expiresAt }: KeyRecord, at: Date) =>
  revokedAt === null && (expiresAt === null || expiresAt > at)

/** Returns the items after the one with that id, none if there is no such item, and all without an id. */
function itemsAfter<Item extends { readonly id: string }>(items: readonly Item[], after?: string): readonly Item[] {
  if (after === undefined) return items
  const index = items.findIndex(({ id }) => id === after)
  return index === -1 ? [] : items.slice(index + 1)
}

/**
 * Creates a store in the memory of the process, for tests and experiments. Its keys are lost when the process ends, and other
 * processes do not see them.
 *
 * @example
 * import { createKeyring } from 'routekey'
 * import { createMemoryStore } from 'routekey/stores/memory'
 *
 * const keyring = createKeyring({ store: createMemoryStore(), prefix: 'acme' })
 */
export function createMemoryStore(): KeyStore {
  const tables: MemoryTables = {
    records: new Map(),
    idsByOwner: new Map(),
    secrets: new Map(),
    usage: new Map(),
    audit: new Map(),
  }
  const { records, idsByOwner, secrets, usage, audit } = tables
  const listeners = new Set<(id: string | null) => void>()
  const lastBatches = new Map<string, number>()
  let entries = 0

  function find(id: string, owner?: string): KeyRecord | null {
    const record = records.get(id)
    return record === undefined || (owner !== undefined && record.owner !== owner) ? null : record
  }

  const keysOf = (owner?: string) => (owner === undefined ? [...records.values()] : recordsOf(tables, owner))

  const previousOf = (id: string) => [...secrets].filter(([, secret]) => secret.id === id && !secret.isCurrent)

  const notify = (id: string) => {
    for (const listener of listeners) listener(id)
  }

  function note({ id, at, actor }: ChangeRequest, action: AuditAction, changes: AuditEntry['changes']): void {
    entries += 1
    const entry = { id: String(entries), at, actor, action, changes }
    audit.set(id, [entry, ...(audit.get(id) ?? [])].slice(0, keptAuditEntries))
  }

  function replace(request: ChangeRequest, action: AuditAction, before: KeyRecord, after: KeyRecord): KeyRecord {
    const changes = recordChanges(before, after)
    if (Object.keys(changes).length === 0) return before
    records.set(after.id, after)
    note(request, action, changes)
    notify(after.id)
    return after
  }

  return {
    async create({ hash, actor, at, maximumKeys, ...properties }) {
      if (secrets.has(hash)) throw new Error('The hash belongs to another key')
      if (keysOf(properties.owner).filter((record) => isUsable(record, at)).length >= maximumKeys) return null
      const record: KeyRecord = {
        ...properties,
        createdAt: at,
        graceEndsAt: null,
        disabledAt: null,
        revokedAt: null,
        lastUsedAt: null,
      }
      records.set(record.id, record)
      idsByOwner.set(record.owner, (idsByOwner.get(record.owner) ?? new Set()).add(record.id))
      secrets.set(hash, { id: record.id, isCurrent: true, graceEndsAt: null })
      note({ id: record.id, actor, at }, 'created', {})
      for (const id of deleteOldestEnded(tables, record.owner, at, Infinity)) notify(id)
      return record
    },
    async findByHash(hash) {
      const secret = secrets.get(hash)
      if (secret === undefined) return null
      const { id, isCurrent, graceEndsAt } = secret
      const record = records.get(id)
      return record === undefined ? null : { record, isCurrent, graceEndsAt, isOwnerActive: true }
    },
    async get(id, owner) {
      return find(id, owner)
    },
    async list({ owner, state, at = new Date(), after, limit }) {
      // The cursor stays valid when its key changes state, so it is found before the filter.
      return itemsAfter(keysOf(owner).toReversed(), after)
        .filter((record) => state === undefined || isUsable(record, at) === (state === 'usable'))
        .slice(0, limit)
    },
    async change({ action, set, ...request }) {
      const record = find(request.id, request.owner)
      if (record === null) return null
      if (record.revokedAt !== null) return action === 'revoked' ? record : null
      if (set.graceEndsAt === null) {
        for (const [hash, secret] of previousOf(record.id)) {
          secrets.set(hash, { ...secret, graceEndsAt: earlier(secret.graceEndsAt, request.at) })
        }
      }
      return replace(request, action, record, updateRecord(record, set))
    },
    async rotate({ hash, start, graceEndsAt, ...request }) {
      const record = find(request.id, request.owner)
      if (record === null || !isUsable(record, request.at)) return null
      const end = earlier(record.expiresAt, graceEndsAt)
      for (const [previous] of previousOf(record.id)) secrets.delete(previous)
      for (const [current, secret] of secrets) {
        if (secret.id === record.id) secrets.set(current, { ...secret, isCurrent: false, graceEndsAt: end })
      }
      secrets.set(hash, { id: record.id, isCurrent: true, graceEndsAt: null })
      return replace(request, 'rotated', record, { ...record, start, graceEndsAt: end > request.at ? end : null })
    },
    async revokeAll({ owner, at, actor }) {
      const unrevoked = keysOf(owner).filter(({ revokedAt }) => revokedAt === null)
      for (const record of unrevoked) {
        replace({ id: record.id, at, actor }, 'revoked', record, { ...record, revokedAt: at })
      }
      return unrevoked.length
    },
    async deleteAll({ owner }) {
      const deleted = keysOf(owner)
      for (const { id } of deleted) {
        deleteKey(tables, id)
        notify(id)
      }
      return deleted.length
    },
    async recordUsage({ writer, number, entries: added }) {
      if (number <= (lastBatches.get(writer) ?? 0)) return
      lastBatches.set(writer, number)
      for (const { id, hour, allowed, refused, lastUsedAt } of added) {
        const record = records.get(id)
        if (record === undefined) continue
        const hours = usage.get(id) ?? new Map<number, Counts>()
        usage.set(id, hours)
        const counts = hours.get(hour.getTime()) ?? { allowed: 0, refused: 0 }
        counts.allowed += allowed
        counts.refused += refused
        hours.set(hour.getTime(), counts)
        if (lastUsedAt !== null && (record.lastUsedAt === null || record.lastUsedAt < lastUsedAt)) {
          records.set(id, { ...record, lastUsedAt })
        }
      }
    },
    async readUsage({ id, owner, unit, from }) {
      if (id !== undefined && find(id, owner) === null) return null
      const sums = new Map<number, Counts>()
      for (const keyId of id === undefined ? keysOf(owner).map((record) => record.id) : [id]) {
        for (const [hour, { allowed, refused }] of usage.get(keyId) ?? []) {
          if (hour < from.getTime()) continue
          const start = Math.floor(hour / unitMs[unit]) * unitMs[unit]
          const sum = sums.get(start) ?? { allowed: 0, refused: 0 }
          sum.allowed += allowed
          sum.refused += refused
          sums.set(start, sum)
        }
      }
      return [...sums]
        .toSorted(([left], [right]) => left - right)
        .map(([start, sum]) => ({ startsAt: new Date(start), ...sum }))
    },
    async readAudit({ id, owner, after, limit }) {
      return find(id, owner) === null ? null : itemsAfter(audit.get(id) ?? [], after).slice(0, limit)
    },
    async prune({ at, limit }) {
      const pruned = [...idsByOwner.keys()].flatMap((owner) => deleteOldestEnded(tables, owner, at, limit))
      for (const id of pruned) notify(id)
      return { keys: pruned.length, ...deleteOutdated(tables, at, limit) }
    },
    async subscribe(onChange) {
      listeners.add(onChange)
      return async () => void listeners.delete(onChange)
    },
  }
}
