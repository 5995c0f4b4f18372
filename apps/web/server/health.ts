import 'server-only'
import type { WakeUps } from '@routekey/stripe-customers'
import { authenticate, envSecret } from 'routekey'
import { checkConfirmations } from './check-confirmations.ts'
import { EnvironmentError } from './env.ts'
import { describeError, log } from './log.ts'
import { createStripeClient } from './stripe.ts'
import { createServiceClient } from './supabase.ts'

/** The state of one part. It contains no address, key or error; those are in the log. */
export type PartState = 'ok' | 'not_configured' | 'unreachable'

/** Who made the customers of the last hour, and whether the wake-ups of the route arrive. */
export interface WakeUpHealth {
  readonly state: WakeUps['state']
  readonly made_by_wake_up: number
  readonly made_by_schedule: number
  /** How many wake-ups had which result. */
  readonly results: WakeUps['results']
  /** What is wrong. Null unless the state is `failing`. */
  readonly problem: string | null
}

/** The state of every part that the application requires. */
export interface Health {
  /** `degraded`: everything works, but customers come late, because the wake-ups fail. */
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly parts: Record<'api_route_secret' | 'cron_secret' | 'supabase' | 'stripe', PartState>
  /** Null if it could not be read. */
  readonly wake_ups: WakeUpHealth | null
}

type ReadWakeUps = (signal: AbortSignal) => Promise<WakeUps>

const timeoutMs = 2000
// The endpoint is public, so not every request may cause one to Stripe, which counts it against the account's rate limit.
// Failures are cached for a shorter time, so that a fix shows soon.
const cacheMs = { ok: 5000, degraded: 5000, unavailable: 1000 }
let cached: { health: Promise<Health>; until: number } | undefined

/**
 * Checks that every part is configured and that every service responds within 2 s. The result is up to 5 s old, or 1 s if a
 * part is not ok.
 *
 * @param readWakeUps reads what became of the wake-ups of the last hour
 */
export async function readHealth(readWakeUps: ReadWakeUps): Promise<Health> {
  if (cached && Date.now() < cached.until) return cached.health
  const entry = { health: checkParts(readWakeUps), until: Date.now() + timeoutMs }
  cached = entry
  const health = await entry.health
  entry.until = Date.now() + cacheMs[health.status]
  return health
}

async function checkParts(readWakeUps: ReadWakeUps): Promise<Health> {
  const [apiRouteSecret, cronSecret, supabase, stripe, wakeUps] = await Promise.all([
    secretState('API_ROUTE_SECRET'),
    secretState('CRON_SECRET'),
    serviceState('supabase', checkSupabase),
    serviceState('stripe', checkStripe),
    describeWakeUps(readWakeUps),
  ])
  const parts = { api_route_secret: apiRouteSecret, cron_secret: cronSecret, supabase, stripe }
  const isHealthy = Object.values(parts).every((state) => state === 'ok')
  const working = wakeUps?.state === 'failing' ? 'degraded' : 'ok'
  return { status: isHealthy ? working : 'unavailable', parts, wake_ups: wakeUps }
}

/** Asks the guard: without a key it denies with 401 if its secret is usable, and with 503 if not. */
async function secretState(name: string): Promise<PartState> {
  const result = await authenticate(new Request('http://localhost/'), envSecret(name))
  return !result.ok && result.denial.status === 503 ? 'not_configured' : 'ok'
}

async function serviceState(name: string, check: (signal: AbortSignal) => Promise<void>): Promise<PartState> {
  try {
    await check(AbortSignal.timeout(timeoutMs))
    reported.delete(name)
    return 'ok'
  } catch (error) {
    report(name, describeError(error))
    return error instanceof EnvironmentError ? 'not_configured' : 'unreachable'
  }
}

const reported = new Map<string, string>()

/** Logs the error of a part once, until it changes. */
function report(part: string, error: string): void {
  if (reported.get(part) === error) return
  reported.set(part, error)
  log('warn', 'health.part_failed', { part, error })
}

/** Reads as the service role, so that the key and the migrations are checked as well as the URL. */
async function checkSupabase(signal: AbortSignal): Promise<void> {
  const { error } = await createServiceClient().from('profile').select('id').limit(1).abortSignal(signal)
  if (error) throw new Error('Could not read profiles from Supabase', { cause: error })
  await checkConfirmations(signal)
}

async function describeWakeUps(readWakeUps: ReadWakeUps): Promise<WakeUpHealth | null> {
  try {
    const wakeUps = await readWakeUps(AbortSignal.timeout(timeoutMs))
    const { state, madeByWakeUp, madeBySchedule, results, problem } = wakeUps
    if (problem === null) reported.delete('wake_ups')
    else report('wake_ups', problem)
    return { state, made_by_wake_up: madeByWakeUp, made_by_schedule: madeBySchedule, results, problem }
  } catch (error) {
    report('wake_ups', describeError(error))
    return null
  }
}

async function checkStripe(): Promise<void> {
  await createStripeClient().customers.list({ limit: 1 }, { timeout: timeoutMs, maxNetworkRetries: 0 })
}
