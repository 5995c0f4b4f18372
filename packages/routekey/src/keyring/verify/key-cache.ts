import { RoutekeyError } from '../../errors.ts'
import type { FoundKey } from '../model/key-store.ts'

export interface CacheOptions {
  /** How long a look-up is reused, and so how long a key that another process revoked can still work here. */
  readonly seconds: number
  /** Default 10,000. The entry that was used least recently is dropped first. */
  readonly maximumEntries?: number
}

export interface KeyCache {
  /**
   * Returns the key with a hash, from the cache or else with `read`. What it reads is kept, unless something was evicted in the
   * meantime: it could be out of date.
   */
  find(hash: string, now: Date, read: () => Promise<FoundKey | null>): Promise<FoundKey | null>
  /** Removes a key, all keys of an owner, or with null all keys, and discards the results of look-ups that are under way. */
  evict(value: string | null, by?: 'id' | 'owner'): void
}

/**
 * Creates a cache of look-ups. Unknown keys are not cached, so a new key works at once.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createKeyCache(options: CacheOptions): KeyCache {
  const { seconds, maximumEntries = 10_000 } = options
  if (!(seconds > 0 && maximumEntries >= 1)) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'cache.seconds and maximumEntries must be above 0.')
  }
  const entries = new Map<string, { readonly found: FoundKey; readonly at: number }>()
  let generation = 0

  return {
    async find(hash, now, read) {
      const at = now.getTime()
      const entry = entries.get(hash)
      entries.delete(hash)
      if (entry) {
        const ageMs = at - entry.at
        // The age is negative if the clock was set back. The entry would then last too long.
        if (ageMs >= 0 && ageMs < seconds * 1000) {
          entries.set(hash, entry)
          const { found } = entry
          return { ...found, now: found.now && new Date(found.now.getTime() + ageMs) }
        }
      }
      const begun = generation
      const found = await read()
      if (found && begun === generation) {
        entries.set(hash, { found, at })
        const [oldest] = entries.keys()
        if (entries.size > maximumEntries && oldest) entries.delete(oldest)
      }
      return found
    },
    evict(value, by = 'id') {
      generation += 1
      for (const [hash, { found }] of entries) {
        if (value === null || found.record[by] === value) entries.delete(hash)
      }
    },
  }
}
