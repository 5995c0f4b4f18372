import type { z } from 'zod'
import { withTimeout } from '../with-timeout.ts'
import type { Pace } from './pace.ts'
import {
  describeMalformedResponse,
  describeMissedTurn,
  describeStripeFailure,
  type StripeFailure,
} from './stripe-failure.ts'

/** What a call returned, or why it failed. `replayed`: the value is the stored response of an earlier request. */
export type StripeResult<T> =
  | { ok: true; value: T; replayed: boolean }
  | { ok: false; failure: StripeFailure; cause?: unknown }

/** How a call is limited. */
export interface CallLimits {
  readonly pace: Pace
  readonly requestTimeoutMs: number
  /** No call begins after it. Default: none. */
  readonly deadline?: Date
}

/** Makes a call to Stripe when its turn comes, reports the response to the pace and parses it. Never throws. */
export async function callStripe<T>(
  { pace, requestTimeoutMs, deadline }: CallLimits,
  schema: z.ZodType<T>,
  request: () => Promise<unknown>,
): Promise<StripeResult<T>> {
  const missedByMs = await pace.take(deadline)
  if (missedByMs > 0) return { ok: false, failure: describeMissedTurn(missedByMs) }
  let value: unknown
  try {
    // The package's own timeout ends silence only: a response that trickles in, and the request's repetition, would outlast
    // any lease.
    value = await withTimeout(request(), { timeoutMs: requestTimeoutMs })
  } catch (cause) {
    const failure = describeStripeFailure(cause)
    if (failure.code === 'stripe_rate_limited') pace.limited(failure.retryAfterMs)
    return { ok: false, failure, cause }
  }
  pace.succeeded()
  const parsed = schema.safeParse(value)
  if (!parsed.success) return { ok: false, failure: describeMalformedResponse(), cause: parsed.error }
  return { ok: true, value: parsed.data, replayed: isReplayed(value) }
}

function isReplayed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('lastResponse' in value)) return false
  const { lastResponse } = value
  if (typeof lastResponse !== 'object' || lastResponse === null || !('headers' in lastResponse)) return false
  const { headers } = lastResponse
  if (typeof headers !== 'object' || headers === null || !('idempotent-replayed' in headers)) return false
  return headers['idempotent-replayed'] === 'true'
}
