import type { AuditAction, AuditEntry, JsonValue, KeyRecord } from '../keyring/model/key-record.ts'
import type { KeyUpdate, KeyStore, ChangeRequest } from '../keyring/model/key-store.ts'

interface Secret {
  readonly id: string
  readonly isCurrent: boolean
  readonly graceEndsAt: Date | null
}

interface Counts {
  readonly allowed: number
  readonly refused: number
}

const unitMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Compares and shows values as the audit trail does: dates as ISO text, everything as JSON. */
const toJson = (record: KeyRecord): Record<string, JsonValue> => JSON.parse(JSON.stringify(record))

function difference(before: KeyRecord, after: KeyRecord): AuditEntry['changes'] {
  const [from, to] = [toJson(before), toJson(after)]
  const names = Object.keys(to).filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
  return Object.fromEntries(names.map((name) => [name, { from: from[name] ?? null, to: to[name] ?? null }]))
}

const earlier = (left: Date | null, right: Date) => (left !== null && left < right ? left : right)

/** Keeps an earlier end of a key, so that disabling or revoking it again does not move the time. */
function keepTimes(record: KeyRecord, { disabledAt, revokedAt, ...set }: KeyUpdate): Partial<KeyRecord> {
  return {
    ...set,
    ...(disabledAt !== undefined && { disabledAt: disabledAt && (record.disabledAt ?? disabledAt) }),
    ...(revokedAt !== undefined && { revokedAt: record.revokedAt ?? revokedAt }),
  }
}

/**
 * Creates a store in the memory of the process, for tests and for trying things out. It forgets everything at the end, and
 * other processes do not see it.
 *
 * @example
 * import { createKeyring } from 'routekey'
 * import { createMemoryStore } from 'routekey/stores/memory'
 *
 * const keyring = createKeyring({ store: createMemoryStore(), prefix: 'acme' })
 */
export function createMemoryStore(): KeyStore {
  const records = new Map<string, KeyRecord>()
  const secrets = new Map<string, Secret>()
  const usage = new Map<string, Map<number, Counts>>()
  const audit = new Map<string, AuditEntry[]>()
  const listeners = new Set<(id: string | null) => void>()

  function find(id: string, owner?: string): KeyRecord | null {
    const record = records.get(id)
    return record === undefined || (owner !== undefined && record.owner !== owner) ? null : record
  }

  function note({ id, at, actor }: ChangeRequest, action: AuditAction, changes: AuditEntry['changes']): void {
    audit.set(id, [{ at, actor, action, changes }, ...(audit.get(id) ?? [])])
  }

  function replace(target: ChangeRequest, action: AuditAction, before: KeyRecord, after: KeyRecord): KeyRecord {
    const changes = difference(before, after)
    if (Object.keys(changes).length === 0) return before
    records.set(after.id, after)
    note(target, action, changes)
    for (const listener of listeners) listener(after.id)
    return after
  }

  return {
    async create({ hash, actor, at, ...properties }) {
      if (secrets.has(hash)) throw new Error('The hash belongs to another key')
      const record: KeyRecord = {
        ...properties,
        createdAt: at,
        graceEndsAt: null,
        disabledAt: null,
        revokedAt: null,
        lastUsedAt: null,
      }
      records.set(record.id, record)
      secrets.set(hash, { id: record.id, isCurrent: true, graceEndsAt: null })
      note({ id: record.id, actor, at }, 'created', {})
      return record
    },
    async findByHash(hash) {
      const secret = secrets.get(hash)
      if (secret === undefined) return null
      const { id, ...found } = secret
      const record = records.get(id)
      return record === undefined ? null : { record, ...found }
    },
    async get(id, owner) {
      return find(id, owner)
    },
    async list({ owner, after, limit }) {
      const newestFirst = [...records.values()].toReversed().filter(({ id }) => find(id, owner) !== null)
      const start = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1
      return after !== undefined && start === 0 ? [] : newestFirst.slice(start, start + limit)
    },
    async change({ action, set, ...target }) {
      const record = find(target.id, target.owner)
      if (record === null) return null
      if (record.revokedAt !== null) return action === 'revoked' ? record : null
      return replace(target, action, record, { ...record, ...keepTimes(record, set) })
    },
    async rotate({ hash, start, graceEndsAt, ...target }) {
      const record = find(target.id, target.owner)
      if (record === null || record.revokedAt !== null) return null
      if (record.expiresAt !== null && record.expiresAt <= target.at) return null
      const end = earlier(record.expiresAt, graceEndsAt)
      for (const [old, secret] of secrets) {
        if (secret.id !== record.id) continue
        secrets.set(old, { ...secret, isCurrent: false, graceEndsAt: earlier(secret.graceEndsAt, end) })
      }
      secrets.set(hash, { id: record.id, isCurrent: true, graceEndsAt: null })
      const graceOrNone = end > target.at ? end : null
      return replace(target, 'rotated', record, { ...record, start, graceEndsAt: graceOrNone })
    },
    async recordUsage(entries) {
      for (const { id, hour, allowed, refused, lastUsedAt } of entries) {
        const record = records.get(id)
        if (record === undefined) continue
        const hours = usage.get(id) ?? new Map<number, Counts>()
        usage.set(id, hours)
        const counts = hours.get(hour.getTime()) ?? { allowed: 0, refused: 0 }
        hours.set(hour.getTime(), { allowed: counts.allowed + allowed, refused: counts.refused + refused })
        if (lastUsedAt !== null && (record.lastUsedAt === null || record.lastUsedAt < lastUsedAt)) {
          records.set(id, { ...record, lastUsedAt })
        }
      }
    },
    async readUsage({ id, unit, from }) {
      const sums = new Map<number, Counts>()
      for (const [hour, { allowed, refused }] of usage.get(id) ?? []) {
        if (hour < from.getTime()) continue
        const start = Math.floor(hour / unitMs[unit]) * unitMs[unit]
        const sum = sums.get(start) ?? { allowed: 0, refused: 0 }
        sums.set(start, { allowed: sum.allowed + allowed, refused: sum.refused + refused })
      }
      return [...sums]
        .toSorted(([left], [right]) => left - right)
        .map(([start, sum]) => ({ startsAt: new Date(start), ...sum }))
    },
    async readAudit({ id, limit }) {
      return (audit.get(id) ?? []).slice(0, limit)
    },
    async subscribe(onChange) {
      listeners.add(onChange)
      return async () => void listeners.delete(onChange)
    },
  }
}
