import { RoutekeyError } from '../../errors.ts'
import type { FoundKey } from '../model/key-store.ts'

/** Options of the cache of look-ups. */
export interface CacheOptions {
  /** For how long a look-up may be reused: how long a key that was revoked by another process may still pass here. */
  readonly seconds: number
  /** Default 10,000. The entry that was used least recently goes first. */
  readonly maximumEntries?: number
}

/** The cache of look-ups. */
export interface KeyCache {
  get(hash: string, now: Date): FoundKey | undefined
  /** Tells what is current at the start of a look-up, to be handed to {@link KeyCache.set} at its end. */
  begin(): number
  /** Keeps what was found, unless something was evicted since the look-up began: it may have read what was there before. */
  set(hash: string, found: FoundKey, startedAt: Date, generation: number): void
  /** Removes a key, all keys of an owner, or with null all keys, and keeps out the results of look-ups that are under way. */
  evict(value: string | null, by?: 'id' | 'owner'): void
}

/**
 * Creates the cache. Keys that were not found are not kept, so a new key works at once.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createKeyCache(options: CacheOptions): KeyCache {
  const { seconds, maximumEntries = 10_000 } = options
  if (!(seconds > 0) || !Number.isInteger(maximumEntries) || maximumEntries < 1) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'cache.seconds and cache.maximumEntries must be above 0.')
  }
  const entries = new Map<string, { readonly found: FoundKey; readonly startedAt: Date }>()
  let generation = 0

  return {
    get(hash, now) {
      const entry = entries.get(hash)
      if (entry === undefined) return undefined
      entries.delete(hash)
      const ageMs = now.getTime() - entry.startedAt.getTime()
      // A negative age is a clock that was set back: it would make the entry last.
      if (ageMs < 0 || ageMs >= seconds * 1000) return undefined
      entries.set(hash, entry)
      return entry.found
    },
    begin: () => generation,
    set(hash, found, startedAt, begun) {
      if (begun !== generation) return
      entries.delete(hash)
      entries.set(hash, { found, startedAt })
      const [oldest] = entries.keys()
      if (entries.size > maximumEntries && oldest !== undefined) entries.delete(oldest)
    },
    evict(value, by = 'id') {
      generation += 1
      for (const [hash, { found }] of entries) {
        if (value === null || found.record[by] === value) entries.delete(hash)
      }
    },
  }
}
