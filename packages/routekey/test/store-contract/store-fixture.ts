import { createHash, randomUUID } from 'node:crypto'

import type { AuditEntry, KeyQuery, KeyRecord, KeyStore, NewKey, UsageBatch, UsageEntry } from '../../src/index.ts'

const start = Date.UTC(2026, 2, 1, 12)

/** The time so many seconds after noon of 1 March 2026, when {@link makeKey} creates keys. */
export const at = (seconds: number) => new Date(start + seconds * 1000)

/** A hash as `hashKey` returns it. */
export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** A key to be stored, with an id, a hash and an owner of its own. */
export function makeKey(values: Partial<NewKey> = {}): NewKey {
  const id = randomUUID()
  return {
    id,
    hash: hashOf(id),
    owner: `owner-${id}`,
    name: 'CI',
    start: 'acme_ab12',
    scopes: [],
    limits: [],
    allowedIps: [],
    metadata: {},
    expiresAt: null,
    actor: null,
    at: at(0),
    maximumKeys: Infinity,
    ...values,
  }
}

/** A first batch of usage, of a writer of its own. */
export const makeBatch = (entries: readonly UsageEntry[]): UsageBatch => ({ writer: randomUUID(), number: 1, entries })

/** Holds the store, which is opened before the first test. */
export interface StoreContext {
  readonly store: KeyStore
}

/** Creates shorter forms of calls that many tests make. */
export function createHelpers(context: StoreContext) {
  return {
    /** Stores a key for which the owner has room. */
    create: async (values: Partial<NewKey> = {}): Promise<KeyRecord> => {
      const record = await context.store.create(makeKey(values))
      if (record === null) throw new Error('The owner has no room for the key.')
      return record
    },
    found: async (hash: string): Promise<KeyRecord | null> => (await context.store.findByHash(hash))?.record ?? null,
    list: (query: Omit<KeyQuery, 'at'>, now = at(0)): Promise<readonly KeyRecord[]> =>
      context.store.list({ ...query, at: now }),
    trail: async (id: string): Promise<readonly AuditEntry[]> =>
      (await context.store.readAudit({ id, limit: 10 })) ?? [],
  }
}
