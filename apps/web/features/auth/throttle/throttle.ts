import 'server-only'
import { createSupabaseLimiter } from 'routekey/stores/supabase'
import { describeError, log } from '#server/log.ts'
import { createServiceClient } from '#server/supabase.ts'
import { authUnavailable } from '../auth-refusals.ts'
import { throttleEnv, type Throttles } from './throttle-env.ts'
import { throttledAddress } from './throttled-address.ts'

/** One count of a throttle: whose attempts are counted together. The database stores the key as a hash. */
export interface ThrottleCount {
  readonly throttle: keyof Throttles
  readonly key: string
}

/** A count that is used up, and the seconds until it starts again. */
export interface ThrottleRefusal {
  readonly throttle: keyof Throttles
  readonly retryAfterSeconds: number
}

const limiter = createSupabaseLimiter({
  client: { rpc: (name, parameters) => createServiceClient().rpc(name, parameters) },
})
const nameOf = ({ throttle, key }: ThrottleCount) => `auth:${throttle}:${key}`

/**
 * Counts an attempt before it is made, so that attempts at once cannot pass together, in the database, which all instances share.
 *
 * @returns null if the attempt may be made; otherwise the refusal, which is logged. The counts before it get their attempt back.
 * @throws Error if the database does not respond: an attempt that is not counted must not be made
 */
export async function consumeThrottles(counts: readonly ThrottleCount[]): Promise<ThrottleRefusal | null> {
  const throttles = throttleEnv()
  for (const [index, count] of counts.entries()) {
    const { points, windowSeconds } = throttles[count.throttle]
    // oxlint-disable-next-line no-await-in-loop -- a refused attempt must not use up the wider counts
    const { consumedPoints, msBeforeNext } = await limiter.consume(nameOf(count), 1, { customDuration: windowSeconds })
    if (consumedPoints <= points) continue
    // oxlint-disable-next-line no-await-in-loop -- the last round
    await rewardThrottles(counts.slice(0, index))
    const refusal = { throttle: count.throttle, retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
    log('warn', 'auth.throttled', { ...refusal })
    return refusal
  }
  return null
}

/** Returns the attempts that {@link consumeThrottles} counted, because they succeeded. */
export async function rewardThrottles(counts: readonly ThrottleCount[]): Promise<void> {
  await Promise.all(counts.map((count) => limiter.reward(nameOf(count), 1)))
}

/** Tells a visitor when to try again. */
export function describeThrottle({ retryAfterSeconds }: ThrottleRefusal): string {
  if (retryAfterSeconds < 60) return `Too many attempts. Try again in ${retryAfterSeconds} seconds.`
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`
}

/**
 * Counts an action of the caller's address.
 *
 * @returns null if it may be done; otherwise what to tell the visitor, also if the database does not respond
 */
export async function throttleAddress(throttle: 'signUp' | 'mail'): Promise<string | null> {
  try {
    const refusal = await consumeThrottles([{ throttle, key: await throttledAddress() }])
    return refusal === null ? null : describeThrottle(refusal)
  } catch (error) {
    log('error', 'auth.throttle_failed', { error: describeError(error) })
    return authUnavailable
  }
}
