import { createKeyring } from 'routekey'
import { createSupabaseLimiter, createSupabaseStore } from 'routekey/stores/supabase'
import { maximumQuota, scopes } from '#features/keys/rules/key-rules.ts'
import type { Stack } from './stack.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The ids of the seeded keys, and the busy key in plaintext. */
export interface SeededKeys {
  readonly busy: string
  readonly busyKey: string
  readonly rotated: string
  readonly unused: string
  readonly expired: string
  readonly revoked: string
}

/**
 * Creates keys in every state for a user, one of them with 30 days of usage. It uses the application's keyring with a clock that
 * moves from the past to the present.
 */
export async function seedKeys(stack: Stack, owner: string): Promise<SeededKeys> {
  const start = Date.now()
  let now = new Date(start)
  // Without the clock of the database, that of the keyring decides.
  const store = { ...createSupabaseStore({ client: stack.admin }), now: undefined }
  const limiter = createSupabaseLimiter({ client: stack.admin, points: maximumQuota })
  const keyring = createKeyring({
    prefix: 'rk_user',
    scopes,
    store,
    limiter,
    usage: false,
    clock: () => now,
    timeoutMs: 30_000,
  })
  const at = async <Result>(ago: number, work: () => Promise<Result>): Promise<Result> => {
    now = new Date(start - ago)
    return work()
  }
  const create = async (ago: number, name: string, options: Partial<Parameters<typeof keyring.create>[0]> = {}) => {
    const { key, record } = await at(ago, () => keyring.create({ owner, name, scopes: ['account:read'], ...options }))
    return { id: record.id, key }
  }

  const { id: revoked } = await create(88 * dayMs, 'Old billing job', { scopes: ['customer:read'] })
  const { id: busy, key: busyKey } = await create(61 * dayMs, 'Production', {
    scopes: ['account:read', 'customer:read'],
    limits: [{ name: 'requests', quota: 1000, windowSeconds: 60 }],
  })
  const { id: expired } = await create(45 * dayMs, 'Contractor', { expiresAt: new Date(start - 15 * dayMs) })
  const { id: rotated } = await create(20 * dayMs, 'CI', { expiresAt: new Date(start + 70 * dayMs) })
  const { id: unused } = await create(2 * hourMs, 'Laptop')
  await at(12 * dayMs, () => keyring.revoke(revoked, { owner }))
  await at(9 * dayMs, () => keyring.update(busy, { name: 'Production server' }, { owner }))
  await at(3 * hourMs, () => keyring.rotate(rotated, { owner, graceSeconds: 86_400 }))

  const used = (id: string, hoursAgo: number, allowed: number, refused: number) => ({
    id,
    hour: new Date(Math.floor((start - hoursAgo * hourMs) / hourMs) * hourMs),
    allowed,
    refused,
    lastUsedAt: new Date(start - hoursAgo * hourMs - 4 * 60_000),
  })
  const entries = [
    ...Array.from({ length: 30 * 24 }, (_, hoursAgo) => used(busy, hoursAgo, ...requestsAt(start, hoursAgo))),
    ...Array.from({ length: 18 }, (_, index) => used(rotated, 2 + index * 7, 3 + (index % 4), index % 6 === 0 ? 1 : 0)),
    used(revoked, 13 * 24, 41, 2),
    used(expired, 16 * 24, 12, 0),
  ]
  await store.recordUsage({ writer: crypto.randomUUID(), number: 1, entries })
  return { busy, busyKey, rotated, unused, expired, revoked }
}

/** More requests by day than by night, fewer at weekends, and bursts over the limit. */
function requestsAt(start: number, hoursAgo: number): [allowed: number, refused: number] {
  const hour = new Date(start - hoursAgo * hourMs)
  const daylight = 1 + Math.sin(((hour.getUTCHours() - 8) / 24) * 2 * Math.PI)
  const weekend = [0, 6].includes(hour.getUTCDay()) ? 0.35 : 1
  const noise = 0.75 + (0.5 * ((hoursAgo * 7919) % 97)) / 97
  const allowed = Math.round((30 + 150 * daylight) * weekend * noise)
  return [allowed, hoursAgo % 113 === 6 ? 140 : Math.round(allowed * 0.012)]
}
