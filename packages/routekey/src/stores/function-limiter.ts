import { sha256Hex } from '#crypto'
import { checkWholeNumber } from '../check-whole-number.ts'
import type { LimitCounter, Limiter, LimiterResult } from '../keyring/verify/limiter.ts'
import { parseBoolean, parseNumber, parseObject, parsePoints } from './parse-response.ts'
import { type CallFunction, settleFailures } from './settle-failures.ts'

/** The state of a counter. */
export interface LimiterCount extends LimiterResult {
  /** Never below 0. */
  readonly remainingPoints: number
  /** Milliseconds until the window ends. */
  readonly msBeforeNext: number
}

/** A limiter whose counters are in a database, with the methods of `rate-limiter-flexible`. */
export interface StoredLimiter extends Limiter {
  readonly points: number
  /**
   * Adds points to a counter, also when it refuses. The window starts with the first call and lasts `customDuration` seconds. Later
   * calls do not extend it. Rejects with a {@link LimiterCount} if the counter is then above `points`.
   *
   * @throws `ERR_CONFIG_KEYRING` unless both numbers are whole and at least 1, and an `Error` when the database fails.
   */
  consume(key: string, points: number, options: { readonly customDuration: number }): Promise<LimiterCount>
  /**
   * Adds points to all counters, or to none if one of them would then have more than its quota, in one call. Returns the points that
   * each had before, in the same order, from which the caller sees whether they were added.
   *
   * @throws As `consume`. The numbers are those of the counters too.
   */
  readonly consumeAll: (counters: readonly LimitCounter[], points: number) => Promise<readonly number[]>
  /** Returns points to a counter, at most to 0. Null if its window is over. */
  reward(key: string, points: number): Promise<LimiterCount | null>
  /** Reads a counter without changing it. Null if its window is over. */
  get(key: string): Promise<LimiterCount | null>
  /** Deletes a counter, and returns whether its window was not over yet. */
  delete(key: string): Promise<boolean>
}

/** The options that limiters in a database share. */
export interface StoredLimiterOptions {
  /** How many points each counter allows in a window. Default: any number; a keyring compares with the quota of the key itself. */
  readonly points?: number
}

const checkNumber = (name: string, value: number, maximum?: number) =>
  checkWholeNumber('ERR_CONFIG_KEYRING', name, value, maximum)

/** Where SQL functions are: those of one client and schema see the same tables. */
export interface Database {
  readonly client: object
  readonly schema?: string | undefined
}

interface Place {
  readonly database: Database
  readonly points: number
}

// By function, so that a limiter whose function an application wraps is not passed over.
const places = new WeakMap<object, Place>()

/** Returns the points that a limiter allows, if it counts in this database, or else undefined. */
export function pointsOfLimiter({ consumeAll }: Limiter, { client, schema }: Database): number | undefined {
  const place = consumeAll && places.get(consumeAll)
  return place?.database.client === client && place.database.schema === schema ? place.points : undefined
}

/** Creates a limiter on the SQL functions of `sql/limit.sql`, independent of how they are called. */
export function createFunctionLimiter(
  callFunction: CallFunction,
  options: StoredLimiterOptions,
  database: Database,
): StoredLimiter {
  const call = settleFailures('The limiter', callFunction)
  const { points: allowed = Number.MAX_SAFE_INTEGER } = options
  checkNumber('points', allowed, Number.MAX_SAFE_INTEGER)

  function parseCount(value: unknown): LimiterCount {
    const { points, msBeforeNext } = parseObject(value, 'limit')
    const consumedPoints = parseNumber(points, 'points')
    return {
      consumedPoints,
      remainingPoints: Math.max(0, allowed - consumedPoints),
      msBeforeNext: parseNumber(msBeforeNext, 'msBeforeNext'),
    }
  }
  const parseNullableCount = (value: unknown) => (value === null ? null : parseCount(value))

  async function consumeAll(counters: readonly LimitCounter[], points: number): Promise<readonly number[]> {
    checkNumber('points', points)
    const named = counters.map(({ key, quota, customDuration: windowSeconds }) => {
      checkNumber('quota', quota, Number.MAX_SAFE_INTEGER)
      checkNumber('customDuration', windowSeconds)
      return { hash: sha256Hex(key), quota: Math.min(quota, allowed), windowSeconds }
    })
    // No counter can take them, not even a new one.
    return parsePoints(await call('consume_limits', { counters: named, points }), counters.length)
  }
  places.set(consumeAll, { database, points: allowed })

  return {
    points: allowed,
    consumeAll,
    async consume(key, points, { customDuration: windowSeconds }) {
      checkNumber('points', points)
      checkNumber('customDuration', windowSeconds)
      const count = parseCount(await call('consume_limit', { hash: sha256Hex(key), points, windowSeconds }))
      // oxlint-disable-next-line no-throw-literal, only-throw-error -- how limiters refuse; an Error means that the limiter failed
      if (count.consumedPoints > allowed) throw count
      return count
    },
    async reward(key, points) {
      checkNumber('points', points)
      return parseNullableCount(await call('reward_limit', { hash: sha256Hex(key), points }))
    },
    get: async (key) => parseNullableCount(await call('get_limit', { hash: sha256Hex(key) })),
    delete: async (key) => parseBoolean(await call('delete_limit', { hash: sha256Hex(key) }), 'deleted'),
  }
}
