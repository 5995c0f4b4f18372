import 'server-only'
import { authenticate, envSecret } from 'routekey'
import { checkConfirmations } from './check-confirmations.ts'
import { EnvironmentError } from './env.ts'
import { describeError, log } from './log.ts'
import { createStripeClient } from './stripe.ts'
import { createServiceClient } from './supabase.ts'

/** The state of one part. It contains no address, key or error; those are in the log. */
export type PartState = 'ok' | 'not_configured' | 'unreachable'

/** The state of every part that the application requires. */
export interface Health {
  readonly status: 'ok' | 'unavailable'
  readonly parts: Record<'api_route_secret' | 'cron_secret' | 'supabase' | 'stripe', PartState>
}

const timeoutMs = 2000
// The endpoint is public, so not every request may cause one to Stripe, which counts it against the account's rate limit.
// Failures are cached for a shorter time, so that a fix shows soon.
const cacheMs = { ok: 5000, unavailable: 1000 }
let cached: { health: Promise<Health>; until: number } | undefined

/**
 * Checks that every part is configured and that every service responds within 2 s. The result is up to 5 s old, or 1 s if a
 * part is not ok.
 */
export async function readHealth(): Promise<Health> {
  if (cached && Date.now() < cached.until) return cached.health
  const entry = { health: checkParts(), until: Date.now() + timeoutMs }
  cached = entry
  const health = await entry.health
  entry.until = Date.now() + cacheMs[health.status]
  return health
}

async function checkParts(): Promise<Health> {
  const [apiRouteSecret, cronSecret, supabase, stripe] = await Promise.all([
    secretState('API_ROUTE_SECRET'),
    secretState('CRON_SECRET'),
    serviceState('supabase', checkSupabase),
    serviceState('stripe', checkStripe),
  ])
  const parts = { api_route_secret: apiRouteSecret, cron_secret: cronSecret, supabase, stripe }
  const isHealthy = Object.values(parts).every((state) => state === 'ok')
  return { status: isHealthy ? 'ok' : 'unavailable', parts }
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

async function checkStripe(): Promise<void> {
  await createStripeClient().customers.list({ limit: 1 }, { timeout: timeoutMs, maxNetworkRetries: 0 })
}
